import { type BatchFacts, readBatchHeader } from '@millrace/protocol/records';
import { describe, expect, it } from 'vitest';
import { UNPACKED_BATCH_MAX_BYTES, unpackedMaxBytes } from '../storage/unpacked-batch.ts';
import { SAMPLE_LOG_CONFIG, sampleBatch } from '../testing/sample-batches.ts';
import { storedBatch } from './stored-batch.ts';

const MIB = 1024 * 1024;
const batch = sampleBatch({ values: ['x'.repeat(1000)] });
const facts = (uncompressedBytes: number): BatchFacts => ({
  header: readBatchHeader(batch),
  maxTimestamp: 1,
  maxTimestampOffsetDelta: 0,
  uncompressedBytes,
});
const PACKED = { ...SAMPLE_LOG_CONFIG, compression: { type: 'zstd', level: 3 } } as const;

describe('what a batch may unpack to', () => {
  it.each([
    [1000, 64 * MIB],
    [MIB, 64 * MIB],
    [4 * MIB, 256 * MIB],
    // What the log has let in, compaction and searches must be able to read, whatever the topic was told.
    [100 * MIB, UNPACKED_BATCH_MAX_BYTES],
    [2 ** 31 - 1, UNPACKED_BATCH_MAX_BYTES],
  ])('with max.message.bytes=%d is %d', (maxMessageBytes, expected) => {
    expect(unpackedMaxBytes({ maxMessageBytes })).toBe(expected);
  });

  it('holds for what came unpacked and is stored under a compression', () => {
    expect(storedBatch(batch, facts(1000), PACKED)).toHaveProperty('batch');
    expect(storedBatch(batch, facts(65 * MIB), PACKED)).toMatchObject({ error: 'MESSAGE_TOO_LARGE' });
  });

  it('does not matter where the batch is stored as it came', () => {
    expect(storedBatch(batch, facts(65 * MIB), SAMPLE_LOG_CONFIG)).toEqual({ batch });
  });
});
