/** What is done to the cluster next. */
export type FaultKind =
  | 'kill-worker'
  | 'end-worker'
  | 'kill-host'
  | 'pause'
  | 'change-config'
  | 'restart'
  | 'kill-broker'
  | 'end-broker'
  | 'freeze-worker'
  | 'freeze-host'
  | 'freeze-broker';

/** A fault that was put in, and what it touched. */
export interface Fault {
  readonly kind: FaultKind;
  /** Wall clock, ms, when it began, and when what was taken away was back. */
  readonly at: number;
  readonly until: number;
  /** Processes that ended by it, or were taken for dead: a worker, or a task host. */
  readonly pids: readonly number[];
  readonly connector?: string;
}

const WEIGHTS: readonly (readonly [FaultKind, number])[] = [
  ['kill-host', 5],
  ['change-config', 4],
  ['pause', 4],
  ['restart', 2],
  ['kill-worker', 3],
  ['end-worker', 2],
  ['kill-broker', 1],
  ['end-broker', 1],
  ['freeze-worker', 2],
  ['freeze-host', 2],
  ['freeze-broker', 1],
];

/** The next fault by its weight; `chance` in [0, 1). */
export function faultOf(chance: number): FaultKind {
  const total = WEIGHTS.reduce((sum, [, weight]) => sum + weight, 0);
  let left = chance * total;
  for (const [kind, weight] of WEIGHTS) {
    left -= weight;
    if (left < 0) return kind;
  }
  return 'kill-host';
}
