import { type DescribeQuorumResponse, describeCluster, describeQuorum } from '@millrace/protocol/messages';
import type { ClusterDescription, QuorumDescription, QuorumMember } from '../admin-types.ts';
import type { Cluster } from '../cluster/cluster.ts';
import { throwOnError } from '../cluster/outcome.ts';

const METADATA_TOPIC = '__cluster_metadata';

/** DescribeCluster: who is there. */
export function readCluster(
  cluster: Cluster,
  { includeFenced }: { readonly includeFenced: boolean },
): Promise<ClusterDescription> {
  const request = { includeClusterAuthorizedOperations: false, includeFencedBrokers: includeFenced };
  return cluster.anywhere(describeCluster, request, (response) => {
    throwOnError(response.errorCode, 'cluster', response.errorMessage);
    const { clusterId, controllerId } = response;
    const brokers = response.brokers.map(({ brokerId: id, host, port, rack, isFenced: fenced }) => ({
      ...{ id, host, port, rack, fenced },
    }));
    return { clusterId, controllerId, brokers };
  });
}

/** DescribeQuorum: whichever broker is asked hands the question on to the leader. */
export function readQuorum(cluster: Cluster): Promise<QuorumDescription> {
  const request = { topics: [{ topicName: METADATA_TOPIC, partitions: [{ partitionIndex: 0 }] }] };
  return cluster.anywhere(describeQuorum, request, (response) => {
    throwOnError(response.errorCode, 'quorum', response.errorMessage);
    const partition = response.topics[0]?.partitions[0];
    throwOnError(partition?.errorCode ?? 0, 'quorum', partition?.errorMessage ?? null);
    const { leaderId = -1, leaderEpoch = -1, highWatermark = -1 } = partition ?? {};
    const members = (states: readonly ReplicaState[] = []) =>
      states.map((state) => memberOf(state, response));
    return {
      ...{ leaderId, leaderEpoch, highWatermark },
      voters: members(partition?.currentVoters),
      observers: members(partition?.observers),
    };
  });
}

type ReplicaState = DescribeQuorumResponse['topics'][number]['partitions'][number]['currentVoters'][number];

function memberOf(state: ReplicaState, { nodes }: DescribeQuorumResponse): QuorumMember {
  const { replicaId: id, logEndOffset: endOffset, lastFetchTimestamp, lastCaughtUpTimestamp } = state;
  const listener = nodes.find(({ nodeId }) => nodeId === id)?.listeners[0];
  return {
    ...{ id, endOffset },
    lastFetchMs: lastFetchTimestamp < 0 ? null : lastFetchTimestamp,
    lastCaughtUpMs: lastCaughtUpTimestamp < 0 ? null : lastCaughtUpTimestamp,
    endpoint: listener === undefined ? null : { host: listener.host, port: listener.port },
  };
}
