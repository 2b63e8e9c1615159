/**
 * InitializeShareGroupState v0
 * Takes partitions into a share group, or begins anew where they are in it (KIP-932). Sent by the group coordinator.
 */
import { api, array, int16, int32, int64, string, structure, uuid } from '../src/schema/schema.ts';

export const initializeShareGroupState = api({
  key: 83,
  name: 'InitializeShareGroupState',
  versions: '0',
  flexible: '0+',
  listeners: ['broker'],
  request: {
    groupId: string(),
    topics: array(
      structure('Topic', {
        topicId: uuid(),
        partitions: array(
          structure('Partition', {
            partition: int32(),
            stateEpoch: int32(),
            startOffset: int64(),
          }),
        ),
      }),
    ),
  },
  response: {
    results: array(
      structure('Topic', {
        topicId: uuid(),
        partitions: array(
          structure('Partition', {
            partition: int32(),
            errorCode: int16(),
            errorMessage: string({ nullable: '0+', default: null }),
          }),
        ),
      }),
    ),
  },
});
