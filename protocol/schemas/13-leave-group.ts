/**
 * LeaveGroup v0-5
 * Members leave a classic group.
 *
 * 1   throttle time
 * 3   several members at once, by member id or group instance id (KIP-345)
 * 4   flexible
 * 5   why the member leaves (KIP-800)
 */
import { api, array, int16, int32, string, structure } from '../src/schema/schema.ts';

export const leaveGroup = api({
  key: 13,
  name: 'LeaveGroup',
  versions: '0-5',
  flexible: '4+',
  listeners: ['broker'],
  request: {
    groupId: string(),
    memberId: string({ versions: '0-2' }),
    members: array(
      structure('Member', {
        memberId: string(),
        groupInstanceId: string({ nullable: '3+', default: null }),
        reason: string({ versions: '5+', nullable: '5+', default: null, ignorable: true }),
      }),
      { versions: '3+' },
    ),
  },
  response: {
    throttleTimeMs: int32({ versions: '1+', ignorable: true }),
    errorCode: int16(),
    members: array(
      structure('Member', {
        memberId: string(),
        groupInstanceId: string({ nullable: '3+' }),
        errorCode: int16(),
      }),
      { versions: '3+' },
    ),
  },
});
