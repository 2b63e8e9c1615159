/**
 * DescribeGroups v0-6
 * State and members of classic groups.
 *
 * 1   throttle time
 * 3   authorized operations, where asked for
 * 4   group instance ids (KIP-345)
 * 5   flexible
 * 6   an unknown group is GROUP_ID_NOT_FOUND, with a message, no longer one in state Dead (KIP-1043)
 */
import { api, array, bool, bytes, int16, int32, string, structure } from '../src/schema/schema.ts';

export const describeGroups = api({
  key: 15,
  name: 'DescribeGroups',
  versions: '0-6',
  flexible: '5+',
  listeners: ['broker'],
  request: {
    groups: array('string'),
    includeAuthorizedOperations: bool({ versions: '3+' }),
  },
  response: {
    throttleTimeMs: int32({ versions: '1+', ignorable: true }),
    groups: array(
      structure('Group', {
        errorCode: int16(),
        errorMessage: string({ versions: '6+', nullable: '6+', default: null }),
        groupId: string(),
        groupState: string(),
        protocolType: string(),
        protocolData: string(),
        members: array(
          structure('Member', {
            memberId: string(),
            groupInstanceId: string({ versions: '4+', nullable: '4+', default: null, ignorable: true }),
            clientId: string(),
            clientHost: string(),
            memberMetadata: bytes(),
            memberAssignment: bytes(),
          }),
        ),
        authorizedOperations: int32({ versions: '3+', default: -2147483648 }),
      }),
    ),
  },
});
