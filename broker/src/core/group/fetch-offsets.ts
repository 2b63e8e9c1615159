import type { ErrorName } from '@millrace/protocol';
import type { OffsetCommitValue } from '@millrace/protocol/internal';
import { consumerFetchProblem } from './consumer/consumer-offsets.ts';
import type { GroupShard } from './group-shard.ts';

export interface OffsetsQuery {
  readonly group: string;
  /** Who asks, as a member of the consumer protocol (v9); null and negative: nobody of the group. */
  readonly memberId: string | null;
  readonly memberEpoch: number;
  /** Null: everything that the group has committed. */
  readonly topics: readonly TopicPartitions[] | null;
  /** Whether an offset that a transaction may still change is not told (KIP-447). */
  readonly requireStable: boolean;
}

export interface TopicPartitions {
  readonly topic: string;
  readonly partitions: readonly number[];
}

/** In the order of the query, a topic that stands there twice likewise. */
export type OffsetsResult =
  | { readonly error: ErrorName }
  | { readonly error: null; readonly topics: readonly FetchedTopic[] };

export interface FetchedTopic {
  readonly topic: string;
  readonly partitions: readonly FetchedOffset[];
}

export interface FetchedOffset {
  readonly partition: number;
  /** Null: nothing is committed, or it is not told. */
  readonly committed: OffsetCommitValue | null;
  /** A transaction may still change it, and a stable one was asked for. */
  readonly isUnstable: boolean;
}

/** OffsetFetch. */
export function fetchOffsets(shard: GroupShard, query: OffsetsQuery): OffsetsResult {
  const group = shard.consumer(query.group);
  const problem =
    group && consumerFetchProblem(group, { memberId: query.memberId, epoch: query.memberEpoch });
  if (problem) return { error: problem };
  const all = shard.offsets.of(query.group);
  const asked =
    query.topics ?? [...all].map(([topic, partitions]) => ({ topic, partitions: [...partitions.keys()] }));
  const topics = asked.map(({ topic, partitions }) => ({
    topic,
    partitions: partitions.map((partition) => {
      const isUnstable = query.requireStable && shard.pendingOffsets.has(query.group, topic, partition);
      return {
        partition,
        committed: isUnstable ? null : (all.get(topic)?.get(partition) ?? null),
        isUnstable,
      };
    }),
  }));
  return { error: null, topics };
}
