/**
 * Metadata v0-13
 * Brokers, and the topics with their partitions and leaders.
 *
 * 0   no topics named means all of them
 * 1   null means all topics, an empty list none; racks, controller, internal topics
 * 2   cluster id
 * 4   whether asking may create a topic
 * 5   offline replicas
 * 7   leader epochs
 * 8   authorized operations, where asked for
 * 9   flexible
 * 10  topic ids in the answer; in requests they count from 12 on
 * 11  the cluster's authorized operations have moved to DescribeCluster (KIP-700)
 * 12  topics may be asked for by id alone
 * 13  an error code for the whole answer
 */
import { api, array, bool, int16, int32, string, structure, uuid } from '../src/schema/schema.ts';

export const metadata = api({
  key: 3,
  name: 'Metadata',
  versions: '0-13',
  flexible: '9+',
  listeners: ['broker'],
  request: {
    topics: array(
      structure('Topic', {
        topicId: uuid({ versions: '10+', ignorable: true }),
        name: string({ nullable: '10+' }),
      }),
      { nullable: '1+' },
    ),
    allowAutoTopicCreation: bool({ versions: '4+', default: true }),
    includeClusterAuthorizedOperations: bool({ versions: '8-10' }),
    includeTopicAuthorizedOperations: bool({ versions: '8+' }),
  },
  response: {
    throttleTimeMs: int32({ versions: '3+', ignorable: true }),
    brokers: array(
      structure('Broker', {
        nodeId: int32(),
        host: string(),
        port: int32(),
        rack: string({ versions: '1+', nullable: '1+', default: null, ignorable: true }),
      }),
    ),
    clusterId: string({ versions: '2+', nullable: '2+', default: null, ignorable: true }),
    controllerId: int32({ versions: '1+', default: -1, ignorable: true }),
    topics: array(
      structure('Topic', {
        errorCode: int16(),
        name: string({ nullable: '12+' }),
        topicId: uuid({ versions: '10+', ignorable: true }),
        isInternal: bool({ versions: '1+', default: false, ignorable: true }),
        partitions: array(
          structure('Partition', {
            errorCode: int16(),
            partitionIndex: int32(),
            leaderId: int32(),
            leaderEpoch: int32({ versions: '7+', default: -1, ignorable: true }),
            replicaNodes: array('int32'),
            isrNodes: array('int32'),
            offlineReplicas: array('int32', { versions: '5+', ignorable: true }),
          }),
        ),
        topicAuthorizedOperations: int32({ versions: '8+', default: -2147483648 }),
      }),
    ),
    clusterAuthorizedOperations: int32({ versions: '8-10', default: -2147483648 }),
    errorCode: int16({ versions: '13+', ignorable: true }),
  },
});
