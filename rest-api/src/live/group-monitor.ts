import { type Clock, isMillraceError, type Logger } from '@millrace/foundation';
import { listTaskCounters } from '../contract/index.ts';
import { taskKeyOf } from '../history/stage-window.ts';
import type { Herder, PipelineMonitor, TaskCounters } from '../ports.ts';

/** What another worker told is forgotten where it says nothing new for so long, ms: two looks of the history. */
const FORGOTTEN_AFTER_MS = 25_000;

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
  readonly counters: readonly TaskCounters[];
}

/** The monitor of the whole group: counters of this worker as they are, those of the others as they told them last. */
export class GroupMonitor implements PipelineMonitor {
  readonly #options: GroupMonitorOptions;
  readonly #told = new Map<string, Told>();
  readonly #asking = new Set<string>();

  constructor(options: GroupMonitorOptions) {
    this.#options = options;
  }

  /** Asks those that have tasks, without waiting; a worker that has not answered yet is not asked again. */
  refresh(): void {
    const { clock } = this.#options;
    const nowMs = clock.now().monoMs;
    for (const [worker, { atMs }] of this.#told)
      if (nowMs - atMs > FORGOTTEN_AFTER_MS) this.#told.delete(worker);
    for (const worker of this.#others()) if (!this.#asking.has(worker)) void this.#ask(worker);
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
    for (const name of herder.connectors())
      for (const { worker_id: id, state } of tasksOf(herder, name))
        if (id !== worker && id !== '' && state === 'RUNNING') found.add(id);
    return found;
  }

  async #ask(worker: string): Promise<void> {
    const { herder, clock, logger } = this.#options;
    const asked = { method: 'GET', path: listTaskCounters.url, body: null, headers: {} };
    this.#asking.add(worker);
    try {
      const { status, body } = await herder.forward(`http://${worker}`, asked);
      if (status !== 200) return;
      const counters: unknown = JSON.parse(body);
      if (Array.isArray(counters)) this.#told.set(worker, { atMs: clock.now().monoMs, counters });
    } catch (error) {
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
