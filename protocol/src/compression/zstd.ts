import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { malformed, tooLarge } from './compression-error.ts';
import { outputChunkBytes } from './output-chunk.ts';

const DEFAULT_LEVEL = 3;

/** Level 3 as in Kafka's default. */
export function compressZstd(bytes: Buffer, level = DEFAULT_LEVEL): Buffer {
  return zstdCompressSync(bytes, { params: { [constants.ZSTD_c_compressionLevel]: level } });
}

/** Output comes chunk by chunk and stops at `maxBytes`, whatever content size the frame claims. */
export function decompressZstd(bytes: Buffer, maxBytes: number): Buffer {
  try {
    return zstdDecompressSync(bytes, {
      maxOutputLength: maxBytes,
      chunkSize: outputChunkBytes(bytes.length, maxBytes),
    });
  } catch (error) {
    if ((error as { code?: string }).code === 'ERR_BUFFER_TOO_LARGE') throw tooLarge('zstd', maxBytes);
    throw malformed('zstd', (error as Error).message, error);
  }
}
