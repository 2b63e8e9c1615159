/**
 * EndQuorumEpoch v0-1
 * A leader of the metadata quorum resigns, so that nobody waits for a timeout (KIP-595).
 *
 * 1   flexible; who should stand next with directory ids, where the leader is reached (KIP-853)
 */
import { api, array, int16, int32, string, structure, uint16, uuid } from '../src/schema/schema.ts';

export const endQuorumEpoch = api({
  key: 54,
  name: 'EndQuorumEpoch',
  versions: '0-1',
  flexible: '1+',
  listeners: ['controller'],
  request: {
    clusterId: string({ nullable: '0+', default: null }),
    topics: array(
      structure('Topic', {
        topicName: string(),
        partitions: array(
          structure('Partition', {
            partitionIndex: int32(),
            leaderId: int32(),
            leaderEpoch: int32(),
            preferredSuccessors: array('int32', { versions: '0', ignorable: true }),
            preferredCandidates: array(
              structure('ReplicaInfo', { candidateId: int32(), candidateDirectoryId: uuid() }),
              { versions: '1+', ignorable: true },
            ),
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
