/**
 * DescribeQuorum v0-2
 * Leader, voters and observers of the metadata quorum (KIP-595).
 *
 * 0   flexible from the start
 * 1   when a replica last fetched and last was caught up (KIP-836)
 * 2   directory ids, endpoints of the nodes, messages beside errors (KIP-853)
 */
import { api, array, int16, int32, int64, string, structure, uint16, uuid } from '../src/schema/schema.ts';

const replicaState = structure('ReplicaState', {
  replicaId: int32(),
  replicaDirectoryId: uuid({ versions: '2+' }),
  logEndOffset: int64(),
  lastFetchTimestamp: int64({ versions: '1+', default: -1, ignorable: true }),
  lastCaughtUpTimestamp: int64({ versions: '1+', default: -1, ignorable: true }),
});

export const describeQuorum = api({
  key: 55,
  name: 'DescribeQuorum',
  versions: '0-2',
  flexible: '0+',
  listeners: ['broker', 'controller'],
  request: {
    topics: array(
      structure('Topic', {
        topicName: string(),
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
    errorMessage: string({ versions: '2+', nullable: '2+', ignorable: true }),
    topics: array(
      structure('Topic', {
        topicName: string(),
        partitions: array(
          structure('Partition', {
            partitionIndex: int32(),
            errorCode: int16(),
            errorMessage: string({ versions: '2+', nullable: '2+', ignorable: true }),
            leaderId: int32(),
            leaderEpoch: int32(),
            highWatermark: int64(),
            currentVoters: array(replicaState),
            observers: array(replicaState),
          }),
        ),
      }),
    ),
    nodes: array(
      structure('Node', {
        nodeId: int32(),
        listeners: array(
          structure('Listener', {
            name: string(),
            host: string(),
            port: uint16(),
          }),
        ),
      }),
      { versions: '2+' },
    ),
  },
});
