/** Starts tried, by how they went. */
class StartCount {
  succeeded = 0;
  failed = 0;

  get attempts(): number {
    return this.succeeded + this.failed;
  }
}

/** What a connector or task said of itself. */
export interface StateReport {
  readonly state: string;
  readonly error?: unknown;
}

interface RunRecord {
  state: string;
  sinceMs: number;
  /** Time in a state that has ended, ms. */
  runningMs: number;
  pausedMs: number;
  /** Whether it has come up since its last start. */
  up: boolean;
  afterFailure: boolean;
  restarts: number;
}

/** What connectors or tasks of this worker said of themselves, by name: their states, for how long, and how their starts went. */
export class RunStates {
  readonly starts = new StartCount();
  readonly #all = new Map<string, RunRecord>();

  /** `nowMs` is monotonic. */
  reported(name: string, report: StateReport, nowMs: number): void {
    const { state } = report;
    if (state === 'UNASSIGNED' || state === 'DESTROYED') {
      this.forget(name);
      return;
    }
    const run = this.#all.get(name) ?? firstSeen(state, nowMs);
    this.#all.set(name, run);
    pass(run, nowMs);
    run.state = state;
    if (state === 'RUNNING' || state === 'PAUSED') this.#cameUp(run);
    else {
      if (report.error !== undefined && !run.up) this.starts.failed++;
      run.up = false;
      run.afterFailure = report.error !== undefined;
    }
  }

  /** It is not here any more. */
  forget(name: string): void {
    this.#all.delete(name);
  }

  #cameUp(run: RunRecord): void {
    if (run.up) return;
    run.up = true;
    this.starts.succeeded++;
    if (run.afterFailure) run.restarts++;
  }

  /** Each by its name, with its sums up to `nowMs`. */
  all(nowMs: number): ReadonlyMap<string, Readonly<RunRecord>> {
    for (const run of this.#all.values()) pass(run, nowMs);
    return this.#all;
  }
}

function firstSeen(state: string, sinceMs: number): RunRecord {
  return { state, sinceMs, runningMs: 0, pausedMs: 0, up: false, afterFailure: false, restarts: 0 };
}

function pass(run: RunRecord, nowMs: number): void {
  if (run.state === 'RUNNING') run.runningMs += nowMs - run.sinceMs;
  if (run.state === 'PAUSED') run.pausedMs += nowMs - run.sinceMs;
  run.sinceMs = nowMs;
}
