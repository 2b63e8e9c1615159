import { describe, expect, it } from 'vitest';
import { type CleaningQuestion, groupSegments, planCleaning } from './cleaner-plan.ts';

/** Five segments of ten offsets and 100 bytes, a second apart from 1000 ms on; the last one is active. */
const segments = [0, 1, 2, 3, 4].map((index) => ({
  baseOffset: index * 10,
  nextOffset: index * 10 + 10,
  sizeBytes: 100,
  maxTimestampMs: 1000 * index + 1900,
  firstTimestampMs: 1000 * index + 1000,
}));
const limits = {
  cleanupPolicy: ['compact'],
  minCompactionLagMs: 0,
  maxCompactionLagMs: Number.POSITIVE_INFINITY,
  minCleanableDirtyRatio: 0.5,
};
const question: CleaningQuestion = {
  segments,
  startOffset: 0,
  endOffset: 50,
  lastStableOffset: 50,
  cleanedOffset: null,
  limits,
  nowMs: 10_000,
};
const plan = (more: Partial<CleaningQuestion>, ownLimits: Partial<typeof limits> = {}) =>
  planCleaning({ ...question, limits: { ...limits, ...ownLimits }, ...more });

describe('what there is to compact', () => {
  it('is all but the active segment of a log that never was', () => {
    expect(plan({})).toEqual({
      firstDirtyOffset: 0,
      endBefore: 40,
      cleanableBytes: 400,
      dirtyRatio: 1,
      overdueMs: 0,
      isDue: true,
    });
  });

  it.each([
    ['nothing without the policy', {}, { cleanupPolicy: ['delete'] }, null],
    ['what follows the last round', { cleanedOffset: 10 }, {}, [10, 40, true]],
    ['not yet what is too little', { cleanedOffset: 30 }, {}, [30, 40, false]],
    ['nothing where all was', { cleanedOffset: 40 }, {}, null],
    ['all again where the checkpoint is beyond the end', { cleanedOffset: 51 }, {}, [0, 40, true]],
    [
      'from the start where that has moved on',
      { cleanedOffset: 5, startOffset: 10, segments: segments.slice(1) },
      {},
      [10, 40, true],
    ],
    ['no segment that is not all stable', { lastStableOffset: 25 }, {}, [0, 20, true]],
    ['no segment with a record that is too young', {}, { minCompactionLagMs: 7_000 }, [0, 20, true]],
    [
      'what has waited for too long, however little',
      { cleanedOffset: 30 },
      { maxCompactionLagMs: 5_999 },
      [30, 40, true],
    ],
    ['not what may wait', { cleanedOffset: 30 }, { maxCompactionLagMs: 6_000 }, [30, 40, false]],
    [
      'nothing of an empty log',
      { segments: [{ ...segments[0]!, sizeBytes: 0, nextOffset: 0 }], endOffset: 0 },
      {},
      null,
    ],
  ] as const)('is %s', (_what, more, ownLimits, expected) => {
    const found = plan(more, ownLimits as Partial<typeof limits>);
    expect(found && [found.firstDirtyOffset, found.endBefore, found.isDue]).toEqual(expected);
  });
});

describe('segments that become one', () => {
  const sized = segments.map((segment) => ({ ...segment, indexBytes: 8 }));
  const bases = (groups: readonly (readonly { baseOffset: number }[])[]) =>
    groups.map((group) => group.map(({ baseOffset }) => baseOffset));

  it.each([
    ['fit by their bytes', { segmentBytes: 250, segmentIndexBytes: 1000 }, [[0, 10], [20, 30], [40]]],
    [
      'fit by their indexes',
      { segmentBytes: 1000, segmentIndexBytes: 24 },
      [
        [0, 10, 20],
        [30, 40],
      ],
    ],
    [
      'may be alone above the limit',
      { segmentBytes: 50, segmentIndexBytes: 1000 },
      [[0], [10], [20], [30], [40]],
    ],
  ])('%s', (_what, by, expected) => {
    expect(bases(groupSegments(sized, by))).toEqual(expected);
  });

  it('have offsets that their indexes can hold', () => {
    const far = [sized[0]!, { ...sized[1]!, baseOffset: 10, nextOffset: 2 ** 31 + 1 }];
    expect(bases(groupSegments(far, { segmentBytes: 1000, segmentIndexBytes: 1000 }))).toEqual([[0], [10]]);
  });
});
