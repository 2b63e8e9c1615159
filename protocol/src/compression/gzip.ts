import { constants, gunzipSync, gzipSync } from 'node:zlib';
import { malformed, tooLarge } from './compression-error.ts';
import { outputChunkBytes } from './output-chunk.ts';

/** Level 6 as in Kafka's default, which is also what -1 stands for. */
export function compressGzip(bytes: Buffer, level: number = constants.Z_DEFAULT_COMPRESSION): Buffer {
  return gzipSync(bytes, { level });
}

/** zlib hands out its output chunk by chunk and stops at `maxBytes`, so a bomb costs no more than that. */
export function decompressGzip(bytes: Buffer, maxBytes: number): Buffer {
  try {
    return gunzipSync(bytes, {
      maxOutputLength: maxBytes,
      chunkSize: outputChunkBytes(bytes.length, maxBytes),
    });
  } catch (error) {
    if ((error as { code?: string }).code === 'ERR_BUFFER_TOO_LARGE') throw tooLarge('gzip', maxBytes);
    throw malformed('gzip', (error as Error).message, error);
  }
}
