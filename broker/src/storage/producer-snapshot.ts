import { crc32c } from '@millrace/protocol';
import { type ProducerEntry, type ProducerTable, REMEMBERED_BATCHES } from '../core/log/producer-table.ts';

const VERSION = 1;
const NO_SEQUENCE = -1;
const NO_OFFSET = -1;
const AT_CRC = 2;
const AT_ENTRIES = 10;
const ENTRY_BYTES = 8 + 2 + 4 + 8 + 4 + 8 + 4 + 8;

/**
 * The producers of a log as Kafka's `.snapshot` files hold them: version (int16), CRC-32C of what follows it (uint32),
 * count (int32), and entries of one batch each. Kafka keeps of each producer its newest batch; here those remembered
 * before it stand in entries of their own in front of it. Kafka's loader takes the last entry of a producer, which is the
 * whole of what it would have written itself.
 */
export function encodeProducerSnapshot(producers: ProducerTable): Buffer {
  const entries = [...producers.entries()].flatMap((entry) => {
    const older = entry.batches.slice(0, -1).map((batch) => ({
      ...entry,
      batches: [batch],
      lastTimestampMs: batch.timestampMs,
      transactionFirstOffset: NO_OFFSET,
    }));
    return [...older, entry];
  });
  const bytes = Buffer.alloc(AT_ENTRIES + entries.length * ENTRY_BYTES);
  bytes.writeInt16BE(VERSION, 0);
  bytes.writeInt32BE(entries.length, AT_CRC + 4);
  for (const [index, entry] of entries.entries()) encodeEntry(entry, bytes, AT_ENTRIES + index * ENTRY_BYTES);
  bytes.writeUInt32BE(crc32c(bytes.subarray(AT_CRC + 4)), AT_CRC);
  return bytes;
}

/** @returns null where the bytes are not a whole snapshot: an older one, and more of the log, are read then */
export function decodeProducerSnapshot(bytes: Buffer): readonly ProducerEntry[] | null {
  if (bytes.length < AT_ENTRIES || bytes.readInt16BE(0) !== VERSION) return null;
  if (crc32c(bytes.subarray(AT_CRC + 4)) !== bytes.readUInt32BE(AT_CRC)) return null;
  const count = bytes.readInt32BE(AT_CRC + 4);
  if (count < 0 || bytes.length !== AT_ENTRIES + count * ENTRY_BYTES) return null;
  const entries = new Map<number, ProducerEntry>();
  for (let index = 0; index < count; index += 1) {
    const entry = decodeEntry(bytes, AT_ENTRIES + index * ENTRY_BYTES);
    const before = entries.get(entry.producerId);
    const kept = before?.producerEpoch === entry.producerEpoch ? before.batches : [];
    entries.set(entry.producerId, {
      ...entry,
      batches: [...kept, ...entry.batches].slice(-REMEMBERED_BATCHES),
    });
  }
  return [...entries.values()];
}

/** With the newest of its batches. */
function encodeEntry(entry: ProducerEntry, bytes: Buffer, at: number): void {
  const batch = entry.batches.at(-1);
  const offsetDelta = batch === undefined ? 0 : batch.lastOffset - batch.firstOffset;
  bytes.writeBigInt64BE(BigInt(entry.producerId), at);
  bytes.writeInt16BE(entry.producerEpoch, at + 8);
  bytes.writeInt32BE(batch?.lastSequence ?? NO_SEQUENCE, at + 10);
  bytes.writeBigInt64BE(BigInt(batch?.lastOffset ?? NO_OFFSET), at + 14);
  bytes.writeInt32BE(offsetDelta, at + 22);
  bytes.writeBigInt64BE(BigInt(entry.lastTimestampMs), at + 26);
  bytes.writeInt32BE(entry.coordinatorEpoch, at + 34);
  bytes.writeBigInt64BE(BigInt(entry.transactionFirstOffset), at + 38);
}

function decodeEntry(bytes: Buffer, at: number): ProducerEntry {
  const producerId = Number(bytes.readBigInt64BE(at));
  const producerEpoch = bytes.readInt16BE(at + 8);
  const lastSequence = bytes.readInt32BE(at + 10);
  const lastOffset = Number(bytes.readBigInt64BE(at + 14));
  const offsetDelta = bytes.readInt32BE(at + 22);
  const timestampMs = Number(bytes.readBigInt64BE(at + 26));
  const batch = {
    producerId,
    producerEpoch,
    firstSequence: firstSequenceOf(lastSequence, offsetDelta),
    lastSequence,
    firstOffset: lastOffset - offsetDelta,
    lastOffset,
    timestampMs,
  };
  return {
    producerId,
    producerEpoch,
    batches: lastOffset < 0 ? [] : [batch],
    lastTimestampMs: timestampMs,
    coordinatorEpoch: bytes.readInt32BE(at + 34),
    transactionFirstOffset: Number(bytes.readBigInt64BE(at + 38)),
  };
}

/** Sequences wrap to 0 after 2^31 - 1. */
function firstSequenceOf(lastSequence: number, offsetDelta: number): number {
  if (lastSequence === NO_SEQUENCE) return NO_SEQUENCE;
  const first = lastSequence - offsetDelta;
  return first < 0 ? first + 0x8000_0000 : first;
}
