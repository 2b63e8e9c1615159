import type { StoredState } from './delivery-state.ts';

/** Offsets in a row of which the same is stored. Both ends are included. */
export interface StateBatch {
  readonly firstOffset: number;
  readonly lastOffset: number;
  readonly deliveryState: StoredState;
  readonly deliveryCount: number;
}

/**
 * State batches as they are once others are laid over them; nothing below `startOffset` is left. Sorted and without an
 * overlap; neighbours that say the same are one.
 */
export function overlayBatches(
  under: readonly StateBatch[],
  over: readonly StateBatch[],
  startOffset: number,
): readonly StateBatch[] {
  const merged: StateBatch[] = [];
  let index = 0;
  let rest = under[index];
  const next = (): void => {
    index += 1;
    rest = under[index];
  };
  for (const batch of inOrder(over)) {
    for (; rest !== undefined && rest.lastOffset < batch.firstOffset; next()) push(merged, rest, startOffset);
    if (rest !== undefined && rest.firstOffset < batch.firstOffset)
      push(merged, { ...rest, lastOffset: batch.firstOffset - 1 }, startOffset);
    while (rest !== undefined && rest.lastOffset <= batch.lastOffset) next();
    if (rest !== undefined && rest.firstOffset <= batch.lastOffset)
      rest = { ...rest, firstOffset: batch.lastOffset + 1 };
    push(merged, batch, startOffset);
  }
  for (; rest !== undefined; next()) push(merged, rest, startOffset);
  return merged;
}

/** Batches that came in any order, or over one another, sorted and without an overlap: a later one counts. */
export function inOrder(batches: readonly StateBatch[]): readonly StateBatch[] {
  const isInOrder = batches.every(
    ({ firstOffset }, index) => firstOffset > (batches[index - 1]?.lastOffset ?? Number.NEGATIVE_INFINITY),
  );
  if (isInOrder) return batches;
  // By halves: one after the other, each would be laid over all before it.
  const half = batches.length >> 1;
  return overlayBatches(inOrder(batches.slice(0, half)), inOrder(batches.slice(half)), 0);
}

function push(merged: StateBatch[], batch: StateBatch, startOffset: number): void {
  if (batch.lastOffset < startOffset) return;
  const { lastOffset, deliveryState, deliveryCount } = batch;
  const firstOffset = Math.max(batch.firstOffset, startOffset);
  const last = merged.at(-1);
  const isSame =
    last?.lastOffset === firstOffset - 1 &&
    last.deliveryState === deliveryState &&
    last.deliveryCount === deliveryCount;
  if (isSame) merged[merged.length - 1] = { ...last, lastOffset };
  else merged.push({ firstOffset, lastOffset, deliveryState, deliveryCount });
}
