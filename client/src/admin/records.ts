import { deleteRecords } from '@millrace/protocol/messages';
import type { Cluster } from '../cluster/cluster.ts';
import { askLeaders, byTopic } from '../cluster/leader-requests.ts';
import { errorOf } from '../cluster/outcome.ts';
import type { TopicPartition } from '../types.ts';

/** Everything up to the high watermark. */
const HIGH_WATERMARK = -1;

export interface RecordsToDelete extends TopicPartition {
  readonly beforeOffset: number | 'all';
}

/** The new log start offsets, in the order of `partitions`. */
export function removeRecords(
  cluster: Cluster,
  partitions: readonly RecordsToDelete[],
): Promise<readonly number[]> {
  return askLeaders(cluster, partitions, cluster.deadline(), async (connection, led) => {
    const topics = [...byTopic(led)].map(([name, some]) => ({
      name,
      partitions: some.map(({ partition, index }) => {
        const before = partitions[index]?.beforeOffset ?? 'all';
        return { partitionIndex: partition, offset: before === 'all' ? HIGH_WATERMARK : before };
      }),
    }));
    const response = await connection.request(deleteRecords, {
      topics,
      timeoutMs: cluster.config.requestTimeoutMs,
    });
    const places = new Map(led.map(({ topic, partition, index }) => [`${topic}-${partition}`, index]));
    return response.topics.flatMap(({ name, partitions: told }) =>
      told.flatMap(({ partitionIndex, lowWatermark, errorCode }) => {
        const index = places.get(`${name}-${partitionIndex}`);
        if (index === undefined) return [];
        const error = errorOf(errorCode, `deleting records of ${name}-${partitionIndex}`);
        return [error ? { index, error } : { index, value: lowWatermark }];
      }),
    );
  });
}
