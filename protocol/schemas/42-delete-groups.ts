/**
 * DeleteGroups v0-2
 * Deletes groups that have no members.
 *
 * 2   flexible
 */
import { api, array, int16, int32, string, structure } from '../src/schema/schema.ts';

export const deleteGroups = api({
  key: 42,
  name: 'DeleteGroups',
  versions: '0-2',
  flexible: '2+',
  listeners: ['broker'],
  request: {
    groupsNames: array('string'),
  },
  response: {
    throttleTimeMs: int32(),
    results: array(
      structure('Result', {
        groupId: string(),
        errorCode: int16(),
      }),
    ),
  },
});
