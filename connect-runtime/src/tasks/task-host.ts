import { type ChildProcess, fork } from 'node:child_process';
import { type ErrorReport, type JsonObject, type Logger, MillraceError } from '@millrace/foundation';
import { type TaskId, taskKey } from '../core/task-id.ts';
import type { HostCalls, HostEvents, TaskCounterRow, TaskSpec } from './host-protocol.ts';
import { fromReport, Ipc } from './ipc.ts';

export interface TaskHostOptions {
  /** Shown in the log. */
  readonly name: string;
  readonly heapMaxBytes: number;
  readonly memoryMaxBytes: number;
  readonly callTimeoutMs: number;
  readonly logger: Logger;
  readonly sourceOffsets: (
    connector: string,
    partitions: readonly JsonObject[],
  ) => Promise<readonly (JsonObject | null)[]>;
  readonly onTaskState: (id: TaskId, state: 'RUNNING' | 'PAUSED') => void;
  readonly onTaskFailed: (id: TaskId, error: MillraceError, trace: string) => void;
  readonly onCounters: (rows: readonly TaskCounterRow[]) => void;
  /** The process ended; `reason` is null when it was asked to. */
  readonly onEnd: (reason: MillraceError | null, tasks: readonly TaskId[]) => void;
}

const HOST_MAIN = new URL('./host/main.ts', import.meta.url);
const MIB = 1024 * 1024;

/** A child process that runs plugin code, with limits: what goes wrong in there ends there. */
export class TaskHost {
  readonly #options: TaskHostOptions;
  readonly #child: ChildProcess;
  readonly #ipc: Ipc<HostCalls, Record<string, never>>;
  readonly #tasks = new Map<string, TaskId>();
  #lastWords: ErrorReport | null = null;
  #killedFor: MillraceError | null = null;
  #asked = false;
  readonly ended: Promise<void>;

  constructor(options: TaskHostOptions) {
    this.#options = options;
    const { heapMaxBytes, logger } = options;
    this.#child = fork(HOST_MAIN, [], {
      execArgv: [
        `--max-old-space-size=${Math.ceil(heapMaxBytes / MIB)}`,
        '--disable-warning=ExperimentalWarning',
      ],
      serialization: 'advanced',
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      env: { ...process.env, MILLRACE_LOG_LEVEL: logger.level },
    });
    this.#ipc = new Ipc(
      {
        send: (message) => {
          if (this.#child.connected) this.#child.send(message as object);
        },
        onMessage: (listener) => void this.#child.on('message', listener),
      },
      {
        calls: {
          sourceOffsets: (body: { connector: string; partitions: readonly JsonObject[] }) =>
            options.sourceOffsets(body.connector, body.partitions),
        },
        event: (name: string, body: unknown) => this.#onEvent(name as keyof HostEvents & string, body),
      },
    );
    this.ended = new Promise((resolve) => {
      this.#child.once('error', (error) => this.#kill(hostFailed(`could not be started: ${error.message}`)));
      this.#child.once('close', (code, signal) => {
        this.#onClose(code, signal);
        resolve();
      });
    });
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  get idle(): boolean {
    return this.#tasks.size === 0;
  }

  /** Asks the host; @throws {MillraceError} what the plugin threw, TASK_HOST_TIMEOUT, TASK_HOST_ENDED */
  call<M extends keyof HostCalls & string>(
    method: M,
    body: HostCalls[M]['body'],
  ): Promise<HostCalls[M]['result']> {
    return this.#ipc.call(method, body, this.#options.callTimeoutMs);
  }

  async startTask(spec: TaskSpec): Promise<void> {
    this.#tasks.set(taskKey(spec.id), spec.id);
    try {
      await this.call('start', spec);
    } catch (error) {
      this.#tasks.delete(taskKey(spec.id));
      throw error;
    }
  }

  /** Stops a task; one that does not stop in time costs its host, which is killed. */
  async stopTask(id: TaskId, timeoutMs: number): Promise<void> {
    const key = taskKey(id);
    if (!this.#tasks.has(key)) return;
    try {
      await this.#ipc.call('stop', id, Math.max(1, timeoutMs));
    } catch (error) {
      this.#tasks.delete(key);
      if (!(error instanceof MillraceError) || error.code !== 'TASK_HOST_TIMEOUT') return;
      const { name, logger } = this.#options;
      logger.warn({ host: name, task: key, timeoutMs }, 'a task did not stop in time; its host is killed');
      this.#kill(hostFailed(`was killed because task ${key} did not stop within ${timeoutMs} ms`));
      await this.ended;
      return;
    }
    this.#tasks.delete(key);
  }

  /** Ends the process; resolves when it is gone. */
  async close(): Promise<void> {
    this.#asked = true;
    if (this.#child.connected) this.#child.disconnect();
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), 2_000);
    await this.ended;
    clearTimeout(timer);
  }

  #onEvent(name: keyof HostEvents & string, body: unknown): void {
    switch (name) {
      case 'taskState': {
        const { id, state } = body as HostEvents['taskState'];
        this.#options.onTaskState(id, state);
        return;
      }
      case 'taskFailed': {
        const { id, error, trace } = body as HostEvents['taskFailed'];
        this.#tasks.delete(taskKey(id));
        this.#options.onTaskFailed(id, fromReport(error), trace);
        return;
      }
      case 'hostFailed':
        this.#lastWords = (body as HostEvents['hostFailed']).error;
        return;
      case 'counters': {
        const { rows, residentBytes } = body as HostEvents['counters'];
        this.#options.onCounters(rows);
        const { memoryMaxBytes } = this.#options;
        if (residentBytes <= memoryMaxBytes) return;
        const used = `${Math.round(residentBytes / MIB)} MiB of ${Math.round(memoryMaxBytes / MIB)} MiB`;
        this.#kill(hostFailed(`was killed because it used ${used} (task.host.memory.max.bytes)`));
      }
    }
  }

  #kill(reason: MillraceError): void {
    this.#killedFor ??= reason;
    this.#child.kill('SIGKILL');
  }

  #onClose(code: number | null, signal: string | null): void {
    const reason = this.#asked ? null : this.#reasonOfEnd(code, signal);
    this.#ipc.close(reason ?? hostFailed('was asked to end'));
    const tasks = [...this.#tasks.values()];
    this.#tasks.clear();
    this.#options.onEnd(reason, tasks);
  }

  #reasonOfEnd(code: number | null, signal: string | null): MillraceError {
    if (this.#killedFor) return this.#killedFor;
    if (this.#lastWords)
      return hostFailed(`ended because a plugin threw out of band: ${this.#lastWords.message}`);
    // V8 aborts a process that passed its heap limit.
    if (signal === 'SIGABRT' || code === 134) return hostFailed('ran out of heap (task.host.heap.max.bytes)');
    return hostFailed(signal ? `was ended by ${signal}` : `ended with exit code ${code}`);
  }
}

function hostFailed(what: string): MillraceError {
  return new MillraceError(`The task's process ${what}.`, {
    code: 'TASK_HOST_ENDED',
    class: 'transient',
    hint: 'The task starts again by itself, in a process of its own. If this repeats, look at the plugin.',
  });
}
