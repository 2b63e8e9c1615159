import type { MillraceError } from '@millrace/foundation';
import { kafkaError } from '@millrace/protocol';
import type { Connection } from '../connection/index.ts';
import type { TopicPartition } from '../types.ts';
import type { Cluster } from './cluster.ts';
import { throwFirst } from './outcome.ts';
import { retrying } from './retry.ts';
import { NO_LEADER } from './topic-metadata.ts';

/** A partition with where it is led from, and its place in the caller's list. */
export interface LedPartition extends TopicPartition {
  readonly index: number;
  readonly leaderEpoch: number;
}

/** One broker's answer for one partition. */
export type PartitionOutcome<T> =
  | { readonly index: number; readonly value: T }
  | { readonly index: number; readonly error: MillraceError };

/**
 * Asks the leader of each partition, one request per broker; what failed for a passing reason is asked again with new
 * metadata until the deadline. Answers in the order of `partitions`.
 * @throws {MillraceError} the first failure, naming its partition
 */
export async function askLeaders<T>(
  cluster: Cluster,
  partitions: readonly TopicPartition[],
  deadlineMs: number,
  ask: (connection: Connection, led: readonly LedPartition[]) => Promise<readonly PartitionOutcome<T>[]>,
): Promise<readonly T[]> {
  const answers = new Map<number, T>();
  let fresh = false;
  await retrying(cluster.config, { deadlineMs, signal: cluster.closing }, async () => {
    const open = partitions
      .map((partition, index) => ({ ...partition, index }))
      .filter(({ index }) => !answers.has(index));
    const names = [...new Set(open.map(({ topic }) => topic))];
    if (names.length > 0) await cluster.topics(names, { deadlineMs, fresh });
    fresh = true;
    const { byLeader, errors } = groupByLeader(cluster, open);
    await Promise.all(
      [...byLeader].map(async ([leader, led]) => {
        for (const outcome of await ask(await cluster.connection(leader), led)) {
          if ('error' in outcome) errors.push(outcome.error);
          else answers.set(outcome.index, outcome.value);
        }
      }),
    );
    throwFirst(errors);
  });
  return partitions.map((partition, index) => {
    if (answers.has(index)) return answers.get(index) as T;
    throw kafkaError(
      'UNKNOWN_SERVER_ERROR',
      `${partition.topic}-${partition.partition} was left out of the answer`,
    );
  });
}

function groupByLeader(cluster: Cluster, partitions: readonly (TopicPartition & { index: number })[]) {
  const byLeader = new Map<number, LedPartition[]>();
  const errors: MillraceError[] = [];
  for (const { topic, partition, index } of partitions) {
    const known = cluster.cache.topic(topic)?.partitions[partition];
    if (known === undefined) {
      errors.push(kafkaError('UNKNOWN_TOPIC_OR_PARTITION', `${topic} has no partition ${partition}`));
    } else if (known.leader === NO_LEADER) {
      errors.push(kafkaError('LEADER_NOT_AVAILABLE', `${topic}-${partition} has no leader`));
    } else {
      const led = byLeader.get(known.leader) ?? [];
      byLeader.set(known.leader, led);
      led.push({ topic, partition, index, leaderEpoch: known.leaderEpoch });
    }
  }
  return { byLeader, errors };
}

/** Groups by topic, as most requests want it. */
export function byTopic<T extends TopicPartition>(
  partitions: readonly T[],
): ReadonlyMap<string, readonly T[]> {
  const topics = new Map<string, T[]>();
  for (const partition of partitions) {
    const known = topics.get(partition.topic);
    if (known) known.push(partition);
    else topics.set(partition.topic, [partition]);
  }
  return topics;
}
