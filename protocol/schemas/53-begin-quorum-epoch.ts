/**
 * BeginQuorumEpoch v0-1
 * A new leader of the metadata quorum says so to the voters (KIP-595).
 *
 * 1   flexible; the voter that is meant, and where the leader is reached (KIP-853)
 */
import { api, array, int16, int32, string, structure, uint16, uuid } from '../src/schema/schema.ts';

export const beginQuorumEpoch = api({
  key: 53,
  name: 'BeginQuorumEpoch',
  versions: '0-1',
  flexible: '1+',
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
            voterDirectoryId: uuid({ versions: '1+', ignorable: true }),
            leaderId: int32(),
            leaderEpoch: int32(),
          }),
        ),
      }),
    ),
    leaderEndpoints: array(structure('LeaderEndpoint', { name: string(), host: string(), port: uint16() }), {
      versions: '1+',
      ignorable: true,
    }),
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
