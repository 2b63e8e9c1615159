import type { SeededRandom } from './seeded-random.ts';

/** When the next kill strikes. */
export type KillMoment =
  /** Once so many row changes are confirmed, and a while after that. */
  | { readonly kind: 'load'; readonly rowChanges: number; readonly delayMs: number }
  /** As `load`, but at the very moment at which the source has stored an offset: what it claims must be there by then. */
  | { readonly kind: 'commit'; readonly rowChanges: number }
  /** So many records after the first new one of this start: before the offsets of this run are stored, mostly. */
  | { readonly kind: 'early'; readonly records: number }
  /** So long after the start of the process, whatever it is doing: recovering, joining, or not even listening. */
  | { readonly kind: 'start'; readonly delayMs: number }
  /** As `load`, but the PostgreSQL server is killed, with whatever is being written to and read from it. */
  | { readonly kind: 'server'; readonly rowChanges: number; readonly delayMs: number };

const START_SHARE = 0.15;
const EARLY_SHARE = 0.2;
const COMMIT_SHARE = 0.25;
const SERVER_SHARE = 0.2;
/** The last planned kill comes before this share of the load is through, so that each strikes in the middle of it. */
const LOAD_SHARE_MAX = 0.75;
const LOAD_DELAY_MAX_MS = 600;
const START_DELAY_MAX_MS = 1_500;
const EARLY_RECORDS_MAX = 5_000;

/** The share of each kind of kill; `load` has the rest. */
const SHARES: readonly (readonly [KillMoment['kind'], number])[] = [
  ['start', START_SHARE],
  ['early', EARLY_SHARE],
  ['commit', COMMIT_SHARE],
  ['server', SERVER_SHARE],
];
/** So that few kills are of different kinds. */
const FIRST: readonly KillMoment['kind'][] = ['load', 'commit', 'server'];

/** The moments of all kills; the first is one in the load, the second at a commit, the third of the server. */
export function planKills(random: SeededRandom, kills: number, rowChanges: number): readonly KillMoment[] {
  const slice = (rowChanges * LOAD_SHARE_MAX) / kills;
  return Array.from({ length: kills }, (_, index): KillMoment => {
    const kind = FIRST[index] ?? kindOf(random.fraction());
    const rowChanges = Math.floor((index + random.fraction()) * slice);
    switch (kind) {
      case 'start':
        return { kind, delayMs: random.between(0, START_DELAY_MAX_MS) };
      case 'early':
        return { kind, records: random.between(1, EARLY_RECORDS_MAX) };
      case 'commit':
        return { kind, rowChanges };
      default:
        return { kind, rowChanges, delayMs: random.between(0, LOAD_DELAY_MAX_MS) };
    }
  });
}

function kindOf(fraction: number): KillMoment['kind'] {
  let above = 0;
  for (const [kind, share] of SHARES) {
    above += share;
    if (fraction < above) return kind;
  }
  return 'load';
}
