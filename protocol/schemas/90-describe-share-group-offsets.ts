/**
 * DescribeShareGroupOffsets v0-1
 * Where share groups' partitions start (KIP-932).
 *
 * 1  and how far behind they are (KIP-1226)
 */
import { api, array, int16, int32, int64, string, structure, uuid } from '../src/schema/schema.ts';

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
