import { kafkaError, Reader, Writer } from '@millrace/protocol';
import { consumerProtocolAssignment, consumerProtocolSubscription } from '@millrace/protocol/internal';
import { byTopic } from '../cluster/leader-requests.ts';
import type { TopicPartition } from '../types.ts';

/** The eager assignors need no more than topics; the newer versions carry what cooperative ones do. */
const SUBSCRIPTION_VERSION = 1;
const ASSIGNMENT_VERSION = 1;

/** A member's metadata in JoinGroup: the version, then ConsumerProtocolSubscription. */
export function encodeSubscription(topics: readonly string[]): Buffer {
  const writer = new Writer();
  writer.int16(SUBSCRIPTION_VERSION);
  consumerProtocolSubscription.encode(writer, SUBSCRIPTION_VERSION, {
    topics: [...topics].sort(),
    ownedPartitions: [],
    userData: null,
  });
  return writer.finish();
}

/** The topics of a member, which may speak a newer version: what is known stands first. */
export function decodeSubscription(metadata: Buffer): readonly string[] {
  const reader = new Reader(metadata);
  const version = Math.min(readVersion(reader), consumerProtocolSubscription.maxVersion);
  return consumerProtocolSubscription.decode(reader, version).topics;
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
