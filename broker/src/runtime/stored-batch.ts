import type { ErrorName } from '@millrace/protocol';
import { type BatchFacts, recompressedBatch } from '@millrace/protocol/records';
import type { LogConfig } from '../storage/log.ts';
import { unpackedMaxBytes } from '../storage/unpacked-batch.ts';

/**
 * A client's batch, which was checked, as the topic stores it: under the compression that `compression.type` asks for, where
 * it came under another. As it came otherwise: nothing is copied then.
 */
export function storedBatch(
  records: Buffer,
  { header, uncompressedBytes }: BatchFacts,
  config: LogConfig,
): { readonly batch: Buffer } | { readonly error: ErrorName; readonly message: string } {
  const { compression, maxMessageBytes } = config;
  if (compression === 'producer' || compression.type === header.compression) return { batch: records };
  const maxBytes = unpackedMaxBytes(config);
  // It came unpacked, so nobody has asked yet.
  if (compression.type !== 'none' && uncompressedBytes > maxBytes)
    return tooLarge(`unpacked, the batch has ${uncompressedBytes} bytes, above ${maxBytes}`);
  const target = { compression: compression.type, level: compression.level };
  const batch = recompressedBatch(records, header, target, maxBytes);
  return batch.length > maxMessageBytes
    ? tooLarge(`stored, the batch would have ${batch.length} bytes`)
    : { batch };
}

function tooLarge(message: string): { readonly error: ErrorName; readonly message: string } {
  return { error: 'MESSAGE_TOO_LARGE', message };
}
