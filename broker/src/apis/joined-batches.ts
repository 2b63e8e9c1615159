const EMPTY = Buffer.alloc(0);

/** What was read, in one piece. A log gives one buffer mostly, which is left as it is. */
export function joinedBatches(batches: readonly Buffer[]): Buffer {
  const [first, ...more] = batches;
  if (first === undefined) return EMPTY;
  return more.length === 0 ? first : Buffer.concat(batches);
}
