import { MillraceError } from '@millrace/foundation';
import { decodeBatch } from '@millrace/protocol/records';
import type { MetadataRecord } from '../core/metadata/records.ts';
import { decodeMetadataRecord } from './metadata-record-codec.ts';

const DECOMPRESSED_MAX_BYTES = 512 * 1024 * 1024;

/**
 * The metadata records of the batch at `at`.
 * @throws {MillraceError} CORRUPT_MESSAGE, METADATA_RECORD_UNKNOWN, METADATA_RECORD_EMPTY
 */
export function decodeMetadataBatch(buffer: Buffer, at: number): readonly MetadataRecord[] {
  const records: MetadataRecord[] = [];
  for (const { offset, value } of decodeBatch(buffer, at, { maxDecompressedBytes: DECOMPRESSED_MAX_BYTES })
    .records) {
    if (!value) {
      throw new MillraceError(`The metadata log has no record at offset ${offset}, only a key.`, {
        code: 'METADATA_RECORD_EMPTY',
        class: 'bug',
      });
    }
    const record = decodeMetadataRecord(value);
    if (record) records.push(record);
  }
  return records;
}
