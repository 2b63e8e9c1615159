/** A record that can't be written, by its place in the batch, with the error that it gave alone. */
export interface Culprit {
  readonly index: number;
  readonly error: Error;
}

export interface Bisected {
  /** Writes the records from `from` up to `to`, which is not among them. Throws where it can't. */
  readonly write: (from: number, to: number) => Promise<void>;
  /** Whether an error speaks of records; any other one ends everything. */
  readonly isPoison: (error: unknown) => error is Error;
  /** Told of each culprit, and waited for, before anything behind it is written; what it throws ends everything. */
  readonly onCulprit?: (culprit: Culprit) => void | Promise<void>;
  /** Told, before the next part is written, up to where nothing is left to do; what it throws ends everything. */
  readonly onSettled?: (until: number) => Promise<void>;
}

/**
 * Writes a batch of `size` records around those that can't be written. Parts that fail are halved, and written in order, one after the
 * other: who comes later is never written before who comes earlier, so that the order of each key holds. It takes at most
 * 2 * ceil(log2(size)) + 1 writes for each culprit, and 2 * size - 1 where all are.
 * @returns the culprits, in order; all others are written
 * @throws what `write` threw and `isPoison` denied
 */
export async function writeAround(size: number, bisected: Bisected): Promise<readonly Culprit[]> {
  const culprits: Culprit[] = [];
  await writePart(0, size, { ...bisected, culprits, failed: false });
  return culprits;
}

interface Search extends Bisected {
  readonly culprits: Culprit[];
  /** Whether the part is known to hold a culprit without being written. */
  readonly failed: boolean;
}

async function writePart(from: number, to: number, search: Search): Promise<void> {
  const { culprits, isPoison, write } = search;
  // A record alone is written in any case: the error that it gives is its own.
  if (!search.failed || to - from === 1) {
    try {
      await write(from, to);
      await search.onSettled?.(to);
      return;
    } catch (error) {
      if (!isPoison(error)) throw error;
      if (to - from === 1) {
        const culprit = { index: from, error };
        await search.onCulprit?.(culprit);
        culprits.push(culprit);
        await search.onSettled?.(to);
        return;
      }
    }
  }
  const middle = (from + to) >>> 1;
  const before = culprits.length;
  await writePart(from, middle, { ...search, failed: false });
  // Where the first half was fine, the fault is in the second.
  await writePart(middle, to, { ...search, failed: culprits.length === before });
}
