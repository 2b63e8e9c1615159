/** By member id what it has to do: the sum of its tasks' weights, and the tasks by their keys. */
export type Shares = Map<string, Share>;

export interface Share {
  load: number;
  readonly tasks: Map<string, PlacedTask>;
}

interface PlacedTask {
  readonly weight: number;
  /** It runs there, and was not told to leave. */
  readonly settled: boolean;
}

/** A task that runs is moved only where two members then differ by so much less, as a part of the average load. */
const PAYS_FROM = 0.05;

/** The member with least to do; the first of equals. */
export function lightest(shares: Shares): string {
  let best = '';
  let least = Number.POSITIVE_INFINITY;
  for (const [memberId, { load }] of shares) {
    if (load >= least) continue;
    best = memberId;
    least = load;
  }
  return best;
}

/**
 * Moves tasks from who has most to who has least, where the two are then closer together by more than what is noise: one
 * unit or 5 % of the average, whichever is more. Of the tasks that pay, the one that evens out most. What comes of it is at rest: asked
 * again, nothing moves.
 */
export function balance(shares: Shares): void {
  const total = [...shares.values()].reduce((sum, { load }) => sum + load, 0);
  const pays = Math.max(1, (total / Math.max(1, shares.size)) * PAYS_FROM);
  // Each move brings two members closer together, so there is a last one.
  for (;;) {
    const move = findMove(shares, pays);
    if (!move) return;
    const { from, to, key, weight } = move;
    from.tasks.delete(key);
    from.load -= weight;
    to.tasks.set(key, { weight, settled: false });
    to.load += weight;
  }
}

interface Move {
  readonly from: Share;
  readonly to: Share;
  readonly key: string;
  readonly weight: number;
}

function findMove(shares: Shares, pays: number): Move | null {
  const to = shares.get(lightest(shares));
  if (!to) return null;
  for (const from of [...shares.values()].sort((a, b) => b.load - a.load)) {
    const gap = from.load - to.load;
    if (gap <= pays) return null;
    const move = bestOf(from, to, (weight) => gap - weight >= pays);
    if (move) return move;
  }
  return null;
}

/** What leaves the larger of the two loads smallest; of equals, one that does not run there, or leaves as it is. */
function bestOf(from: Share, to: Share, pays: (weight: number) => boolean): Move | null {
  let best: (Move & { readonly rank: number }) | null = null;
  for (const [key, { weight, settled }] of from.tasks) {
    if (!pays(weight)) continue;
    const rank = Math.max(from.load - weight, to.load + weight) + (settled ? 0.5 : 0);
    if (!best || rank < best.rank) best = { from, to, key, weight, rank };
  }
  return best;
}
