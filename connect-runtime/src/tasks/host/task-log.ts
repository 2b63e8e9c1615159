import { AsyncLocalStorage } from 'node:async_hooks';
import { format } from 'node:util';
import type { JsonObject, Logger } from '@millrace/foundation';
import { taskKey } from '../../core/task-id.ts';
import type { TaskLogLevel, TaskLogReport } from '../host-protocol.ts';

/** Lines of one task that go to the worker at once; what comes above them is counted. */
const LINES_MAX = 100;
/** Facts that are longer go as text that is cut off. */
const FACTS_MAX_CHARACTERS = 4_096;
const MESSAGE_MAX_CHARACTERS = 2_048;

const LEVELS: Readonly<Record<number, TaskLogLevel>> = {
  10: 'TRACE',
  20: 'DEBUG',
  30: 'INFO',
  40: 'WARN',
  50: 'ERROR',
  60: 'FATAL',
};

type Report = { -readonly [K in keyof TaskLogReport]: TaskLogReport[K] } & {
  lines: TaskLogReport['lines'][number][];
};

/** Sets aside what tasks log, for the worker to keep. Lines come as they are written: secrets are out of them already. */
export class TaskLog {
  readonly #reports = new Map<string, Report>();

  /** Takes a line of the logger; one that is of no task is passed over. */
  line(text: string): void {
    const line = parsed(text);
    if (!line) return;
    const { connector, task } = line;
    if (typeof connector !== 'string' || typeof task !== 'number') return;
    const key = taskKey({ connector, task });
    const report: Report = this.#reports.get(key) ?? { id: { connector, task }, lines: [], dropped: 0 };
    this.#reports.set(key, report);
    if (report.lines.length >= LINES_MAX) report.dropped++;
    else report.lines.push(lineOf(line));
  }

  /** What came since the last call. */
  take(): readonly TaskLogReport[] {
    const reports = [...this.#reports.values()];
    this.#reports.clear();
    return reports;
  }
}

function parsed(text: string): { readonly [key: string]: unknown } | null {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function lineOf({
  level,
  time,
  msg,
  connector: _c,
  task: _t,
  component: _p,
  ...facts
}: {
  readonly [key: string]: unknown;
}): TaskLogReport['lines'][number] {
  const text = JSON.stringify(facts);
  return {
    atMs: Date.parse(String(time)),
    level: LEVELS[Number(level)] ?? 'INFO',
    message: String(msg ?? '').slice(0, MESSAGE_MAX_CHARACTERS),
    facts:
      text.length <= FACTS_MAX_CHARACTERS
        ? (facts as JsonObject)
        : { cutOff: text.slice(0, FACTS_MAX_CHARACTERS) },
  };
}

const CONSOLE_LEVELS = {
  log: 'info',
  info: 'info',
  debug: 'debug',
  trace: 'debug',
  warn: 'warn',
  error: 'error',
} as const;

const current = new AsyncLocalStorage<Logger>();

/** Runs a task's code: what it prints by `console` from there on, however late, is a line of this logger. */
export function runLogged<T>(logger: Logger, run: () => T): T {
  return current.run(logger, run);
}

/** Turns what plugins print into log lines; what belongs to no task is printed as it is. To be called once. */
export function logConsole(): void {
  for (const [name, level] of Object.entries(CONSOLE_LEVELS)) {
    const method = name as keyof typeof CONSOLE_LEVELS;
    // biome-ignore lint/suspicious/noConsole: it is what plugins print with
    const print = console[method].bind(console);
    console[method] = (...args: unknown[]) => {
      const logger = current.getStore();
      if (logger) logger[level]({ console: true }, format(...args));
      else print(...args);
    };
  }
}
