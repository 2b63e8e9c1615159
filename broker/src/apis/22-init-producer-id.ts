import { type ErrorName, errorCode } from '@millrace/protocol';
import {
  initProducerId as api,
  type InitProducerIdRequest,
  type InitProducerIdResponseInit,
} from '@millrace/protocol/messages';
import { NO_PRODUCER_EPOCH, NO_PRODUCER_ID } from '@millrace/protocol/records';
import { CLUSTER, defineApi, type RequestContext } from './api.ts';
import { fencedError } from './transaction-errors.ts';

const FENCED_VERSION = 4;

/**
 * InitProducerId v0-5
 *
 * - Without a transactional id: a new producer id and epoch 0, whatever id and epoch the request brings, as in Kafka.
 * - With one: its producer id, and the next epoch, which fences whoever had the one before. A transaction that is open is
 *   aborted, and the producer asks again (CONCURRENT_TRANSACTIONS). Epochs that are used up make place for a new id.
 * - COORDINATOR_LOAD_IN_PROGRESS while the controller gives this broker no ids.
 * - An empty transactional id, and a producer id without its epoch or the reverse: INVALID_REQUEST.
 *
 * Versions: v3 brings id and epoch, for a new epoch of one's own (KIP-360); v4 tells PRODUCER_FENCED from
 * INVALID_PRODUCER_EPOCH; v6 is unstable and not served.
 *
 * Not implemented: nothing.
 */
export const initProducerId = defineApi({
  api,
  versions: [0, 5],
  access: [
    ['IDEMPOTENT_WRITE', 'CLUSTER'],
    ['WRITE', 'TOPIC'],
    ['WRITE', 'TRANSACTIONAL_ID'],
  ],
  async handle(context, request): Promise<InitProducerIdResponseInit> {
    const { transactionalId } = request;
    if (transactionalId !== null) {
      if (!context.authorize('WRITE', { type: 'TRANSACTIONAL_ID', name: transactionalId }))
        return failed('TRANSACTIONAL_ID_AUTHORIZATION_FAILED');
    } else if (!mayBeIdempotent(context)) return failed('CLUSTER_AUTHORIZATION_FAILED');
    if ((request.producerId === NO_PRODUCER_ID) !== (request.producerEpoch === NO_PRODUCER_EPOCH))
      return failed('INVALID_REQUEST');
    if (transactionalId === '') return failed('INVALID_REQUEST');
    if (transactionalId !== null) return await ofTransactions(context, request, transactionalId);
    const producerId = await context.services.producerIds.next();
    return { throttleTimeMs: 0, errorCode: errorCode('NONE'), producerId, producerEpoch: 0 };
  },
  refuse: (_request, error) => failed(error),
});

async function ofTransactions(
  context: RequestContext,
  { producerId, producerEpoch, transactionTimeoutMs }: InitProducerIdRequest,
  transactionalId: string,
): Promise<InitProducerIdResponseInit> {
  const result = await context.services.transactions.initProducerId({
    transactionalId,
    timeoutMs: transactionTimeoutMs,
    expected: producerId === NO_PRODUCER_ID ? null : { producerId, producerEpoch },
  });
  const error = fencedError(result.error, context.version, FENCED_VERSION);
  if (error !== null) return failed(error);
  return { ...result, throttleTimeMs: 0, errorCode: errorCode('NONE') };
}

/** KIP-679: whoever may write to some topic may do so idempotently. */
function mayBeIdempotent(context: RequestContext): boolean {
  if (context.authorize('IDEMPOTENT_WRITE', CLUSTER)) return true;
  const topics = context.services.metadata.image().topicsByName.keys();
  return [...topics].some((name) => context.authorize('WRITE', { type: 'TOPIC', name }));
}

function failed(error: ErrorName): InitProducerIdResponseInit {
  return { throttleTimeMs: 0, errorCode: errorCode(error), producerId: -1, producerEpoch: -1 };
}
