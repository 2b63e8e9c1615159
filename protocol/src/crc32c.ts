import { crc32c as nativeCrc32c } from '@node-rs/crc32';

/**
 * CRC-32C (Castagnoli) of `bytes` as an unsigned 32-bit number: the checksum of record batches from magic 2 on.
 * `seed` continues an earlier sum, so that a checksum over several pieces needs no joined buffer.
 */
export function crc32c(bytes: Uint8Array, seed = 0): number {
  return nativeCrc32c(bytes, seed);
}
