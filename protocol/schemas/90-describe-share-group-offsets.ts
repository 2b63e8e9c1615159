/**
 * DescribeShareGroupOffsets v0-1
 * Where share groups' partitions start (KIP-932).
 *
 * 1  and how far behind they are (KIP-1226)
 *
 * Tags from 10000 are Millrace's own: what the leader of a partition has in flight for the group. Others pass over them.
 */
import { api, array, bool, int16, int32, int64, string, structure, uuid } from '../src/schema/schema.ts';

export const describeShareGroupOffsets = api({
  key: 90,
  name: 'DescribeShareGroupOffsets',
  versions: '0-1',
  flexible: '0+',
  listeners: ['broker'],
  request: {
    groups: array(
      structure('Group', {
        groupId: string(),
        topics: array(
          structure('Topic', {
            topicName: string(),
            partitions: array('int32'),
          }),
          { nullable: '0+' },
        ),
      }),
    ),
    ofLeader: bool({ tag: 10_000 }),
  },
  response: {
    throttleTimeMs: int32(),
    groups: array(
      structure('Group', {
        groupId: string(),
        topics: array(
          structure('Topic', {
            topicName: string(),
            topicId: uuid(),
            partitions: array(
              structure('Partition', {
                partitionIndex: int32(),
                startOffset: int64(),
                leaderEpoch: int32(),
                lag: int64({ versions: '1+', default: -1, ignorable: true }),
                errorCode: int16(),
                errorMessage: string({ nullable: '0+', default: null }),
                acquired: int32({ tag: 10_000, default: -1 }),
                maxAcquired: int32({ tag: 10_001 }),
                lockMs: int32({ tag: 10_002 }),
                oldestLockMs: int32({ tag: 10_003, default: -1 }),
                deliveries: array(structure('Delivery', { count: int16(), records: int32() }), {
                  tag: 10_004,
                }),
              }),
            ),
          }),
        ),
        errorCode: int16(),
        errorMessage: string({ nullable: '0+', default: null }),
      }),
    ),
  },
});
