/**
 * JoinGroup v0-9
 * A member enters a classic group and waits for the generation that it begins.
 *
 * 1   a rebalance timeout of its own, no longer the session's
 * 4   a first join without member id is answered with one and MEMBER_ID_REQUIRED
 * 5   group instance id (KIP-345)
 * 6   flexible
 * 7   the answer repeats the protocol type (KIP-559)
 * 8   why the member joins (KIP-800)
 * 9   the answer may tell the leader not to assign (KIP-814)
 */
import { api, array, bool, bytes, int16, int32, string, structure } from '../src/schema/schema.ts';

export const joinGroup = api({
  key: 11,
  name: 'JoinGroup',
  versions: '0-9',
  flexible: '6+',
  listeners: ['broker'],
  request: {
    groupId: string(),
    sessionTimeoutMs: int32(),
    rebalanceTimeoutMs: int32({ versions: '1+', default: -1, ignorable: true }),
    memberId: string(),
    groupInstanceId: string({ versions: '5+', nullable: '5+', default: null }),
    protocolType: string(),
    protocols: array(
      structure('Protocol', {
        name: string(),
        metadata: bytes(),
      }),
    ),
    reason: string({ versions: '8+', nullable: '8+', default: null, ignorable: true }),
  },
  response: {
    throttleTimeMs: int32({ versions: '2+', ignorable: true }),
    errorCode: int16(),
    generationId: int32({ default: -1 }),
    protocolType: string({ versions: '7+', nullable: '7+', default: null, ignorable: true }),
    protocolName: string({ nullable: '7+' }),
    leader: string(),
    skipAssignment: bool({ versions: '9+', default: false }),
    memberId: string(),
    members: array(
      structure('Member', {
        memberId: string(),
        groupInstanceId: string({ versions: '5+', nullable: '5+', default: null, ignorable: true }),
        metadata: bytes(),
      }),
    ),
  },
});
