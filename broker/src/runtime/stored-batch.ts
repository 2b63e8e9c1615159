import { type BatchHeader, recompressedBatch } from '@millrace/protocol/records';
import type { LogConfig } from '../storage/log.ts';

/**
 * A client's batch, which was checked, as the topic stores it: under the compression that `compression.type` asks for, where
 * it came under another. As it came otherwise: nothing is copied then.
 * @param maxDecompressedBytes what the check has held it to
 */
export function storedBatch(
  records: Buffer,
  header: BatchHeader,
  { compression }: LogConfig,
  maxDecompressedBytes: number,
): Buffer {
  if (compression === 'producer' || compression.type === header.compression) return records;
  const target = { compression: compression.type, level: compression.level };
  return recompressedBatch(records, header, target, maxDecompressedBytes);
}
