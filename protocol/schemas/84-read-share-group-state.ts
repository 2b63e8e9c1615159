/**
 * ReadShareGroupState v0
 * What is stored of partitions that a share group reads (KIP-932). Sent by the leader of the partition.
 */
import { api, array, int8, int16, int32, int64, string, structure, uuid } from '../src/schema/schema.ts';

const stateBatch = structure('StateBatch', {
  firstOffset: int64(),
  lastOffset: int64(),
  deliveryState: int8(),
  deliveryCount: int16(),
});

export const readShareGroupState = api({
  key: 84,
  name: 'ReadShareGroupState',
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
            startOffset: int64(),
            stateBatches: array(stateBatch),
          }),
        ),
      }),
    ),
  },
});
