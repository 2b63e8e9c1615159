import { type BuildOptions, RecordBatchBuilder } from '@millrace/protocol/records';

const MAX_BYTES = 64 * 1024 * 1024;
/** The time of the first record, ms; each further one is a second later. */
export const FIRST_TIMESTAMP_MS = 1_700_000_000_000;

export interface BatchRecord {
  readonly key?: string | null;
  readonly value?: string | null;
  readonly timestamp?: number;
}

/** One record batch of these values or records. */
export function batch(records: readonly (string | BatchRecord)[], options: BuildOptions = {}): Buffer {
  const builder = new RecordBatchBuilder({ maxBytes: MAX_BYTES });
  for (const [index, item] of records.entries()) {
    const record = typeof item === 'string' ? { value: item } : item;
    builder.tryAppend({
      key: bytes(record.key),
      value: bytes(record.value),
      timestamp: record.timestamp ?? FIRST_TIMESTAMP_MS + 1000 * index,
    });
  }
  return builder.build(options);
}

function bytes(text: string | null | undefined): Buffer | null {
  return text === null || text === undefined ? null : Buffer.from(text);
}
