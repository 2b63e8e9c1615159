import type { ErrorReport, JsonObject, MillraceError } from '@millrace/foundation';
import { type TaskId, taskKey } from '../core/task-id.ts';
import type { TaskLogLevel, TaskLogLine, TaskLogReport } from './host-protocol.ts';

/** What is kept of one task: so many lines, of so many characters together. */
const LINES_MAX = 500;
const CHARACTERS_MAX = 128 * 1024;
/** Tasks whose lines are kept, also after they have left; the one that was silent for longest goes first. */
const TASKS_MAX = 1_000;

const LEVELS: readonly TaskLogLevel[] = ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'FATAL'];

interface Ring {
  readonly lines: { readonly line: TaskLogLine; readonly characters: number }[];
  characters: number;
  /** Lines that are not here any more, or never came. */
  dropped: number;
}

/** The last lines of each task of this worker. They outlive the hosts that wrote them, which is when they are wanted. */
export class TaskLogs {
  readonly #rings = new Map<string, Ring>();

  add({ id, lines, dropped }: TaskLogReport): void {
    const ring = this.#ring(id);
    ring.dropped += dropped;
    for (const line of lines) {
      const characters = line.message.length + JSON.stringify(line.facts).length;
      ring.lines.push({ line, characters });
      ring.characters += characters;
    }
    while (ring.lines.length > LINES_MAX || ring.characters > CHARACTERS_MAX) {
      ring.characters -= ring.lines.shift()?.characters ?? 0;
      ring.dropped++;
    }
  }

  /** What the worker has to say of a task: what it failed of, above all where its host can say nothing any more. */
  reported(
    id: TaskId,
    report: { readonly state: string; readonly error?: MillraceError },
    nowMs: number,
  ): void {
    const { state, error } = report;
    const line: TaskLogLine = error
      ? { atMs: nowMs, level: 'ERROR', message: error.message, facts: { state, ...plain(error.report()) } }
      : { atMs: nowMs, level: 'INFO', message: `the task is ${state}`, facts: { state } };
    this.add({ id, lines: [line], dropped: 0 });
  }

  /** The newest lines of at least that level, oldest first. */
  newest(
    id: TaskId,
    { limit, level }: { readonly limit: number; readonly level: TaskLogLevel },
  ): { readonly lines: readonly TaskLogLine[]; readonly dropped: number } {
    const ring = this.#rings.get(taskKey(id));
    const lines = (ring?.lines ?? []).map(({ line }) => line);
    const least = LEVELS.indexOf(level);
    const loud = lines.filter((line) => LEVELS.indexOf(line.level) >= least);
    return { lines: loud.slice(-limit), dropped: ring?.dropped ?? 0 };
  }

  /** The task's ring, as the one that was written to last. */
  #ring(id: TaskId): Ring {
    const key = taskKey(id);
    const ring = this.#rings.get(key) ?? { lines: [], characters: 0, dropped: 0 };
    this.#rings.delete(key);
    this.#rings.set(key, ring);
    for (const oldest of this.#rings.keys()) {
      if (this.#rings.size <= TASKS_MAX) break;
      this.#rings.delete(oldest);
    }
    return ring;
  }
}

/** Without the message, which is the line's own. */
function plain({ message: _message, ...report }: ErrorReport): JsonObject {
  return JSON.parse(JSON.stringify(report)) as JsonObject;
}
