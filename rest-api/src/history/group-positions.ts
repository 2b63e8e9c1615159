import type { Survey } from '../kafka-ports.ts';
import type { EndOffsets } from './end-offsets.ts';

/** How far a reader is behind. */
export interface Behind {
  /** Records of the partition that lags most; null where nobody knows. */
  readonly records: number | null;
  readonly ms: number | null;
}

/** Of one partition, by the last look. */
interface Bounds {
  readonly startOffset: number;
  readonly endOffset: number;
}

/** How far consumer groups are behind by their committed offsets, as the cluster told last: also of those that nobody is in. */
export class GroupPositions {
  readonly #ends: EndOffsets;
  #topics: ReadonlyMap<string, ReadonlyMap<number, Bounds>> = new Map();
  #groups: ReadonlyMap<string, Survey['groups'][number]> = new Map();
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
    const topics = new Map<string, Map<number, Bounds>>();
    for (const { topic, partition, ...bounds } of ends) {
      const partitions = topics.get(topic) ?? new Map<number, Bounds>();
      topics.set(topic, partitions.set(partition, bounds));
    }
    this.#topics = topics;
    this.#groups = new Map(groups.map((group) => [group.groupId, group]));
    this.#asOfMs = atMs;
  }

  /**
   * By its positions; of `fromStart`, topics that it reads from their beginning, where it has none, by all that is in them. Null of a share group, and
   * of one that is behind nothing that is there.
   */
  behind(groupId: string, fromStart: readonly string[] = []): Behind | null {
    const group = this.#groups.get(groupId);
    if (group?.kind === 'share' || this.#asOfMs === null) return null;
    const records: number[] = [];
    const ages: number[] = [];
    const stands = new Set<string>();
    for (const { topic, partition, offset } of group?.positions ?? []) {
      const bounds = this.#topics.get(topic)?.get(partition);
      if (bounds === undefined) continue;
      const key = `${topic}-${partition}`;
      stands.add(key);
      records.push(Math.max(0, bounds.endOffset - Math.max(offset, bounds.startOffset)));
      ages.push(...[this.#ends.ageOf(key, offset, this.#asOfMs)].filter((age) => age !== null));
    }
    for (const topic of fromStart)
      for (const [partition, { startOffset, endOffset }] of this.#topics.get(topic) ?? [])
        if (!stands.has(`${topic}-${partition}`)) records.push(endOffset - startOffset);
    if (records.length === 0) return null;
    return { records: Math.max(...records), ms: ages.length === 0 ? null : Math.max(...ages) };
  }
}
