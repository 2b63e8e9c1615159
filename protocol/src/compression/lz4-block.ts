import { malformed } from './compression-error.ts';

const NIBBLE_FULL = 15;
const MATCH_MIN_BYTES = 4;
const MATCH_OFFSET_BYTES = 2;

/**
 * How many bytes one compressed LZ4 block stands for, by walking its sequences without unpacking them: a token with
 * two 4-bit lengths (15 is continued in the following bytes), the literals, and a match of at least 4 bytes. The last
 * sequence has literals only.
 */
export function lz4BlockBytes(block: Buffer): number {
  const end = block.length;
  let at = 0;
  let total = 0;
  while (at < end) {
    const token = block[at] ?? 0;
    at += 1;
    let literals = token >> 4;
    if (literals === NIBBLE_FULL) {
      let byte: number;
      do {
        byte = byteAt(block, at);
        at += 1;
        literals += byte;
      } while (byte === 255);
    }
    at += literals;
    total += literals;
    if (at >= end) break;
    at += MATCH_OFFSET_BYTES;
    let match = token & NIBBLE_FULL;
    if (match === NIBBLE_FULL) {
      let byte: number;
      do {
        byte = byteAt(block, at);
        at += 1;
        match += byte;
      } while (byte === 255);
    }
    total += match + MATCH_MIN_BYTES;
  }
  if (at !== end) throw malformed('lz4', 'a block ends within a sequence');
  return total;
}

function byteAt(block: Buffer, at: number): number {
  const byte = block[at];
  if (byte === undefined) throw malformed('lz4', 'a block ends within a length');
  return byte;
}
