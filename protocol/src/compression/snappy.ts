import { malformed, tooLarge } from './compression-error.ts';
import { snappyBlocks } from './native-codec.ts';

/** 0x82 "SNAPPY" 0x00, then two int32: the framing's version and the oldest version that can read it. */
const XERIAL_MAGIC = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0x00]);
const XERIAL_HEADER_BYTES = 16;
const XERIAL_VERSION = 1;
/** The block size of the Java library that Kafka's producer writes with. */
const XERIAL_BLOCK_BYTES = 32 * 1024;
const LENGTH_VARINT_MAX_BYTES = 5;
const IN_HEAP = { copyOutputData: true } as const;

/** Writes the xerial framing, as Kafka's Java producer does: a header, then blocks of `int32 length, raw snappy`. */
export function compressSnappy(bytes: Buffer): Buffer {
  const header = Buffer.alloc(XERIAL_HEADER_BYTES);
  XERIAL_MAGIC.copy(header);
  header.writeInt32BE(XERIAL_VERSION, 8);
  header.writeInt32BE(XERIAL_VERSION, 12);
  const parts: Buffer[] = [header];
  for (let at = 0; at < bytes.length; at += XERIAL_BLOCK_BYTES) {
    const block = snappyBlocks().compressSync(bytes.subarray(at, at + XERIAL_BLOCK_BYTES), IN_HEAP);
    const length = Buffer.allocUnsafe(4);
    length.writeInt32BE(block.length);
    parts.push(length, block);
  }
  return Buffer.concat(parts);
}

/** Reads both framings: xerial (Java) and one raw block (librdkafka and others). */
export function decompressSnappy(bytes: Buffer, maxBytes: number): Buffer {
  if (!startsWithMagic(bytes, 0)) return decompressBlock(bytes, maxBytes, maxBytes);
  const blocks = xerialBlocks(bytes);
  let total = 0;
  for (const block of blocks) total += rawLength(block);
  if (total > maxBytes) throw tooLarge('snappy', maxBytes);
  const parts = blocks.map((block) => decompressBlock(block, total, maxBytes));
  return parts.length === 1 && parts[0] !== undefined ? parts[0] : Buffer.concat(parts, total);
}

function xerialBlocks(bytes: Buffer): Buffer[] {
  const blocks: Buffer[] = [];
  let at = 0;
  while (at < bytes.length) {
    // Streams that were written one after the other repeat the header between blocks.
    if (startsWithMagic(bytes, at)) {
      at += XERIAL_HEADER_BYTES;
      continue;
    }
    if (at + 4 > bytes.length) throw malformed('snappy', 'a block length is cut short');
    const length = bytes.readInt32BE(at);
    at += 4;
    if (length < 0 || length > bytes.length - at) throw malformed('snappy', 'a block is cut short');
    blocks.push(bytes.subarray(at, at + length));
    at += length;
  }
  if (at > bytes.length) throw malformed('snappy', 'the header is cut short');
  return blocks;
}

function startsWithMagic(bytes: Buffer, at: number): boolean {
  return bytes.length - at >= XERIAL_MAGIC.length && bytes.compare(XERIAL_MAGIC, 0, 8, at, at + 8) === 0;
}

function decompressBlock(block: Buffer, allowedBytes: number, maxBytes: number): Buffer {
  // The library allocates what the block claims, so the claim is checked first.
  if (rawLength(block) > allowedBytes) throw tooLarge('snappy', maxBytes);
  try {
    return snappyBlocks().uncompressSync(block, IN_HEAP) as Buffer;
  } catch (error) {
    throw malformed('snappy', (error as Error).message, error);
  }
}

/** A raw block begins with its uncompressed length as an unsigned varint. */
function rawLength(block: Buffer): number {
  let length = 0;
  for (let i = 0; i < LENGTH_VARINT_MAX_BYTES; i += 1) {
    const byte = block[i];
    if (byte === undefined) throw malformed('snappy', 'a block has no length');
    length += (byte & 0x7f) * 2 ** (7 * i);
    if (byte < 0x80) return length;
  }
  throw malformed('snappy', 'a block length is too long');
}
