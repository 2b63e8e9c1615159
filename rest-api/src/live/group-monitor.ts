import { type Clock, isMillraceError, type Logger } from '@millrace/foundation';
import { type LiveHealth, listTaskCounters } from '../contract/index.ts';
import { taskKeyOf } from '../history/stage-window.ts';
import type { Herder, PipelineMonitor, TaskCounters } from '../ports.ts';

/** What another worker told is forgotten where it says nothing new for so long, ms: two looks of the history. */
const FORGOTTEN_AFTER_MS = 25_000;
/** A worker that takes longer to tell its figures is silent, as far as pages are concerned, ms. */
const PATIENCE_MS = 1_500;

export interface GroupMonitorOptions {
  readonly herder: Herder;
  /** Of this worker. */
  readonly monitor: PipelineMonitor;
  /** `host:port` of this worker, as the group knows it. */
  readonly worker: string;
  readonly clock: Clock;
  readonly logger: Logger;
}

interface Told {
  readonly atMs: number;
  readonly wallMs: number;
  readonly counters: readonly TaskCounters[];
}

/** The monitor of the whole group: counters of this worker as they are, those of the others as they told them last. */
export class GroupMonitor implements PipelineMonitor {
  readonly #options: GroupMonitorOptions;
  readonly #told = new Map<string, Told>();
  /** Since when an answer is due, on the monotonic clock. */
  readonly #asking = new Map<string, number>();
  /** Workers whose last answer was none. */
  readonly #failing = new Set<string>();
  /** By connector, the workers that run its tasks; those that have changed since are looked at anew. */
  readonly #runningOn = new Map<string, readonly string[]>();

  constructor(options: GroupMonitorOptions) {
    this.#options = options;
    options.monitor.onChange((connector) => void this.#runningOn.delete(connector));
  }

  /** Asks those that have tasks, without waiting; a worker that has not answered yet is not asked again. */
  refresh(): void {
    const nowMs = this.#options.clock.now().monoMs;
    for (const [worker, { atMs }] of this.#told)
      if (nowMs - atMs > FORGOTTEN_AFTER_MS) this.#told.delete(worker);
    for (const worker of this.#others()) if (!this.#asking.has(worker)) void this.#ask(worker, nowMs);
  }

  /** Other workers that have running tasks and do not tell how far these are, and when they did last. */
  silentWorkers(): LiveHealth['silentWorkers'] {
    const nowMs = this.#options.clock.now().monoMs;
    const isLate = (worker: string) => nowMs - (this.#asking.get(worker) ?? nowMs) > PATIENCE_MS;
    return [...this.#others()]
      .filter((worker) => this.#failing.has(worker) || isLate(worker))
      .map((id) => ({ id, asOfMs: this.#told.get(id)?.wallMs ?? null }));
  }

  counters(): readonly TaskCounters[] {
    const own = this.#options.monitor.counters();
    if (this.#told.size === 0) return own;
    // A task that moved is told by two for a while: who told last has it.
    const told = [...this.#told.values()].sort((a, b) => a.atMs - b.atMs);
    const rows = [...told.flatMap(({ counters }) => counters), ...own];
    return [...new Map(rows.map((row) => [taskKeyOf(row), row])).values()];
  }

  onChange(listener: (connector: string) => void): () => void {
    return this.#options.monitor.onChange(listener);
  }

  topicsOf(connector: string): readonly string[] {
    return this.#options.monitor.topicsOf(connector);
  }

  taskLogs(...request: Parameters<PipelineMonitor['taskLogs']>): ReturnType<PipelineMonitor['taskLogs']> {
    return this.#options.monitor.taskLogs(...request);
  }

  metrics(): ReturnType<PipelineMonitor['metrics']> {
    return this.#options.monitor.metrics();
  }

  #others(): ReadonlySet<string> {
    const { herder, worker } = this.#options;
    const found = new Set<string>();
    for (const name of herder.connectors()) for (const id of this.#workersOf(name)) found.add(id);
    found.delete(worker);
    for (const id of this.#failing) if (!found.has(id)) this.#failing.delete(id);
    return found;
  }

  #workersOf(connector: string): readonly string[] {
    const known = this.#runningOn.get(connector);
    if (known !== undefined) return known;
    const running = tasksOf(this.#options.herder, connector).filter(
      ({ worker_id: id, state }) => id !== '' && state === 'RUNNING',
    );
    const workers = [...new Set(running.map(({ worker_id: id }) => id))];
    this.#runningOn.set(connector, workers);
    return workers;
  }

  async #ask(worker: string, nowMs: number): Promise<void> {
    const { herder, clock, logger } = this.#options;
    const asked = { method: 'GET', path: listTaskCounters.url, body: null, headers: {} };
    this.#asking.set(worker, nowMs);
    try {
      const { status, body } = await herder.forward(`http://${worker}`, asked);
      this.#failing.delete(worker);
      if (status !== 200) return;
      const counters: unknown = JSON.parse(body);
      const { monoMs, wallMs } = clock.now();
      if (Array.isArray(counters)) this.#told.set(worker, { atMs: monoMs, wallMs, counters });
    } catch (error) {
      this.#failing.add(worker);
      logger.debug({ err: error, worker }, 'another worker does not tell what its tasks have counted');
    } finally {
      this.#asking.delete(worker);
    }
  }
}

/** None of a connector that has just gone. */
function tasksOf(herder: Herder, name: string): ReturnType<Herder['status']>['tasks'] {
  try {
    return herder.status(name).tasks;
  } catch (error) {
    if (isMillraceError(error) && error.code === 'NOT_FOUND') return [];
    throw error;
  }
}
