/**
 * InitProducerId v0-5
 * Gives a producer its id and epoch; with a transactional id it fences the one before.
 *
 * 2   flexible
 * 3   a producer may ask to have its epoch bumped (KIP-360)
 * 4   the answer may be PRODUCER_FENCED
 * 5   the answer may be TRANSACTION_ABORTABLE (KIP-890)
 *
 * Version 6 (two-phase commit, KIP-939) is unstable in Kafka 4.3, and not served.
 */
import { api, int16, int32, int64, string } from '../src/schema/schema.ts';

export const initProducerId = api({
  key: 22,
  name: 'InitProducerId',
  versions: '0-5',
  flexible: '2+',
  listeners: ['broker'],
  request: {
    transactionalId: string({ nullable: '0+' }),
    transactionTimeoutMs: int32(),
    producerId: int64({ versions: '3+', default: -1 }),
    producerEpoch: int16({ versions: '3+', default: -1 }),
  },
  response: {
    throttleTimeMs: int32({ ignorable: true }),
    errorCode: int16(),
    producerId: int64({ default: -1 }),
    producerEpoch: int16(),
  },
});
