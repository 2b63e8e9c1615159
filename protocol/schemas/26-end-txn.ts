/**
 * EndTxn v0-5
 * Commits a transaction or aborts it.
 *
 * 2  the answer may be PRODUCER_FENCED
 * 3  flexible
 * 4  the answer may be TRANSACTION_ABORTABLE (KIP-890)
 * 5  the epoch moves on with every transaction, and the answer names the new one (KIP-890)
 */
import { api, bool, int16, int32, int64, string } from '../src/schema/schema.ts';

export const endTxn = api({
  key: 26,
  name: 'EndTxn',
  versions: '0-5',
  flexible: '3+',
  listeners: ['broker'],
  request: {
    transactionalId: string(),
    producerId: int64(),
    producerEpoch: int16(),
    committed: bool(),
  },
  response: {
    throttleTimeMs: int32(),
    errorCode: int16(),
    producerId: int64({ versions: '5+', default: -1, ignorable: true }),
    producerEpoch: int16({ versions: '5+', default: -1, ignorable: true }),
  },
});
