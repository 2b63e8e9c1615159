import { describe, expect, it } from 'vitest';
import { LeaderEpochs } from './leader-epochs.ts';
import { planRecovery } from './recovery-plan.ts';
import { retainedFrom, type SegmentFacts } from './retention.ts';
import { mustRoll } from './segment-roll.ts';

/** Four segments of ten records and 100 bytes, the newest record of each 1000 ms after that of the one before. */
const segments: readonly SegmentFacts[] = [0, 1, 2, 3].map((index) => ({
  baseOffset: index * 10,
  nextOffset: index * 10 + 10,
  sizeBytes: 100,
  maxTimestampMs: 1000 * (index + 1),
  firstTimestampMs: 1000 * index,
}));
const FOREVER = { retentionMs: -1, retentionBytes: -1, cleanupPolicy: ['delete'] };

describe('retention', () => {
  it.each([
    ['nothing without limits', FOREVER, 0, 40, 0],
    ['segments that are too old', { ...FOREVER, retentionMs: 2500 }, 0, 40, 20],
    ['all but what is above the high watermark', { ...FOREVER, retentionMs: 0 }, 0, 35, 30],
    ['the active segment too when it is too old', { ...FOREVER, retentionMs: 0 }, 0, 40, 40],
    ['what is above the size, but not a segment too much', { ...FOREVER, retentionBytes: 250 }, 0, 40, 10],
    ['nothing when the size is kept exactly', { ...FOREVER, retentionBytes: 400 }, 0, 40, 0],
    [
      'nothing of a compacted topic',
      { retentionMs: 0, retentionBytes: 0, cleanupPolicy: ['compact'] },
      0,
      40,
      0,
    ],
    ['what lies below the start', FOREVER, 15, 40, 15],
  ])('lets go %s', (_what, limits, startOffset, highWatermark, from) => {
    expect(retainedFrom(segments, limits, startOffset, highWatermark, 5000)).toBe(from);
  });
});

describe('a segment', () => {
  const limits = {
    segmentBytes: 1000,
    segmentMs: 5000,
    segmentJitterMs: 0,
    segmentIndexBytes: 100,
    cleanupPolicy: ['delete'],
    maxCompactionLagMs: Number.POSITIVE_INFINITY,
  };
  const question = {
    limits,
    jitterShare: 0.5,
    activeIndexBytes: 80,
    activeSizeBytes: 900,
    activeBaseOffset: 0,
    firstTimestampMs: 100,
    batchSizeBytes: 100,
    batchMaxTimestampMs: 200,
    batchLastOffset: 50,
  };

  it.each([
    ['goes on while it has room', {}, false],
    ['ends before it grows too large', { batchSizeBytes: 101 }, true],
    ['ends when it is too old by the time of its records', { batchMaxTimestampMs: 5101 }, true],
    ['ends where its indexes could not hold the offset', { batchLastOffset: 2 ** 31 }, true],
    ['goes on at its age', { batchMaxTimestampMs: 5100 }, false],
    [
      'ends earlier by its share of the jitter',
      { limits: { ...limits, segmentJitterMs: 2000 }, batchMaxTimestampMs: 4101 },
      true,
    ],
    ['ends when its indexes are full', { activeIndexBytes: 96 }, true],
    [
      'of a compacted topic ends before its records wait for too long',
      { limits: { ...limits, cleanupPolicy: ['compact'], maxCompactionLagMs: 99 } },
      true,
    ],
    [
      'of another topic does not care about compaction',
      { limits: { ...limits, maxCompactionLagMs: 99 } },
      false,
    ],
    ['never ends empty', { activeSizeBytes: 0, batchSizeBytes: 5000 }, false],
  ])('%s', (_what, more, rolls) => {
    expect(mustRoll({ ...question, ...more })).toBe(rolls);
  });
});

describe('the recovery plan', () => {
  const files = [0, 10, 20].map((baseOffset) => ({
    baseOffset,
    sizeBytes: 100,
    offsetIndexBytes: 8,
    timeIndexBytes: 12,
  }));
  const facts = { segments: files, snapshotOffsets: [10, 20], cleanShutdown: false, recoveryPoint: 0 };
  const actions = (more: Partial<typeof facts>) =>
    planRecovery({ ...facts, ...more }).segments.map(({ action }) => action);

  it('reads what follows the recovery point, and the last segment always', () => {
    expect(actions({})).toEqual(['scan', 'scan', 'scan']);
    expect(actions({ recoveryPoint: 15 })).toEqual(['trust', 'scan', 'scan']);
    expect(actions({ recoveryPoint: 100 })).toEqual(['trust', 'trust', 'scan']);
    expect(actions({ cleanShutdown: true })).toEqual(['trust', 'trust', 'trust']);
  });

  it('builds indexes anew that are missing or of an impossible size', () => {
    const broken = [
      { ...files[0]!, offsetIndexBytes: 7 },
      { ...files[1]!, timeIndexBytes: null as never },
      files[2]!,
    ];
    expect(actions({ segments: broken, cleanShutdown: true })).toEqual(['reindex', 'reindex', 'trust']);
  });

  it('tries the newest snapshot first', () => {
    expect(planRecovery(facts).snapshotOffsets).toEqual([20, 10]);
  });
});

describe('leader epochs', () => {
  it('go up, and are dropped with the records that they began', () => {
    const epochs = new LeaderEpochs();
    expect(epochs.assign(1, 0)).toBe(true);
    expect(epochs.assign(1, 5)).toBe(false);
    epochs.assign(3, 10);
    epochs.assign(4, 10);
    expect(epochs.starts).toEqual([
      { epoch: 1, startOffset: 0 },
      { epoch: 4, startOffset: 10 },
    ]);
    expect([0, 9, 10, 99].map((offset) => epochs.epochOf(offset))).toEqual([1, 1, 4, 4]);
    expect(() => epochs.assign(2, 20)).toThrow('only go up');
    expect(epochs.truncateFromStart(7)).toBe(true);
    expect(epochs.starts[0]).toEqual({ epoch: 1, startOffset: 7 });
    expect(epochs.truncateFromEnd(10)).toBe(true);
    expect(epochs.latest).toBe(1);
  });
});
