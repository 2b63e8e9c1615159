import type { Progress } from '@millrace/sdk';
import type { TaskId } from '../../core/task-id.ts';
import type { StageCounters, TaskCounterRow, TaskStage } from '../host-protocol.ts';

/** How many topics a task's counters name; a task that writes to more names the first ones. */
const TOPICS_MAX = 100;
/** A name of a figure, and how many one task may have. */
const FIGURE = /^[a-z][a-z0-9_]{0,62}$/;
const FIGURES_MAX = 20;
/** How much of a progress' words goes to the worker, characters. */
const PROGRESS_MAX_CHARACTERS = 200;
/** How many notices one task may have, and how long each may be, characters. */
const NOTICES_MAX = 20;
const NOTICE_MAX_CHARACTERS = 500;

/** Counts what passes through one task. Times are taken by batch and by sample: nothing here reads a clock for each record. */
export class TaskCounters {
  readonly #id: TaskId;
  readonly #topics = new Set<string>();
  readonly #stages = new Map<TaskStage, { -readonly [K in keyof StageCounters]: StageCounters[K] }>();
  readonly #totals = {
    records: 0,
    bytes: 0,
    errors: 0,
    recordsIn: 0,
    filtered: 0,
    skipped: 0,
    deadLettered: 0,
    deadLetterFailures: 0,
    errorsLogged: 0,
    batches: 0,
    batchMaxRecords: 0,
    commits: 0,
    commitFailures: 0,
    commitTimeMs: 0,
    commitMaxMs: 0,
    lastRecordAtMs: null as number | null,
    lastRecordTimestampMs: null as number | null,
    lastErrorAtMs: null as number | null,
  };
  #lastTopic: string | null = null;
  /** Records at the last look, which are all older than it. */
  #recordsSeen = 0;
  #progress: Progress | null = null;
  readonly #figures = new Map<string, number>();
  readonly #notices = new Map<string, string>();

  constructor(id: TaskId) {
    this.#id = id;
  }

  /** A batch came out of the source, or out of the topics. */
  took(records: number): void {
    this.#totals.recordsIn += records;
    if (records === 0) return;
    this.#totals.batches++;
    this.#totals.batchMaxRecords = Math.max(this.#totals.batchMaxRecords, records);
  }

  /** A record arrived: acknowledged by the topic, or written by the sink. `timestampMs` is the record's own. */
  passed(topic: string, bytes: number, timestampMs: number | null): void {
    this.#totals.records++;
    this.#totals.bytes += bytes;
    if (timestampMs !== null && timestampMs >= 0) this.#totals.lastRecordTimestampMs = timestampMs;
    if (topic === this.#lastTopic) return;
    this.#lastTopic = topic;
    if (this.#topics.size < TOPICS_MAX) this.#topics.add(topic);
  }

  /** The transforms left nothing of a record. */
  filtered(): void {
    this.#totals.filtered++;
  }

  spent(stage: TaskStage, ms: number): void {
    const counters = this.#stage(stage);
    counters.timeMs += ms;
    counters.maxMs = Math.max(counters.maxMs, ms);
  }

  /** Something failed, at this stage where it is known. */
  failed(stage?: TaskStage): void {
    this.#totals.errors++;
    this.#totals.lastErrorAtMs = Date.now();
    if (stage) this.#stage(stage).failed++;
  }

  retried(stage: TaskStage): void {
    this.#stage(stage).retried++;
  }

  skipped(): void {
    this.#totals.skipped++;
  }

  deadLettered(): void {
    this.#totals.deadLettered++;
  }

  deadLetterFailed(): void {
    this.#totals.deadLetterFailures++;
  }

  errorLogged(): void {
    this.#totals.errorsLogged++;
  }

  committed(ms: number, outcome: 'stored' | 'failed'): void {
    this.#totals.commits++;
    this.#totals.commitTimeMs += ms;
    this.#totals.commitMaxMs = Math.max(this.#totals.commitMaxMs, ms);
    if (outcome === 'failed') this.#totals.commitFailures++;
  }

  /** Keeps the newest. */
  progress(progress: Progress | null): void {
    this.#progress = progress;
  }

  /** Keeps the newest of each name, of a bounded number of names; what is no figure is passed over. */
  figure(name: string, value: number | null): void {
    if (value === null) this.#figures.delete(name);
    else if (
      Number.isFinite(value) &&
      FIGURE.test(name) &&
      (this.#figures.has(name) || this.#figures.size < FIGURES_MAX)
    )
      this.#figures.set(name, value);
  }

  /** Keeps the newest of each name, of a bounded number of names, each cut to a bounded length. */
  notice(name: string, text: string | null): void {
    if (text === null) this.#notices.delete(name);
    else if (this.#notices.has(name) || this.#notices.size < NOTICES_MAX)
      this.#notices.set(name, String(text).slice(0, NOTICE_MAX_CHARACTERS));
  }

  /** @param unacknowledged records of a source that are sent and not acknowledged; of a sink, 0 */
  row(unacknowledged: number): TaskCounterRow {
    if (this.#totals.records > this.#recordsSeen) {
      this.#recordsSeen = this.#totals.records;
      this.#totals.lastRecordAtMs = Date.now();
    }
    return {
      ...this.#id,
      ...this.#totals,
      unacknowledged,
      partitions: 0,
      behind: null,
      topics: [...this.#topics],
      stages: Object.fromEntries([...this.#stages].map(([stage, counters]) => [stage, { ...counters }])),
      progress: this.#progress && bounded(this.#progress),
      figures: Object.fromEntries(this.#figures),
      notices: [...this.#notices.values()],
    };
  }

  #stage(stage: TaskStage) {
    let counters = this.#stages.get(stage);
    if (!counters) {
      counters = { timeMs: 0, maxMs: 0, failed: 0, retried: 0 };
      this.#stages.set(stage, counters);
    }
    return counters;
  }
}

/** A plugin's words as plain data of bounded size, whatever it gave. */
function bounded({ what, done, total, unit }: Progress): Progress {
  return {
    what: String(what).slice(0, PROGRESS_MAX_CHARACTERS),
    done: Number(done),
    total: total === null || total === undefined ? null : Number(total),
    unit: String(unit).slice(0, PROGRESS_MAX_CHARACTERS),
  };
}
