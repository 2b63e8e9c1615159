import { type ErrorName, errorCode } from '@millrace/protocol';
import { initProducerId as api, type InitProducerIdResponseInit } from '@millrace/protocol/messages';
import { NO_PRODUCER_EPOCH, NO_PRODUCER_ID } from '@millrace/protocol/records';
import { CLUSTER, defineApi, type RequestContext } from './api.ts';

/**
 * InitProducerId v0-5
 *
 * - Without a transactional id: a new producer id and epoch 0, whatever id and epoch the request brings, as in Kafka.
 * - An empty transactional id, and a producer id without its epoch or the reverse: INVALID_REQUEST.
 *
 * Versions: v3 brings id and epoch; v4 tells PRODUCER_FENCED from INVALID_PRODUCER_EPOCH; v6 is unstable and not served.
 *
 * Not implemented: transactions. A transactional id gets UNSUPPORTED_VERSION, which clients do not try again.
 */
export const initProducerId = defineApi({
  api,
  versions: [0, 5],
  access: [
    ['IDEMPOTENT_WRITE', 'CLUSTER'],
    ['WRITE', 'TOPIC'],
    ['WRITE', 'TRANSACTIONAL_ID'],
  ],
  async handle(
    context,
    { transactionalId, producerId: knownId, producerEpoch },
  ): Promise<InitProducerIdResponseInit> {
    if (transactionalId === '') return failed('INVALID_REQUEST');
    if ((knownId === NO_PRODUCER_ID) !== (producerEpoch === NO_PRODUCER_EPOCH))
      return failed('INVALID_REQUEST');
    if (transactionalId !== null) {
      const isAllowed = context.authorize('WRITE', { type: 'TRANSACTIONAL_ID', name: transactionalId });
      return failed(isAllowed ? 'UNSUPPORTED_VERSION' : 'TRANSACTIONAL_ID_AUTHORIZATION_FAILED');
    }
    if (!mayBeIdempotent(context)) return failed('CLUSTER_AUTHORIZATION_FAILED');
    const producerId = await context.services.producerIds.next();
    return { throttleTimeMs: 0, errorCode: errorCode('NONE'), producerId, producerEpoch: 0 };
  },
  refuse: (_request, error) => failed(error),
});

/** KIP-679: whoever may write to some topic may do so idempotently. */
function mayBeIdempotent(context: RequestContext): boolean {
  if (context.authorize('IDEMPOTENT_WRITE', CLUSTER)) return true;
  const topics = context.services.metadata.image().topicsByName.keys();
  return [...topics].some((name) => context.authorize('WRITE', { type: 'TOPIC', name }));
}

function failed(error: ErrorName): InitProducerIdResponseInit {
  return { throttleTimeMs: 0, errorCode: errorCode(error), producerId: -1, producerEpoch: -1 };
}
