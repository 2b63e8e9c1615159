import { describeLogDirs } from '@millrace/protocol/messages';
import type { Cluster } from '../cluster/cluster.ts';
import { byTopic } from '../cluster/leader-requests.ts';
import { errorOf, throwOnError } from '../cluster/outcome.ts';
import { retrying } from '../cluster/retry.ts';
import type { LogDirDescription, TopicPartition } from '../types.ts';

const UNKNOWN = -1;

/** A broker answers for its own folders only. */
export function describeDirsOf(
  cluster: Cluster,
  brokerId: number,
  partitions: readonly TopicPartition[] | 'all',
): Promise<readonly LogDirDescription[]> {
  const topics =
    partitions === 'all'
      ? null
      : [...byTopic(partitions)].map(([topic, some]) => ({
          topic,
          partitions: some.map(({ partition }) => partition),
        }));
  const options = { deadlineMs: cluster.deadline(), signal: cluster.closing };
  return retrying(cluster.config, options, async () => {
    if (!cluster.cache.brokers.has(brokerId)) await cluster.refresh([]);
    const connection = await cluster.connection(brokerId);
    const { errorCode, results } = await connection.request(describeLogDirs, { topics });
    throwOnError(errorCode, `log folders of broker ${brokerId}`);
    return results.map((result) => ({
      path: result.logDir,
      error: errorOf(result.errorCode, `log folder ${result.logDir}`),
      totalBytes: result.totalBytes === UNKNOWN ? null : result.totalBytes,
      usableBytes: result.usableBytes === UNKNOWN ? null : result.usableBytes,
      partitions: result.topics.flatMap(({ name: topic, partitions: held }) =>
        held.map(({ partitionIndex: partition, partitionSize: sizeBytes }) => ({
          ...{ topic, partition, sizeBytes },
        })),
      ),
    }));
  });
}
