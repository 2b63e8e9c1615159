/**
 * DescribeTopicPartitions v0
 * Partitions of topics page by page (KIP-966); flexible from the start.
 */
import { api, array, bool, int16, int32, one, string, structure, uuid } from '../src/schema/schema.ts';

export const describeTopicPartitions = api({
  key: 75,
  name: 'DescribeTopicPartitions',
  versions: '0',
  flexible: '0+',
  listeners: ['broker'],
  request: {
    topics: array(
      structure('Topic', {
        name: string(),
      }),
    ),
    responsePartitionLimit: int32({ default: 2000 }),
    cursor: one(
      structure('Cursor', {
        topicName: string(),
        partitionIndex: int32(),
      }),
      { nullable: '0+', default: null },
    ),
  },
  response: {
    throttleTimeMs: int32({ ignorable: true }),
    topics: array(
      structure('Topic', {
        errorCode: int16(),
        name: string({ nullable: '0+' }),
        topicId: uuid({ ignorable: true }),
        isInternal: bool({ default: false, ignorable: true }),
        partitions: array(
          structure('Partition', {
            errorCode: int16(),
            partitionIndex: int32(),
            leaderId: int32(),
            leaderEpoch: int32({ default: -1, ignorable: true }),
            replicaNodes: array('int32'),
            isrNodes: array('int32'),
            eligibleLeaderReplicas: array('int32', { nullable: '0+', default: null }),
            lastKnownElr: array('int32', { nullable: '0+', default: null }),
            offlineReplicas: array('int32', { ignorable: true }),
          }),
        ),
        topicAuthorizedOperations: int32({ default: -2147483648 }),
      }),
    ),
    nextCursor: one(
      structure('Cursor', {
        topicName: string(),
        partitionIndex: int32(),
      }),
      { nullable: '0+', default: null },
    ),
  },
});
