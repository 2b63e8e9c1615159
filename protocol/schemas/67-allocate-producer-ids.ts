/**
 * AllocateProducerIds v0
 * A block of producer ids for a broker (KIP-730).
 *
 * 0   flexible from the start
 */
import { api, int16, int32, int64 } from '../src/schema/schema.ts';

export const allocateProducerIds = api({
  key: 67,
  name: 'AllocateProducerIds',
  versions: '0',
  flexible: '0+',
  listeners: ['controller'],
  request: { brokerId: int32(), brokerEpoch: int64({ default: -1 }) },
  response: { throttleTimeMs: int32(), errorCode: int16(), producerIdStart: int64(), producerIdLen: int32() },
});
