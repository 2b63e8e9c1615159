import { kafkaError, Reader, Writer } from '@millrace/protocol';
import { consumerProtocolAssignment, consumerProtocolSubscription } from '@millrace/protocol/internal';
import { byTopic } from '../cluster/leader-requests.ts';
import type { TopicPartition } from '../types.ts';

/** With what a member has, and the generation of it (KIP-792). */
const SUBSCRIPTION_VERSION = 2;
const ASSIGNMENT_VERSION = 1;

export interface Subscription {
  readonly topics: readonly string[];
  /** What the member has: said by those that keep it over a rebalance. */
  readonly owned: readonly TopicPartition[];
  /** In which it had that; negative: none. */
  readonly generationId: number;
}

/** A member's metadata in JoinGroup: the version, then ConsumerProtocolSubscription. */
export function encodeSubscription({ topics, owned, generationId }: Subscription): Buffer {
  const writer = new Writer();
  writer.int16(SUBSCRIPTION_VERSION);
  consumerProtocolSubscription.encode(writer, SUBSCRIPTION_VERSION, {
    topics: [...topics].sort(),
    ownedPartitions: [...byTopic(owned)].map(([topic, some]) => ({
      topic,
      partitions: some.map(({ partition }) => partition),
    })),
    userData: null,
    generationId,
  });
  return writer.finish();
}

/** What a member says, which may speak a newer version: what is known stands first. */
export function decodeSubscription(metadata: Buffer): Subscription {
  const reader = new Reader(metadata);
  const version = Math.min(readVersion(reader), consumerProtocolSubscription.maxVersion);
  const { topics, ownedPartitions, generationId } = consumerProtocolSubscription.decode(reader, version);
  const owned = ownedPartitions.flatMap(({ topic, partitions }) =>
    partitions.map((partition) => ({ topic, partition })),
  );
  return { topics, owned, generationId };
}

export function encodeAssignment(partitions: readonly TopicPartition[]): Buffer {
  const writer = new Writer();
  writer.int16(ASSIGNMENT_VERSION);
  consumerProtocolAssignment.encode(writer, ASSIGNMENT_VERSION, {
    assignedPartitions: [...byTopic(partitions)].map(([topic, some]) => ({
      topic,
      partitions: some.map(({ partition }) => partition),
    })),
    userData: null,
  });
  return writer.finish();
}

/** An empty assignment is none: what a leader that knew nothing of the member leaves. */
export function decodeAssignment(assignment: Buffer): readonly TopicPartition[] {
  if (assignment.length === 0) return [];
  const reader = new Reader(assignment);
  const version = Math.min(readVersion(reader), consumerProtocolAssignment.maxVersion);
  const { assignedPartitions } = consumerProtocolAssignment.decode(reader, version);
  return assignedPartitions.flatMap(({ topic, partitions }) =>
    partitions.map((partition) => ({ topic, partition })),
  );
}

function readVersion(reader: Reader): number {
  const version = reader.int16();
  if (version < 0)
    throw kafkaError('INCONSISTENT_GROUP_PROTOCOL', `no consumer protocol has version ${version}`);
  return version;
}
