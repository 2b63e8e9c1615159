import { Reader, Writer } from '@millrace/protocol';
import { consumerProtocolAssignment, consumerProtocolSubscription } from '@millrace/protocol/internal';
import type { ConsumerProtocolCodec } from '../core/group/consumer/named-partitions.ts';

/** What consumers tell each other inside the classic protocol; bytes of any other kind are null. An int16 version stands first. */
export const consumerProtocol: ConsumerProtocolCodec = {
  subscription: (metadata) =>
    readOrNull(metadata, (reader, version) => {
      const known = Math.min(version, consumerProtocolSubscription.maxVersion);
      const { topics, ownedPartitions, rackId } = consumerProtocolSubscription.decode(reader, known);
      return { topics, owned: ownedPartitions, rackId };
    }),
  assignment: (assignment) =>
    readOrNull(assignment, (reader, version) => {
      const known = Math.min(version, consumerProtocolAssignment.maxVersion);
      const { assignedPartitions, userData } = consumerProtocolAssignment.decode(reader, known);
      return userData === null || userData.length === 0 ? assignedPartitions : null;
    }),
  encodeAssignment: (assignedPartitions, metadata) => {
    const version = Math.min(
      (metadata && readOrNull(metadata, (_reader, itsVersion) => itsVersion)) ?? 0,
      consumerProtocolAssignment.maxVersion,
    );
    const writer = new Writer(128);
    writer.int16(version);
    consumerProtocolAssignment.encode(writer, version, { assignedPartitions, userData: null });
    return writer.finish();
  },
};

function readOrNull<Value>(
  bytes: Buffer,
  read: (reader: Reader, version: number) => Value | null,
): Value | null {
  try {
    const reader = new Reader(bytes);
    const version = reader.int16();
    return version < 0 ? null : read(reader, version);
  } catch {
    return null;
  }
}
