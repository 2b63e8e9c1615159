import { HEARTBEAT_INTERVAL_MS, SESSION_TIMEOUT_MS } from './cluster.ts';
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
/** What was asked for reaches its tasks within so long, also where the group is meeting: sessions end, and all join. */
const REQUEST_ECHO_MS = 20_000;
/** So long after a worker is back tasks may move to it, or back from it. */
const REBALANCE_ECHO_MS = 30_000;
/**
 * A broker that says nothing for about a session has the workers stop their tasks, since others may run them by then; they
 * come back so long after it. A shorter absence is no reason for anything.
 */
const BROKER_AWAY_MIN_MS = SESSION_TIMEOUT_MS - HEARTBEAT_INTERVAL_MS;
const BROKER_ECHO_MS = 20_000;
/** So long after the broker is back its clients may still wait to connect again, and its coordinator read its logs. */
const BROKER_BACK_MS = 2_000;
/** A task that ran twice for longer was not stopped when another one was told to start. */
const OVERLAP_MAX_MS = 10_000;

/** Explains every start of every task by what was done; what nothing explains is a violation. */
export function judge(lives: ReadonlyMap<string, readonly Life[]>, faults: readonly Fault[]): Verdict {
  const causes = { killed: 0, asked: 0, moved: 0, broker: 0, unexplained: 0 };
  const violations: string[] = [];
  const outages = brokerOutages(faults);
  let starts = 0;
  let overlapMaxMs = 0;
  for (const [task, ofTask] of lives) {
    starts += ofTask.length;
    for (const [index, life] of ofTask.entries()) {
      const before = ofTask[index - 1];
      if (!before) continue;
      const cause = causeOf(task, before, life, { faults, outages });
      causes[cause]++;
      if (cause === 'unexplained')
        violations.push(
          `${task} started again at ${life.startedAt} on worker ${life.worker} without a reason; before: worker ${before.worker}, host ${before.pid}, ${before.stopped ? 'stopped' : 'not stopped'}, heard until ${before.heardAt}`,
        );
      const overlapMs = before.heardAt - Math.max(life.startedAt, thawedAt(before, faults));
      overlapMaxMs = Math.max(overlapMaxMs, overlapMs);
      if (overlapMs > OVERLAP_MAX_MS) violations.push(`${task} ran twice for ${overlapMs} ms`);
    }
  }
  return { starts, causes, overlapMaxMs, violations };
}

/** What was done to the run; `outages` are long enough for sessions to end. */
interface Run {
  readonly faults: readonly Fault[];
  readonly outages: readonly Span[];
}

interface Span {
  readonly at: number;
  readonly until: number;
}

/** When the broker was away for so long that sessions end: faults that follow at once are one absence. */
function brokerOutages(faults: readonly Fault[]): readonly Span[] {
  const spans: Span[] = [];
  const ofBroker = faults.filter(({ kind }) => kind.endsWith('broker'));
  for (const { at, until } of ofBroker.toSorted((a, b) => a.at - b.at)) {
    const last = spans.at(-1);
    const back = until + BROKER_BACK_MS;
    if (last && at <= last.until)
      spans[spans.length - 1] = { at: last.at, until: Math.max(last.until, back) };
    else spans.push({ at, until: back });
  }
  return spans.filter(({ at, until }) => until - at >= BROKER_AWAY_MIN_MS);
}

function causeOf(task: string, before: Life, life: Life, { faults, outages }: Run): Cause {
  const touched = faults.filter(
    ({ at, until }) => until >= before.startedAt - SLACK_MS && at <= life.startedAt + SLACK_MS,
  );
  if (touched.some(({ pids }) => pids.includes(before.pid) || pids.includes(before.worker))) return 'killed';
  if (before.note !== life.note) return 'asked';
  const during = ({ at, until }: Span, echoMs: number) =>
    at <= life.startedAt + SLACK_MS && life.startedAt <= until + echoMs;
  const asked = faults.some(
    (fault) =>
      isRequest(fault.kind) && task.startsWith(`${fault.connector}-`) && during(fault, REQUEST_ECHO_MS),
  );
  if (asked) return 'asked';
  // A worker that came back gets its share.
  const joined = faults.filter((fault) => isOfWorker(fault) && during(fault, REBALANCE_ECHO_MS));
  if (life.worker !== before.worker && joined.length > 0) return 'moved';
  if (joined.some((first) => wasInterrupted(before, life, first, faults))) return 'moved';
  return outages.some((outage) => during(outage, BROKER_ECHO_MS)) ? 'broker' : 'unexplained';
}

/**
 * A task that was handed over, because a worker came or went, comes back to where it was if then the worker that was to
 * take it goes, or the broker does, before it runs there.
 */
function wasInterrupted(before: Life, life: Life, first: Fault, faults: readonly Fault[]): boolean {
  if (!before.stopped || first.at > before.heardAt) return false;
  return faults.some(
    (next) =>
      (next.kind.endsWith('broker') || isOfWorker(next)) &&
      next.at > first.at &&
      next.at >= before.heardAt - SLACK_MS &&
      next.at <= life.startedAt,
  );
}

/** Whether there was a worker that it could be done to. */
function isOfWorker({ kind, pids }: Fault): boolean {
  return kind.endsWith('worker') && pids.length > 0;
}

/** When the worker of that life went on that had been taken for dead: until then nobody could tell its tasks to stop. */
function thawedAt(life: Life, faults: readonly Fault[]): number {
  const thaws = faults.filter(({ kind, pids }) => kind === 'freeze-worker' && pids.includes(life.worker));
  return Math.max(0, ...thaws.filter(({ at }) => at <= life.heardAt).map(({ until }) => until));
}

function isRequest(kind: Fault['kind']): boolean {
  return kind === 'change-config' || kind === 'restart';
}
