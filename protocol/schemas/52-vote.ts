/**
 * Vote v0-2
 * A voter asks the others for their votes in an epoch of the metadata quorum (KIP-595).
 *
 * 0   flexible from the start
 * 1   directory ids of both sides, endpoints in the answer (KIP-853)
 * 2   pre-vote: whether a vote would be granted, with no epoch changed (KIP-996)
 */
import {
  api,
  array,
  bool,
  int16,
  int32,
  int64,
  string,
  structure,
  uint16,
  uuid,
} from '../src/schema/schema.ts';

export const vote = api({
  key: 52,
  name: 'Vote',
  versions: '0-2',
  flexible: '0+',
  listeners: ['controller'],
  request: {
    clusterId: string({ nullable: '0+', default: null }),
    voterId: int32({ versions: '1+', default: -1, ignorable: true }),
    topics: array(
      structure('Topic', {
        topicName: string(),
        partitions: array(
          structure('Partition', {
            partitionIndex: int32(),
            replicaEpoch: int32(),
            replicaId: int32(),
            replicaDirectoryId: uuid({ versions: '1+', ignorable: true }),
            voterDirectoryId: uuid({ versions: '1+', ignorable: true }),
            lastOffsetEpoch: int32(),
            lastOffset: int64(),
            preVote: bool({ versions: '2+' }),
          }),
        ),
      }),
    ),
  },
  response: {
    errorCode: int16(),
    topics: array(
      structure('Topic', {
        topicName: string(),
        partitions: array(
          structure('Partition', {
            partitionIndex: int32(),
            errorCode: int16(),
            leaderId: int32(),
            leaderEpoch: int32(),
            voteGranted: bool(),
          }),
        ),
      }),
    ),
    nodeEndpoints: array(structure('NodeEndpoint', { nodeId: int32(), host: string(), port: uint16() }), {
      versions: '1+',
      tag: 0,
    }),
  },
});
