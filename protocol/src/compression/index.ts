import { assert } from '@millrace/foundation/assert';
import type { CompressionType } from './compression-type.ts';
import { compressGzip, decompressGzip } from './gzip.ts';
import { compressLz4, decompressLz4 } from './lz4.ts';
import { unpackLz4 } from './lz4-scratch.ts';
import { compressSnappy, decompressSnappy } from './snappy.ts';
import { compressZstd, decompressZstd } from './zstd.ts';

export {
  type CompressionType,
  compressionId,
  compressionOfId,
  compressionTypes,
} from './compression-type.ts';

/**
 * Compresses as Kafka's Java producer would. `none` gives `bytes` itself.
 * @param level of gzip and zstd; Kafka's default where it is left out
 */
export function compress(type: CompressionType, bytes: Buffer, level?: number): Buffer {
  switch (type) {
    case 'none':
      return bytes;
    case 'gzip':
      return compressGzip(bytes, level);
    case 'snappy':
      return compressSnappy(bytes);
    case 'lz4':
      return compressLz4(bytes);
    case 'zstd':
      return compressZstd(bytes, level);
  }
}

/**
 * Undoes `compress`, and reads what other clients write. Never holds more than about `maxBytes` of output: a bomb is
 * refused before it is unpacked (snappy, lz4) or at the bound (gzip, zstd). `none` gives `bytes` itself.
 * @throws {MillraceError} MESSAGE_TOO_LARGE above `maxBytes`; CORRUPT_MESSAGE where the bytes are not of this codec
 */
export function decompress(type: CompressionType, bytes: Buffer, maxBytes: number): Buffer {
  assert(maxBytes >= 1, 'what is unpacked has a bound of 1 byte at least');
  switch (type) {
    case 'none':
      return bytes;
    case 'gzip':
      return decompressGzip(bytes, maxBytes);
    case 'snappy':
      return decompressSnappy(bytes, maxBytes);
    case 'lz4':
      return decompressLz4(bytes, maxBytes);
    case 'zstd':
      return decompressZstd(bytes, maxBytes);
  }
}

/**
 * As `decompress`, for who is done with the bytes before anything else is unpacked: they may lie in memory that the next call uses again.
 * @throws {MillraceError} as `decompress`
 */
export function decompressBriefly(type: CompressionType, bytes: Buffer, maxBytes: number): Buffer {
  const unpacked = type === 'lz4' ? unpackLz4(bytes, maxBytes) : null;
  return unpacked ?? decompress(type, bytes, maxBytes);
}
