import type { NamedPartitions } from '@millrace/broker/core/group/consumer/named-partitions';
import { Reader, Writer } from '@millrace/protocol';
import { consumerProtocolAssignment, consumerProtocolSubscription } from '@millrace/protocol/internal';

const VERSION = 1;

/** What consumers of the classic protocol tell each other. */
export const consumerBytes = {
  subscription(topics: readonly string[]): Buffer {
    const writer = new Writer(64);
    writer.int16(VERSION);
    consumerProtocolSubscription.encode(writer, VERSION, { topics, userData: null, ownedPartitions: [] });
    return writer.finish();
  },
  assignment(assignedPartitions: readonly NamedPartitions[]): Buffer {
    const writer = new Writer(64);
    writer.int16(VERSION);
    consumerProtocolAssignment.encode(writer, VERSION, { assignedPartitions, userData: null });
    return writer.finish();
  },
  assigned(assignment: Buffer): readonly NamedPartitions[] {
    if (assignment.length === 0) return [];
    const reader = new Reader(assignment);
    return consumerProtocolAssignment.decode(reader, reader.int16()).assignedPartitions;
  },
};
