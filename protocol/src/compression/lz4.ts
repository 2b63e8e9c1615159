import { malformed, tooLarge } from './compression-error.ts';
import { lz4BlockBytes } from './lz4-block.ts';
import { lz4Frames } from './native-codec.ts';

const MAGIC = 0x184d2204;
const STORED_BLOCK = 0x80000000;
const FLAG_CONTENT_CHECKSUM = 0x04;
const FLAG_CONTENT_SIZE = 0x08;
const FLAG_BLOCK_CHECKSUM = 0x10;
const FLAG_DICTIONARY = 0x01;
/** Magic, flags, block size, header checksum; an optional content size comes before the checksum. */
const DESCRIPTOR_END = 7;
const BLOCK_SIZE_ID_MIN = 4;
/** One byte of an LZ4 block cannot stand for more than this many. */
const EXPANSION_MAX = 255;

/**
 * One LZ4 frame as Kafka has them since magic 2: independent blocks, no content size, no checksums but the header's
 * own. The library picks the block size (64 KiB to 4 MiB) by the length of the input; Kafka's readers take all of them.
 */
export function compressLz4(bytes: Buffer): Buffer {
  return lz4Frames().compressFrameSync(bytes);
}

/**
 * Reads one LZ4 frame. The library unpacks a frame to its end, however large that gets, so the blocks are added up
 * beforehand: cheaply by their largest possible size, and exactly where that is above `maxBytes`.
 */
export function decompressLz4(bytes: Buffer, maxBytes: number): Buffer {
  const frame = readFrame(bytes);
  if (frame.atMostBytes > maxBytes) {
    let total = frame.storedBytes;
    for (const block of frame.compressedBlocks) total += lz4BlockBytes(block);
    if (total > maxBytes) throw tooLarge('lz4', maxBytes);
  }
  try {
    return lz4Frames().decompressFrameSync(frame.bytes);
  } catch (error) {
    throw malformed('lz4', (error as Error).message, error);
  }
}

interface Frame {
  /** The frame alone: what follows it is no part of it, and Kafka's own reader does not look at it. */
  readonly bytes: Buffer;
  readonly compressedBlocks: readonly Buffer[];
  readonly storedBytes: number;
  /** No less than what the frame unpacks to. */
  readonly atMostBytes: number;
}

function readFrame(bytes: Buffer): Frame {
  const { flags, blockMaxBytes } = readDescriptor(bytes);
  const checksumBytes = (flags & FLAG_BLOCK_CHECKSUM) === 0 ? 0 : 4;
  const tailBytes = (flags & FLAG_CONTENT_CHECKSUM) === 0 ? 0 : 4;
  const compressedBlocks: Buffer[] = [];
  let storedBytes = 0;
  let atMostBytes = 0;
  let at = (flags & FLAG_CONTENT_SIZE) === 0 ? DESCRIPTOR_END : DESCRIPTOR_END + 8;
  for (;;) {
    if (at + 4 > bytes.length) throw malformed('lz4', 'it ends without an end mark');
    const head = bytes.readUInt32LE(at);
    at += 4;
    if (head === 0) break;
    const length = head % STORED_BLOCK;
    if (length > blockMaxBytes || length > bytes.length - at) throw malformed('lz4', 'a block is too long');
    if (head >= STORED_BLOCK) {
      storedBytes += length;
      atMostBytes += length;
    } else {
      compressedBlocks.push(bytes.subarray(at, at + length));
      atMostBytes += Math.min(blockMaxBytes, length * EXPANSION_MAX);
    }
    at += length + checksumBytes;
  }
  if (at + tailBytes > bytes.length) throw malformed('lz4', 'its checksum is cut short');
  return { bytes: bytes.subarray(0, at + tailBytes), compressedBlocks, storedBytes, atMostBytes };
}

function readDescriptor(bytes: Buffer): { flags: number; blockMaxBytes: number } {
  if (bytes.length < DESCRIPTOR_END || bytes.readUInt32LE(0) !== MAGIC) {
    throw malformed('lz4', 'it has no frame header');
  }
  const flags = bytes.readUInt8(4);
  if ((flags & FLAG_DICTIONARY) !== 0) throw malformed('lz4', 'it asks for a dictionary');
  const blockSizeId = (bytes.readUInt8(5) >> 4) & 0x07;
  if (blockSizeId < BLOCK_SIZE_ID_MIN) throw malformed('lz4', 'its block size is not one of the format');
  return { flags, blockMaxBytes: 2 ** (2 * blockSizeId + 8) };
}
