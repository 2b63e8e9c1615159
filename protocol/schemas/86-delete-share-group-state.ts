/**
 * DeleteShareGroupState v0
 * Forgets what is stored of partitions that a share group read (KIP-932). Sent by the group coordinator.
 * Tags from 10000 are Millrace's own: the newest state that is meant, so that a request that comes late spares what began since.
 */
import { api, array, int16, int32, string, structure, uuid } from '../src/schema/schema.ts';

export const deleteShareGroupState = api({
  key: 86,
  name: 'DeleteShareGroupState',
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
            stateEpoch: int32({ tag: 10_000, default: -1 }),
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
