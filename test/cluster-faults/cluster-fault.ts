import type { SeededRandom } from '../crash/seeded-random.ts';

export const FAULT_KINDS = ['kill', 'stop', 'freeze', 'cut', 'one-way', 'delay'] as const;
export type FaultKind = (typeof FAULT_KINDS)[number];

/** What is done to one node, and for how long. */
export interface ClusterFault {
  readonly kind: FaultKind;
  readonly node: number;
  readonly holdMs: number;
  /** The other end, where one link is meant; else all links of the node. */
  readonly other: number | null;
  /** Of a delay, one way. */
  readonly delayMs: number;
  /** Whether the next fault comes before the cluster is whole again. */
  readonly overlaps: boolean;
}

/** Kills are what most faults are in life. */
const DRAWN: readonly FaultKind[] = ['kill', 'kill', 'kill', 'stop', 'freeze', 'cut', 'one-way', 'delay'];
const HOLD_MIN_MS = 200;
const HOLD_MAX_MS = 5_000;
/** On both sides of a broker's session. */
const FREEZE_MAX_MS = 12_000;
const DELAY_MAX_MS = 300;
const OVERLAP_RATE = 0.15;

export function drawFault(random: SeededRandom, size: number): ClusterFault {
  const kind = DRAWN[random.between(0, DRAWN.length - 1)] ?? 'kill';
  const node = random.between(1, size);
  const next = ((node + random.between(0, size - 2)) % size) + 1;
  return {
    ...{ kind, node },
    holdMs: random.between(HOLD_MIN_MS, kind === 'freeze' ? FREEZE_MAX_MS : HOLD_MAX_MS),
    other: random.chance(0.5) ? next : null,
    delayMs: random.between(10, DELAY_MAX_MS),
    overlaps: random.chance(OVERLAP_RATE),
  };
}
