import { type ErrorName, errorCode } from '@millrace/protocol';
import { endTxn as api, type EndTxnResponseInit } from '@millrace/protocol/messages';
import { defineApi } from './api.ts';
import { fencedError } from './transaction-errors.ts';

const FENCED_VERSION = 2;
const EPOCH_PER_TRANSACTION_VERSION = 5;

/**
 * EndTxn v0-5
 *
 * - Answered when the decision is in the log; the markers follow, and until they are written the next transaction of the
 *   producer meets CONCURRENT_TRANSACTIONS.
 * - A request that comes again is answered as the first one was.
 *
 * Versions: v2 PRODUCER_FENCED; v4 TRANSACTION_ABORTABLE; v5 the answer brings the epoch of the next transaction, and an
 * abort needs no partition to have been added (KIP-890).
 *
 * Not implemented: nothing.
 */
export const endTxn = defineApi({
  api,
  versions: [0, 5],
  access: [['WRITE', 'TRANSACTIONAL_ID']],
  async handle(context, request): Promise<EndTxnResponseInit> {
    const { transactionalId, producerId, producerEpoch, committed } = request;
    if (!context.authorize('WRITE', { type: 'TRANSACTIONAL_ID', name: transactionalId }))
      return failed('TRANSACTIONAL_ID_AUTHORIZATION_FAILED');
    if (transactionalId === '') return failed('INVALID_REQUEST');
    const result = await context.services.transactions.endTransaction({
      transactionalId,
      producerId,
      producerEpoch,
      isAbort: !committed,
      clientVersion: context.version >= EPOCH_PER_TRANSACTION_VERSION ? 2 : 0,
    });
    const error = fencedError(result.error, context.version, FENCED_VERSION);
    if (error !== null) return failed(error);
    return { ...result, throttleTimeMs: 0, errorCode: errorCode('NONE') };
  },
  refuse: (_request, error) => failed(error),
});

function failed(error: ErrorName): EndTxnResponseInit {
  return { throttleTimeMs: 0, errorCode: errorCode(error), producerId: -1, producerEpoch: -1 };
}
