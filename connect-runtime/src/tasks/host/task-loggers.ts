import type { Logger } from '@millrace/foundation';
import { type TaskId, taskKey } from '../../core/task-id.ts';
import type { HostLogLevels } from '../host-protocol.ts';

/** The loggers of this process and its tasks, whose levels the worker sets while they run. */
export class TaskLoggers {
  readonly #logger: Logger;
  readonly #tasks = new Map<string, { readonly id: TaskId; readonly loggers: Logger[] }>();
  #levels: HostLogLevels | null = null;

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  /** A logger that says whose task it is of; forgotten with the task. */
  of(id: TaskId): Logger {
    const logger = this.#logger.child({ connector: id.connector, task: id.task });
    const task = this.#tasks.get(taskKey(id)) ?? { id, loggers: [] };
    task.loggers.push(logger);
    this.#tasks.set(taskKey(id), task);
    this.#setLevel(logger, id);
    return logger;
  }

  forget(key: string): void {
    this.#tasks.delete(key);
  }

  setLevels(levels: HostLogLevels): void {
    this.#levels = levels;
    this.#logger.level = levels.tasks;
    for (const { id, loggers } of this.#tasks.values())
      for (const logger of loggers) this.#setLevel(logger, id);
  }

  #setLevel(logger: Logger, { connector }: TaskId): void {
    if (this.#levels) logger.level = this.#levels.byConnector[connector] ?? this.#levels.tasks;
  }
}
