import type { Clock } from '@millrace/foundation';
import type { ErrorName } from '@millrace/protocol';
import type { MarkersOutcome, PartitionsByTopic, TransactionEnd } from '../core/coordinator/effects.ts';
import { OFFSETS_TOPIC } from './auto-created-topic.ts';
import { appendMarker, type MarkerWriter } from './coordinator-shard.ts';
import type { GroupAccess, PartitionRegistry } from './services.ts';

/** A newer coordinator has taken over, or the producer has gone on: trying again brings nothing. */
const FENCED: ReadonlySet<ErrorName> = new Set(['INVALID_PRODUCER_EPOCH', 'TRANSACTION_COORDINATOR_FENCED']);

export interface MarkerWriterOptions {
  readonly partitions: PartitionRegistry;
  readonly groups: GroupAccess;
  readonly clock: Clock;
}

/**
 * Writes the marker of a transaction to one partition that is led here, by the group coordinator where it keeps offsets.
 * @returns null when the marker is committed
 */
export async function writeMarker(
  { partitions, groups, clock }: MarkerWriterOptions,
  topic: string,
  index: number,
  end: TransactionEnd,
): Promise<ErrorName | null> {
  const partition = partitions.leader(topic, index);
  if (typeof partition === 'string') return partition;
  if (topic === OFFSETS_TOPIC) return await groups.endTransaction(index, end);
  const outcome = appendMarker(partition, end, clock.now());
  if (outcome.error !== null) return outcome.error;
  return await new Promise((resolve) => partition.whenCommitted(outcome.lastOffset + 1, resolve));
}

/** Writes markers where all partitions are led by this broker: the single node. */
export function localMarkerWriter(options: MarkerWriterOptions): MarkerWriter {
  return async (end, partitions): Promise<MarkersOutcome> => {
    const left = new Map<string, Set<number>>();
    let isFenced = false;
    const writes = eachOf(partitions).map(async ([topic, index]) => {
      const error = await writeMarker(options, topic, index, end);
      // A topic that is gone takes its part of the transaction along.
      if (error === null || error === 'UNKNOWN_TOPIC_OR_PARTITION') return;
      if (FENCED.has(error)) isFenced = true;
      else left.set(topic, (left.get(topic) ?? new Set()).add(index));
    });
    await Promise.all(writes);
    return { left, isFenced };
  };
}

function eachOf(partitions: PartitionsByTopic): (readonly [topic: string, index: number])[] {
  return [...partitions].flatMap(([topic, ids]) => [...ids].map((index) => [topic, index] as const));
}
