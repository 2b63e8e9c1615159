const CHUNK_MIN_BYTES = 4 * 1024;
const CHUNK_MAX_BYTES = 256 * 1024;
const EXPECTED_RATIO = 4;

/**
 * How much zlib takes from the heap at a time: enough for the usual batch to come out in one piece, which saves the
 * final copy, and never so much that small batches pay for large ones.
 */
export function outputChunkBytes(compressedBytes: number, maxBytes: number): number {
  const expected = Math.min(compressedBytes * EXPECTED_RATIO, maxBytes);
  return Math.min(Math.max(expected, CHUNK_MIN_BYTES), CHUNK_MAX_BYTES);
}
