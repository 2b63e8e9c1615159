/**
 * WriteShareGroupState v0-1
 * Stores what has changed in partitions that a share group reads (KIP-932). Sent by the leader of the partition.
 *
 * 1  how much is done with behind the start (KIP-1226)
 */
import { api, array, int8, int16, int32, int64, string, structure, uuid } from '../src/schema/schema.ts';

const stateBatch = structure('StateBatch', {
  firstOffset: int64(),
  lastOffset: int64(),
  deliveryState: int8(),
  deliveryCount: int16(),
});

export const writeShareGroupState = api({
  key: 85,
  name: 'WriteShareGroupState',
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
            stateEpoch: int32(),
            leaderEpoch: int32(),
            startOffset: int64(),
            deliveryCompleteCount: int32({ versions: '1+', default: -1, ignorable: true }),
            stateBatches: array(stateBatch),
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
