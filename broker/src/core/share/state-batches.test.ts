import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ACKNOWLEDGED, ARCHIVED, AVAILABLE } from './delivery-state.ts';
import { overlayBatches, type StateBatch } from './state-batches.ts';

const anyBatch = fc
  .tuple(
    fc.integer({ min: -3, max: 30 }),
    fc.integer({ min: 0, max: 6 }),
    fc.constantFrom<0 | 2 | 4>(AVAILABLE, ACKNOWLEDGED, ARCHIVED),
    fc.integer({ min: 0, max: 2 }),
  )
  .map(
    ([firstOffset, more, deliveryState, deliveryCount]): StateBatch => ({
      firstOffset,
      lastOffset: firstOffset + more,
      deliveryState,
      deliveryCount,
    }),
  );

function byOffset(batches: readonly StateBatch[], startOffset: number): Map<number, string> {
  const states = new Map<number, string>();
  for (const { firstOffset, lastOffset, deliveryState, deliveryCount } of batches) {
    for (let offset = Math.max(firstOffset, startOffset); offset <= lastOffset; offset++)
      states.set(offset, `${deliveryState}/${deliveryCount}`);
  }
  return states;
}

test('a later batch counts, offset by offset, and what comes out is sorted, without overlap and joined', () => {
  fc.assert(
    fc.property(
      fc.array(anyBatch),
      fc.array(anyBatch),
      fc.integer({ min: 0, max: 20 }),
      (one, two, start) => {
        const under = overlayBatches([], one, 0);
        const merged = overlayBatches(under, two, start);
        const wanted = byOffset([...one, ...two], start);
        expect(byOffset(merged, 0)).toEqual(wanted);
        for (const [index, batch] of merged.entries()) {
          const before = merged[index - 1];
          if (before === undefined) continue;
          expect(batch.firstOffset).toBeGreaterThan(before.lastOffset);
          const isAlike =
            batch.deliveryState === before.deliveryState && batch.deliveryCount === before.deliveryCount;
          expect(batch.firstOffset === before.lastOffset + 1 && isAlike).toBe(false);
        }
      },
    ),
  );
});

test('very many batches in no order are laid over one another in one go', () => {
  const many = Array.from({ length: 40_000 }, (_, index): StateBatch => {
    const firstOffset = (40_000 - index) * 2;
    return { firstOffset, lastOffset: firstOffset, deliveryState: AVAILABLE, deliveryCount: 1 };
  });
  expect(overlayBatches([], many, 0)).toEqual(many.toReversed());
});
