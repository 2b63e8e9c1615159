/**
 * AddOffsetsToTxn v0-4
 * Says that a group's committed offsets take part in a transaction.
 *
 * 2  the answer may be PRODUCER_FENCED
 * 3  flexible
 * 4  the answer may be TRANSACTION_ABORTABLE (KIP-890)
 */
import { api, int16, int32, int64, string } from '../src/schema/schema.ts';

export const addOffsetsToTxn = api({
  key: 25,
  name: 'AddOffsetsToTxn',
  versions: '0-4',
  flexible: '3+',
  listeners: ['broker'],
  request: {
    transactionalId: string(),
    producerId: int64(),
    producerEpoch: int16(),
    groupId: string(),
  },
  response: {
    throttleTimeMs: int32(),
    errorCode: int16(),
  },
});
