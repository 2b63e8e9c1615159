import { kafkaError } from '@millrace/protocol';
import { listOffsets } from '@millrace/protocol/messages';
import type { Connection } from '../connection/index.ts';
import type { TopicPartition } from '../types.ts';
import type { Cluster } from './cluster.ts';
import { askLeaders, byTopic, type LedPartition, type PartitionOutcome } from './leader-requests.ts';
import { errorOf } from './outcome.ts';

export type OffsetSpec = 'earliest' | 'latest' | { readonly timestampMs: number };
export type IsolationLevel = 'read_uncommitted' | 'read_committed';

const LATEST_TIMESTAMP = -1;
const EARLIEST_TIMESTAMP = -2;

export function isolationLevelId(level: IsolationLevel): number {
  return level === 'read_committed' ? 1 : 0;
}

/**
 * Offsets of partitions at a place in time. By timestamp: of the first record no older than it, -1 where there is none.
 * `latest` under read_committed is the last stable offset.
 * @throws {MillraceError} UNKNOWN_TOPIC_OR_PARTITION, ... after the deadline
 */
export function fetchOffsets(
  cluster: Cluster,
  partitions: readonly TopicPartition[],
  at: OffsetSpec,
  isolation: IsolationLevel,
  deadlineMs = cluster.deadline(),
): Promise<readonly number[]> {
  const timestamp =
    at === 'earliest' ? EARLIEST_TIMESTAMP : at === 'latest' ? LATEST_TIMESTAMP : at.timestampMs;
  return askLeaders(cluster, partitions, deadlineMs, (connection, led) =>
    askOne(connection, led, timestamp, isolation),
  );
}

async function askOne(
  connection: Connection,
  led: readonly LedPartition[],
  timestamp: number,
  isolation: IsolationLevel,
): Promise<readonly PartitionOutcome<number>[]> {
  const response = await connection.request(listOffsets, {
    replicaId: -1,
    isolationLevel: isolationLevelId(isolation),
    topics: [...byTopic(led)].map(([name, partitions]) => ({
      name,
      partitions: partitions.map(({ partition, leaderEpoch }) => ({
        partitionIndex: partition,
        currentLeaderEpoch: leaderEpoch,
        timestamp,
      })),
    })),
  });
  const answers = new Map<string, PartitionOutcome<number>>();
  const indexes = new Map(led.map(({ topic, partition, index }) => [`${topic}-${partition}`, index]));
  for (const { name, partitions } of response.topics) {
    for (const { partitionIndex, errorCode, offset } of partitions) {
      const subject = `${name}-${partitionIndex}`;
      const index = indexes.get(subject);
      if (index === undefined) continue;
      const error = errorOf(errorCode, subject);
      answers.set(subject, error ? { index, error } : { index, value: offset });
    }
  }
  return led.map(
    ({ topic, partition, index }) =>
      answers.get(`${topic}-${partition}`) ?? {
        index,
        error: kafkaError('UNKNOWN_SERVER_ERROR', `${topic}-${partition} was left out of the answer`),
      },
  );
}
