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
  | { readonly kind: 'start'; readonly delayMs: number };

const START_SHARE = 0.15;
const EARLY_SHARE = 0.2;
const COMMIT_SHARE = 0.3;
/** The last planned kill comes before this share of the load is through, so that each strikes in the middle of it. */
const LOAD_SHARE_MAX = 0.75;
const LOAD_DELAY_MAX_MS = 600;
const START_DELAY_MAX_MS = 1_500;
const EARLY_RECORDS_MAX = 5_000;

/** The moments of all kills; the first is one in the load, the second at a commit. */
export function planKills(random: SeededRandom, kills: number, rowChanges: number): readonly KillMoment[] {
  const slice = (rowChanges * LOAD_SHARE_MAX) / kills;
  return Array.from({ length: kills }, (_, index): KillMoment => {
    const pick = index === 0 ? 1 : index === 1 ? START_SHARE + EARLY_SHARE : random.fraction();
    const rowChanges = Math.floor((index + random.fraction()) * slice);
    if (pick < START_SHARE) return { kind: 'start', delayMs: random.between(0, START_DELAY_MAX_MS) };
    if (pick < START_SHARE + EARLY_SHARE)
      return { kind: 'early', records: random.between(1, EARLY_RECORDS_MAX) };
    if (pick < START_SHARE + EARLY_SHARE + COMMIT_SHARE) return { kind: 'commit', rowChanges };
    return { kind: 'load', rowChanges, delayMs: random.between(0, LOAD_DELAY_MAX_MS) };
  });
}
