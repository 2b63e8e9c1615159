import type { Clock } from '@millrace/foundation';
import type { ErrorName } from '@millrace/protocol';
import type { MarkersOutcome, PartitionsByTopic, TransactionEnd } from '../core/coordinator/effects.ts';
import { OFFSETS_TOPIC } from './auto-created-topic.ts';
import type { BrokerConfig } from './broker-config.ts';
import { appendMarker, type MarkerWriter } from './coordinator-shard.ts';
import type { ReplicaPeers } from './replica-peers.ts';
import { brokerEndpoint } from './replication.ts';
import type { GroupAccess, MetadataAccess, PartitionRegistry } from './services.ts';

/** A newer coordinator has taken over, or the producer has gone on: trying again brings nothing. */
export const FENCED_MARKER_ERRORS: ReadonlySet<ErrorName> = new Set([
  'INVALID_PRODUCER_EPOCH',
  'TRANSACTION_COORDINATOR_FENCED',
]);

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

export interface ClusterMarkerWriterOptions extends MarkerWriterOptions {
  readonly metadata: MetadataAccess;
  readonly config: BrokerConfig;
  readonly peers: ReplicaPeers;
}

/** Writes markers wherever the partitions are led: here, and by requests to the other leaders, one for each. */
export function clusterMarkerWriter(options: ClusterMarkerWriterOptions): MarkerWriter {
  return async (end, partitions): Promise<MarkersOutcome> => {
    const left = new Map<string, Set<number>>();
    let isFenced = false;
    const leave = (topic: string, index: number) =>
      left.set(topic, (left.get(topic) ?? new Set()).add(index));
    const byLeader = Map.groupBy(eachOf(partitions), ([topic, index]) => leaderOf(options, topic, index));
    const writes = [...byLeader].map(async ([leader, wanted]) => {
      if (leader !== null && leader !== options.config.nodeId) {
        const outcome = await askLeader(options, leader, end, wanted);
        isFenced ||= outcome.isFenced;
        for (const [topic, index] of eachOf(outcome.left)) leave(topic, index);
        return;
      }
      const written = wanted.map(async ([topic, index]) => {
        const error = await writeMarker(options, topic, index, end);
        // A topic that is gone takes its part of the transaction along.
        if (error === null || error === 'UNKNOWN_TOPIC_OR_PARTITION') return;
        if (FENCED_MARKER_ERRORS.has(error)) isFenced = true;
        else leave(topic, index);
      });
      await Promise.all(written);
    });
    await Promise.all(writes);
    return { left, isFenced };
  };
}

type Place = readonly [topic: string, index: number];

/** Null where there is no such partition. */
function leaderOf({ metadata }: ClusterMarkerWriterOptions, topic: string, index: number): number | null {
  return metadata.image().topicsByName.get(topic)?.partitions[index]?.leader ?? null;
}

async function askLeader(
  { metadata, config, peers }: ClusterMarkerWriterOptions,
  leader: number,
  end: TransactionEnd,
  wanted: readonly Place[],
): Promise<MarkersOutcome> {
  const grouped = Map.groupBy(wanted, ([topic]) => topic);
  const partitions: PartitionsByTopic = new Map(
    [...grouped].map(([topic, places]) => [topic, new Set(places.map(([, index]) => index))]),
  );
  const to = brokerEndpoint(metadata.image(), leader, config.interBrokerListener);
  if (to === undefined) return { left: partitions, isFenced: false };
  return await peers.writeMarkers(to, end, partitions).catch(() => ({ left: partitions, isFenced: false }));
}

function eachOf(partitions: PartitionsByTopic): Place[] {
  return [...partitions].flatMap(([topic, ids]) => [...ids].map((index) => [topic, index] as const));
}
