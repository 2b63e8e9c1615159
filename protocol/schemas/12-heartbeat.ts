/**
 * Heartbeat v0-4
 * A member of a classic group says that it lives, and learns of rebalances.
 *
 * 1   throttle time
 * 3   group instance id (KIP-345)
 * 4   flexible
 */
import { api, int16, int32, string } from '../src/schema/schema.ts';

export const heartbeat = api({
  key: 12,
  name: 'Heartbeat',
  versions: '0-4',
  flexible: '4+',
  listeners: ['broker'],
  request: {
    groupId: string(),
    generationId: int32(),
    memberId: string(),
    groupInstanceId: string({ versions: '3+', nullable: '3+', default: null }),
  },
  response: {
    throttleTimeMs: int32({ versions: '1+', ignorable: true }),
    errorCode: int16(),
  },
});
