import { isKafkaError } from '@millrace/protocol';
import { electLeaders } from '@millrace/protocol/messages';
import type { PartitionElection } from '../admin-types.ts';
import type { Cluster } from '../cluster/cluster.ts';
import { errorOf, throwOnError } from '../cluster/outcome.ts';

const PREFERRED = 0;
const ALL = null;

/** ElectLeaders (KIP-460) for all partitions: some brokers name those too that are as they should be. */
export function electPreferred(cluster: Cluster): Promise<readonly PartitionElection[]> {
  const { requestTimeoutMs: timeoutMs } = cluster.config;
  const request = { electionType: PREFERRED, topicPartitions: ALL, timeoutMs };
  return cluster.anywhere(electLeaders, request, ({ errorCode, replicaElectionResults }) => {
    throwOnError(errorCode, 'elections');
    return replicaElectionResults
      .flatMap(({ topic, partitionResult }) =>
        partitionResult.map(({ partitionId: partition, errorCode: code, errorMessage }) => ({
          ...{ topic, partition, error: errorOf(code, `${topic}-${partition}`, errorMessage) },
        })),
      )
      .filter(({ error }) => error === null || !isKafkaError(error, 'ELECTION_NOT_NEEDED'));
  });
}
