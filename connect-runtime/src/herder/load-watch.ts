import type { Clock } from '@millrace/foundation';
import { LoadMeter } from '../core/assignor/load-meter.ts';
import { taskKey } from '../core/task-id.ts';
import type { TaskCounterRow } from '../tasks/host-protocol.ts';

export interface LoadWatchOptions {
  readonly clock: Clock;
  readonly counters: () => readonly TaskCounterRow[];
  /** How long the group is left in peace after it has met, ms. */
  readonly rebalanceIntervalMs: number;
  readonly rejoin: (reason: string) => void;
}

/** How often counters are looked at, ms. */
const SAMPLE_INTERVAL_MS = 10_000;
/** The group meets over load where what it knows of this worker is off by so much: as a part of it, and in units. */
const MEET_FROM_PART = 0.25;
const MEET_FROM_UNITS = 8;

/** Watches what this worker's tasks take, for the leader to divide by; calls the group together when that has changed much. */
export class LoadWatch {
  readonly #options: LoadWatchOptions;
  readonly #meter = new LoadMeter();
  #timer: NodeJS.Timeout | null = null;
  #toldAtMs: number;

  constructor(options: LoadWatchOptions) {
    this.#options = options;
    this.#toldAtMs = options.clock.now().monoMs;
  }

  start(): void {
    this.#timer = setInterval(() => this.sample(), SAMPLE_INTERVAL_MS);
    this.#timer.unref();
  }

  /** What is told with a join. */
  tell(): ReadonlyMap<string, number> {
    const { monoMs } = this.#options.clock.now();
    this.#toldAtMs = monoMs;
    return this.#meter.tell(monoMs);
  }

  sample(): void {
    const { clock, counters, rebalanceIntervalMs, rejoin } = this.#options;
    const { monoMs } = clock.now();
    this.#meter.sample(
      counters().map((row) => ({ key: taskKey(row), records: row.records, bytes: row.bytes })),
      monoMs,
    );
    if (monoMs - this.#toldAtMs < rebalanceIntervalMs) return;
    const { units, part } = this.#meter.drift(monoMs);
    if (units < MEET_FROM_UNITS || part < MEET_FROM_PART) return;
    this.#toldAtMs = monoMs;
    rejoin('what the tasks of this worker take has changed');
  }

  close(): void {
    if (this.#timer) clearInterval(this.#timer);
  }
}
