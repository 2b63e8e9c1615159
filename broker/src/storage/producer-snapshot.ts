import { crc32c } from '@millrace/protocol';
import type { ProducerEntry, ProducerTable } from '../core/log/producer-table.ts';

const VERSION = 1;
const AT_CRC = 2;
const AT_ENTRIES = 10;
const ENTRY_BYTES = 8 + 2 + 4 + 8 + 4 + 8 + 4 + 8;

/**
 * The producers of a log as Kafka's `.snapshot` files hold them: version (int16), CRC-32C of what follows it (uint32),
 * count (int32), and of each producer its newest batch.
 */
export function encodeProducerSnapshot(producers: ProducerTable): Buffer {
  const bytes = Buffer.alloc(AT_ENTRIES + producers.size * ENTRY_BYTES);
  bytes.writeInt16BE(VERSION, 0);
  bytes.writeInt32BE(producers.size, AT_CRC + 4);
  let at = AT_ENTRIES;
  for (const entry of producers.entries()) {
    const batch = entry.batches.at(-1);
    const offsetDelta = batch === undefined ? 0 : batch.lastOffset - batch.firstOffset;
    bytes.writeBigInt64BE(BigInt(entry.producerId), at);
    bytes.writeInt16BE(entry.producerEpoch, at + 8);
    bytes.writeInt32BE(batch?.lastSequence ?? -1, at + 10);
    bytes.writeBigInt64BE(BigInt(batch?.lastOffset ?? -1), at + 14);
    bytes.writeInt32BE(offsetDelta, at + 22);
    bytes.writeBigInt64BE(BigInt(batch?.timestampMs ?? -1), at + 26);
    bytes.writeInt32BE(entry.coordinatorEpoch, at + 34);
    bytes.writeBigInt64BE(BigInt(entry.transactionFirstOffset), at + 38);
    at += ENTRY_BYTES;
  }
  bytes.writeUInt32BE(crc32c(bytes.subarray(AT_CRC + 4)), AT_CRC);
  return bytes;
}

/** @returns null where the bytes are not a whole snapshot: an older one, and more of the log, are read then */
export function decodeProducerSnapshot(bytes: Buffer): readonly ProducerEntry[] | null {
  if (bytes.length < AT_ENTRIES || bytes.readInt16BE(0) !== VERSION) return null;
  if (crc32c(bytes.subarray(AT_CRC + 4)) !== bytes.readUInt32BE(AT_CRC)) return null;
  const count = bytes.readInt32BE(AT_CRC + 4);
  if (count < 0 || bytes.length !== AT_ENTRIES + count * ENTRY_BYTES) return null;
  return Array.from({ length: count }, (_, index) => decodeEntry(bytes, AT_ENTRIES + index * ENTRY_BYTES));
}

function decodeEntry(bytes: Buffer, at: number): ProducerEntry {
  const producerId = Number(bytes.readBigInt64BE(at));
  const producerEpoch = bytes.readInt16BE(at + 8);
  const lastSequence = bytes.readInt32BE(at + 10);
  const lastOffset = Number(bytes.readBigInt64BE(at + 14));
  const offsetDelta = bytes.readInt32BE(at + 22);
  const firstSequence = lastSequence - offsetDelta;
  const batch = {
    producerId,
    producerEpoch,
    firstSequence: firstSequence < 0 ? firstSequence + 0x8000_0000 : firstSequence,
    lastSequence,
    firstOffset: lastOffset - offsetDelta,
    lastOffset,
    timestampMs: Number(bytes.readBigInt64BE(at + 26)),
  };
  return {
    producerId,
    producerEpoch,
    batches: lastOffset < 0 ? [] : [batch],
    coordinatorEpoch: bytes.readInt32BE(at + 34),
    transactionFirstOffset: Number(bytes.readBigInt64BE(at + 38)),
  };
}
