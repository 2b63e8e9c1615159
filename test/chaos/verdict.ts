import type { Fault } from './faults.ts';
import type { Life } from './journal.ts';

/** Why a task was started again. */
export type Cause = 'killed' | 'asked' | 'moved' | 'broker' | 'unexplained';

export interface Verdict {
  readonly starts: number;
  readonly causes: Readonly<Record<Cause, number>>;
  /** The longest time that a task ran twice, ms. */
  readonly overlapMaxMs: number;
  readonly violations: readonly string[];
}

/** Two processes' clocks and writes are this far apart at most. */
const SLACK_MS = 1_500;
/** A broker that is gone may end tasks for so long after it is back. */
const BROKER_ECHO_MS = 60_000;
/** A task that ran twice for longer was not stopped when another one was told to start. */
const OVERLAP_MAX_MS = 10_000;

/** Explains every start of every task by what was done; what nothing explains is a violation. */
export function judge(lives: ReadonlyMap<string, readonly Life[]>, faults: readonly Fault[]): Verdict {
  const causes = { killed: 0, asked: 0, moved: 0, broker: 0, unexplained: 0 };
  const violations: string[] = [];
  let starts = 0;
  let overlapMaxMs = 0;
  for (const [task, ofTask] of lives) {
    starts += ofTask.length;
    for (const [index, life] of ofTask.entries()) {
      const before = ofTask[index - 1];
      if (!before) continue;
      const cause = causeOf(task, before, life, faults);
      causes[cause]++;
      if (cause === 'unexplained')
        violations.push(
          `${task} started again at ${life.startedAt} on worker ${life.worker} without a reason; before: worker ${before.worker}, host ${before.pid}, ${before.stopped ? 'stopped' : 'not stopped'}, heard until ${before.heardAt}`,
        );
      const overlapMs = before.heardAt - life.startedAt;
      overlapMaxMs = Math.max(overlapMaxMs, overlapMs);
      if (overlapMs > OVERLAP_MAX_MS) violations.push(`${task} ran twice for ${overlapMs} ms`);
    }
  }
  return { starts, causes, overlapMaxMs, violations };
}

function causeOf(task: string, before: Life, life: Life, faults: readonly Fault[]): Cause {
  const within = (fault: Fault) =>
    fault.until >= before.startedAt - SLACK_MS && fault.at <= life.startedAt + SLACK_MS;
  const touched = faults.filter(within);
  if (touched.some(({ pids }) => pids.includes(before.pid) || pids.includes(before.worker))) return 'killed';
  if (touched.some(({ kind, connector }) => isRequest(kind) && task.startsWith(`${connector}-`)))
    return 'asked';
  // A worker that came back gets its share.
  const joined = touched.some(({ kind }) => kind === 'kill-worker' || kind === 'end-worker');
  if (life.worker !== before.worker && joined) return 'moved';
  const outage = faults.some(
    ({ kind, at, until }) =>
      (kind === 'kill-broker' || kind === 'end-broker') &&
      at <= life.startedAt &&
      life.startedAt <= until + BROKER_ECHO_MS,
  );
  return outage ? 'broker' : 'unexplained';
}

function isRequest(kind: Fault['kind']): boolean {
  return kind === 'change-config' || kind === 'restart';
}
