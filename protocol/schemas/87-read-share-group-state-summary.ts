/**
 * ReadShareGroupStateSummary v0-1
 * Where partitions start that a share group reads (KIP-932). Sent by the group coordinator.
 *
 * 1  how much is done with behind the start (KIP-1226)
 */
import { api, array, int16, int32, int64, string, structure, uuid } from '../src/schema/schema.ts';

export const readShareGroupStateSummary = api({
  key: 87,
  name: 'ReadShareGroupStateSummary',
  versions: '0-1',
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
            leaderEpoch: int32(),
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
            stateEpoch: int32(),
            leaderEpoch: int32(),
            startOffset: int64(),
            deliveryCompleteCount: int32({ versions: '1+', default: -1, ignorable: true }),
          }),
        ),
      }),
    ),
  },
});
