import type { ShardState } from './shards.ts';

type Copies = ShardState['copies'];

interface Seen {
  readonly uuid: string;
  /** The checkpoint of the answer before. */
  previous: number;
  /** How often each copy was refreshed, and a checkpoint that an earlier answer had: within one, nobody says what was read first. */
  copies: Copies;
  known: number | null;
  /** The checkpoint that is waited for, where nothing is refreshed. */
  waiting: { readonly checkpoint: number; sinceMs: number };
}

/**
 * Without `refresh`: tells up to where searches show a shard's writes, from the servers' own refreshes. A write can be searched once each copy of
 * its shard was refreshed behind it. Where nothing was refreshed for longer than the servers leave a change alone, there was nothing to
 * refresh; but where they do not refresh by themselves (`index.refresh_interval` of -1), or more seldom, nothing follows from waiting.
 */
export class OwnRefreshes {
  readonly #waitMs: number;
  /** By index and shard. */
  readonly #seen = new Map<string, Seen>();

  /** @param waitMs for how long the indexes are left alone */
  constructor(waitMs: number) {
    this.#waitMs = waitMs;
  }

  /** Whether waiting tells anything of an index that is refreshed so often; null: never. */
  bears(intervalMs: number | null): boolean {
    return intervalMs !== null && intervalMs < this.#waitMs;
  }

  /**
   * A checkpoint up to which searches show all of the shard, which may have been told before; null: it is to be looked at again.
   * @param nowMs monotonic, after the answer that tells of the shard
   */
  settled(shard: ShardState, intervalMs: number | null, nowMs: number): number | null {
    const name = `${shard.index}/${shard.shard}`;
    const { uuid, checkpoint, copies } = shard;
    const waiting = { checkpoint, sinceMs: nowMs };
    const seen = this.#seen.get(name);
    if (seen?.uuid !== uuid) {
      this.#seen.set(name, { uuid, previous: checkpoint, copies, known: null, waiting });
      return null;
    }
    const shown = byCount(seen, shard) ?? this.#byTime(seen, intervalMs, nowMs);
    if (shown !== null && shown >= seen.waiting.checkpoint) seen.waiting = waiting;
    return shown;
  }

  #byTime({ waiting }: Seen, intervalMs: number | null, nowMs: number): number | null {
    if (!this.bears(intervalMs)) waiting.sinceMs = nowMs;
    return this.bears(intervalMs) && nowMs - waiting.sinceMs >= this.#waitMs ? waiting.checkpoint : null;
  }
}

/** What all copies have been refreshed behind, and notes what can be told of the next refresh. */
function byCount(seen: Seen, { checkpoint, copies }: ShardState): number | null {
  const changed = changedCopies(seen.copies, copies);
  const shown = changed === 'all' ? seen.known : null;
  if (changed !== 'some') {
    seen.known = seen.previous;
    seen.copies = copies;
  }
  seen.previous = checkpoint;
  return shown;
}

/** A copy that is new, or was started again (it counts from 0), has opened what it has since then. */
function changedCopies(before: Copies, now: Copies): 'all' | 'some' | 'none' {
  const changed = [...now].filter(([node, count]) => before.get(node) !== count).length;
  if (changed === now.size) return 'all';
  return changed === 0 ? 'none' : 'some';
}
