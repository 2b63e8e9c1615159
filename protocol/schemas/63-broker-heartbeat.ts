/**
 * BrokerHeartbeat v0-2
 * A broker's sign of life, and what it wishes (KIP-631).
 *
 * 0   flexible from the start
 * 1   log folders that are offline (KIP-858)
 * 2   log folders that take no new partitions
 */
import { api, array, bool, int16, int32, int64 } from '../src/schema/schema.ts';

export const brokerHeartbeat = api({
  key: 63,
  name: 'BrokerHeartbeat',
  versions: '0-2',
  flexible: '0+',
  listeners: ['controller'],
  request: {
    brokerId: int32(),
    brokerEpoch: int64({ default: -1 }),
    currentMetadataOffset: int64(),
    wantFence: bool(),
    wantShutDown: bool(),
    offlineLogDirs: array('uuid', { versions: '1+', tag: 0 }),
    cordonedLogDirs: array('uuid', { versions: '2+', nullable: '2+', default: null, tag: 1 }),
  },
  response: {
    throttleTimeMs: int32(),
    errorCode: int16(),
    isCaughtUp: bool({ default: false }),
    isFenced: bool({ default: true }),
    shouldShutDown: bool(),
  },
});
