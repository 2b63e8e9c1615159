import { describe, expect, it } from 'vitest';
import { compressionTypes, decodeBatch, RecordBatchBuilder } from './index.ts';

describe('a record batch', () => {
  it.each(compressionTypes)('comes back as it went in (%s)', (compression) => {
    const builder = new RecordBatchBuilder({ maxBytes: 1_000_000 });
    const records = Array.from({ length: 500 }, (_, i) => ({
      key: i % 3 === 0 ? null : Buffer.from(`key ${i}`),
      value: i % 7 === 0 ? null : Buffer.from(`value ${i}`.repeat(i % 11)),
      headers:
        i % 5 === 0
          ? [
              { key: 'ä', value: Buffer.from('x') },
              { key: '', value: null },
            ]
          : [],
      timestamp: 1_760_000_000_000 + (i % 2 === 0 ? i * 1000 : -i * 100_000_000),
    }));
    for (const record of records) expect(builder.tryAppend(record)).toBe(true);
    const batch = builder.build({
      compression,
      producerId: 7,
      producerEpoch: 1,
      baseSequence: 2,
      baseOffset: 40,
    });
    const { header, records: decoded } = decodeBatch(batch, 0, { maxDecompressedBytes: 1_000_000 });
    expect(decoded).toEqual(records.map((record, i) => ({ ...record, offset: 40 + i })));
    expect(header).toMatchObject({
      producerId: 7,
      producerEpoch: 1,
      baseSequence: 2,
      recordCount: 500,
      compression,
    });
  });
});
