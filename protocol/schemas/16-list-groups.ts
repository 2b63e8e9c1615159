/**
 * ListGroups v0-5
 * The groups that a broker coordinates.
 *
 * 1   throttle time
 * 3   flexible
 * 4   by state (KIP-518)
 * 5   by type (KIP-848)
 */
import { api, array, int16, int32, string, structure } from '../src/schema/schema.ts';

export const listGroups = api({
  key: 16,
  name: 'ListGroups',
  versions: '0-5',
  flexible: '3+',
  listeners: ['broker'],
  request: {
    statesFilter: array('string', { versions: '4+' }),
    typesFilter: array('string', { versions: '5+' }),
  },
  response: {
    throttleTimeMs: int32({ versions: '1+', ignorable: true }),
    errorCode: int16(),
    groups: array(
      structure('Group', {
        groupId: string(),
        protocolType: string(),
        groupState: string({ versions: '4+', ignorable: true }),
        groupType: string({ versions: '5+', ignorable: true }),
      }),
    ),
  },
});
