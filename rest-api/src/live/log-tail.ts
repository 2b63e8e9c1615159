import { isMillraceError } from '@millrace/foundation';
import type { LogEvent, TaskLogs } from '../contract/index.ts';
import type { Herder, PipelineMonitor } from '../ports.ts';

type Line = TaskLogs['lines'][number];

/** Lines that one look at a task brings: all that are kept. */
const LINES_MAX = 500;
/** Tasks of a connector that are followed. */
const TASKS_MAX = 100;
const LEVELS: readonly Line['level'][] = ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'FATAL'];

export interface LogTailOptions {
  readonly connector: string;
  /** Null: all. */
  readonly task: number | null;
  readonly level: Line['level'];
}

/**
 * What the tasks of a connector log, look by look. Each line of a task has a number, since lines that are gone are counted; so none is told twice, and those
 * that were gone before anybody looked are known.
 */
export class LogTail {
  readonly #herder: Herder;
  readonly #monitor: Pick<PipelineMonitor, 'taskLogs'>;
  readonly #options: LogTailOptions;
  /** By task, the number of the next line. */
  readonly #next = new Map<number, number>();
  #dropped = 0;

  constructor(herder: Herder, monitor: Pick<PipelineMonitor, 'taskLogs'>, options: LogTailOptions) {
    this.#herder = herder;
    this.#monitor = monitor;
    this.#options = options;
  }

  /** What came since the look before, by time; null where nothing did. @throws {MillraceError} NOT_FOUND for a connector that is gone */
  async look(): Promise<LogEvent | null> {
    const { connector, task, level } = this.#options;
    const tasks = this.#herder.status(connector).tasks.map(({ id }) => id);
    const wanted = tasks.filter((id) => task === null || id === task).slice(0, TASKS_MAX);
    const lists = await Promise.all(wanted.map((id) => this.#newLines(id)));
    const least = LEVELS.indexOf(level);
    const lines = lists.flat().filter((line) => LEVELS.indexOf(line.level) >= least);
    if (lines.length === 0) return null;
    return { lines: lines.sort((a, b) => a.atMs - b.atMs), dropped: this.#dropped };
  }

  async #newLines(task: number): Promise<readonly (Line & { readonly task: number })[]> {
    const logs = await this.#read(task);
    if (logs === null) return [];
    const end = logs.dropped + logs.lines.length;
    const next = this.#next.get(task);
    this.#next.set(task, end);
    // A worker that has fewer lines than were told is another one, which has taken the task over.
    const from = next === undefined || next > end ? logs.dropped : next;
    if (next !== undefined) this.#dropped += Math.max(0, logs.dropped - from);
    return logs.lines.slice(Math.max(0, from - logs.dropped)).map((line) => ({ task, ...line }));
  }

  /** Of the worker that runs it; null where that one does not tell at present. */
  async #read(task: number): Promise<TaskLogs | null> {
    const { connector } = this.#options;
    try {
      return this.#monitor.taskLogs({ connector, task }, { limit: LINES_MAX, level: 'TRACE' });
    } catch (error) {
      const worker = isMillraceError(error) ? error.details.facts?.forwardTo : undefined;
      if (typeof worker !== 'string') return null;
      const path = `/api/v1/connectors/${encodeURIComponent(connector)}/tasks/${task}/logs?forward=false&limit=${LINES_MAX}`;
      return this.#herder.forward(worker, { method: 'GET', path, body: null, headers: {} }).then(
        ({ status, body }) => (status === 200 ? (JSON.parse(body) as TaskLogs) : null),
        () => null,
      );
    }
  }
}
