/**
 * OffsetDelete v0
 * Forgets committed offsets of a group.
 */
import { api, array, int16, int32, string, structure } from '../src/schema/schema.ts';

export const offsetDelete = api({
  key: 47,
  name: 'OffsetDelete',
  versions: '0',
  flexible: 'none',
  listeners: ['broker'],
  request: {
    groupId: string(),
    topics: array(
      structure('Topic', {
        name: string(),
        partitions: array(
          structure('Partition', {
            partitionIndex: int32(),
          }),
        ),
      }),
    ),
  },
  response: {
    errorCode: int16(),
    throttleTimeMs: int32({ ignorable: true }),
    topics: array(
      structure('Topic', {
        name: string(),
        partitions: array(
          structure('Partition', {
            partitionIndex: int32(),
            errorCode: int16(),
          }),
        ),
      }),
    ),
  },
});
