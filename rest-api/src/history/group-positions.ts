import type { Survey } from '../kafka-ports.ts';
import type { EndOffsets } from './end-offsets.ts';

/** How far a reader is behind. */
export interface Behind {
  /** Records of the partition that lags most; null where nobody knows. */
  readonly records: number | null;
  readonly ms: number | null;
}

/** How far consumer groups are behind by their committed offsets, as the cluster told last: also of those that nobody is in. */
export class GroupPositions {
  readonly #ends: EndOffsets;
  #groups: ReadonlyMap<string, Behind> = new Map();
  #asOfMs: number | null = null;

  constructor(ends: EndOffsets) {
    this.#ends = ends;
  }

  /** Wall time at which the cluster told, ms since the epoch; null before it did. */
  get asOfMs(): number | null {
    return this.#asOfMs;
  }

  /** After the ends of the same look were noted. */
  note({ ends, groups }: Survey, atMs: number): void {
    const endOf = new Map(
      ends.map(({ topic, partition, endOffset }) => [`${topic}-${partition}`, endOffset]),
    );
    const found = new Map<string, Behind>();
    for (const { groupId, kind, positions } of groups) {
      if (kind !== 'consumer') continue;
      const records: number[] = [];
      const ages: number[] = [];
      for (const { topic, partition, offset } of positions) {
        const key = `${topic}-${partition}`;
        const end = endOf.get(key);
        if (end === undefined) continue;
        records.push(Math.max(0, end - offset));
        ages.push(...[this.#ends.ageOf(key, offset, atMs)].filter((age) => age !== null));
      }
      if (records.length > 0)
        found.set(groupId, {
          records: Math.max(...records),
          ms: ages.length === 0 ? null : Math.max(...ages),
        });
    }
    this.#groups = found;
    this.#asOfMs = atMs;
  }

  /** Null of a group that has no position in anything that is there. */
  behind(groupId: string): Behind | null {
    return this.#groups.get(groupId) ?? null;
  }
}
