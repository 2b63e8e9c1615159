export interface KeyedBatchesOptions<T> {
  /** Items of one key keep their order. Null: an item without a key, which is bound to no other. */
  readonly key: (item: T) => string | null;
  /** Items of one batch at most. */
  readonly maxItems: number;
  /** Makes one item of two of a key, the earlier first, where only the outcome counts: `(_, later) => later`. Left out: all are kept. */
  readonly coalesce?: (earlier: T, later: T) => T;
}

/**
 * Cuts items into batches in which no key comes twice, so that each can be one bulk request or one statement, whatever order its
 * parts are done in. Write the batches one after the other: what a key had first is in an earlier one.
 */
export function keyedBatches<T>(
  items: readonly T[],
  options: KeyedBatchesOptions<T>,
): readonly (readonly T[])[] {
  const { key, maxItems, coalesce } = options;
  const batches: T[][] = [];
  /** The first batch that a key may go into. */
  const next = new Map<string, number>();
  /** Batches before this one are full. */
  let open = 0;
  for (const item of coalesce ? coalesced(items, key, coalesce) : items) {
    const name = key(item);
    let at = Math.max(open, name === null ? 0 : (next.get(name) ?? 0));
    while ((batches[at]?.length ?? 0) >= maxItems) at++;
    const batch = batches[at];
    if (batch) batch.push(item);
    else batches[at] = [item];
    if (name !== null) next.set(name, at + 1);
    while ((batches[open]?.length ?? 0) >= maxItems) open++;
  }
  return batches;
}

/** One item a key, at the place of its last one. */
function coalesced<T>(
  items: readonly T[],
  key: (item: T) => string | null,
  coalesce: (earlier: T, later: T) => T,
): readonly T[] {
  const last = new Map<string | symbol, T>();
  for (const item of items) {
    const name = key(item) ?? Symbol('keyless');
    const earlier = last.get(name);
    last.delete(name);
    last.set(name, earlier === undefined ? item : coalesce(earlier, item));
  }
  return [...last.values()];
}
