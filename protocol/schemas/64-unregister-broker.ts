/**
 * UnregisterBroker v0
 * Takes a broker out of the cluster's metadata (KIP-631).
 *
 * 0   flexible from the start
 */
import { api, int16, int32, string } from '../src/schema/schema.ts';

export const unregisterBroker = api({
  key: 64,
  name: 'UnregisterBroker',
  versions: '0',
  flexible: '0+',
  listeners: ['broker', 'controller'],
  request: { brokerId: int32() },
  response: { throttleTimeMs: int32(), errorCode: int16(), errorMessage: string({ nullable: '0+' }) },
});
