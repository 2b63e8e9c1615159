import { type ChildProcess, fork } from 'node:child_process';
import { extname } from 'node:path';
import { type JsonObject, type Logger, MillraceError } from '@millrace/foundation';
import type { KeyedOffset } from '../core/offsets/offset-key.ts';
import { type TaskId, taskKey } from '../core/task-id.ts';
import { HostDeath, ORPHANED_EXIT_CODE } from './host-death.ts';
import type {
  HostCalls,
  HostEvents,
  HostLogLevels,
  HostUse,
  TaskCounterRow,
  TaskLogReport,
  TaskSpec,
  WorkerCalls,
  WorkerEvents,
} from './host-protocol.ts';
import { HostWatchdog } from './host-watchdog.ts';
import { fromReport, Ipc } from './ipc.ts';
import { PARTS } from './suspects.ts';
import { boundedText, boundedTrace } from './trace.ts';

export interface TaskHostOptions {
  /** Shown in the log. */
  readonly name: string;
  /** Whether plugins are asked about themselves there, and no tasks run. */
  readonly forQuestions?: boolean;
  readonly heapMaxBytes: number;
  readonly memoryMaxBytes: number;
  /** A host that says nothing for so long is stuck in a plugin's loop, ms. */
  readonly silenceMaxMs: number;
  /** A host that has not heard of its worker for so long ends, ms; null where nobody else would run its tasks. */
  readonly workerSilenceMaxMs: number | null;
  readonly callTimeoutMs: number;
  readonly logger: Logger;
  readonly sourceOffsets: (
    connector: string,
    partitions: readonly JsonObject[],
  ) => Promise<readonly (KeyedOffset | null)[]>;
  /** Stores offsets of sources, where the worker has no topic for them. */
  readonly storeOffsets?: (
    offsets: readonly { readonly key: Buffer; readonly value: Buffer }[],
  ) => Promise<void>;
  readonly onTaskState: (id: TaskId, state: 'RUNNING' | 'PAUSED') => void;
  readonly onTaskFailed: (id: TaskId, error: MillraceError, trace: string) => void;
  readonly onConfigChanged: (id: TaskId) => void;
  readonly onCounters: (rows: readonly TaskCounterRow[]) => void;
  readonly onLogs: (report: TaskLogReport) => void;
  /** The process ended, with these tasks in it; `death` is null when it was asked to. */
  readonly onEnd: (death: HostDeath | null, tasks: readonly TaskId[], trace: string) => void;
}

/**
 * How a task that was to stop came to its end: by itself; killed with its host, since it did not; or lost with it among many that did not
 * either, as where a broker is away or the machine has no time: that tells nothing of any of them.
 */
export type TaskEnd = 'stopped' | 'killed' | 'lost';

// TypeScript in a checkout, JavaScript where it is installed.
const HOST_MAIN = new URL(`./host/main${extname(import.meta.filename)}`, import.meta.url);
const MIB = 1024 * 1024;
/** How long a host may take to end when it is asked to, ms. */
const CLOSE_TIMEOUT_MS = 2_000;
const STDERR = 2;
/** How often a host hears of its worker within the time that this may be silent. */
const SIGNS_PER_SILENCE = 8;
/** The part of the heap where objects begin; it grows only under load. */
const SEMI_SPACE_MAX_MIB = 24;

/** A child process that runs plugin code, with limits: what goes wrong in there ends there. */
export class TaskHost {
  readonly #options: TaskHostOptions;
  readonly #child: ChildProcess;
  readonly #ipc: Ipc<HostCalls, WorkerEvents>;
  readonly #watchdog: HostWatchdog;
  readonly #tasks = new Map<string, TaskId>();
  readonly #stopping = new Set<string>();
  #lastWords: HostEvents['hostFailed'] | null = null;
  #killedFor: HostDeath | null = null;
  #use: HostUse | null = null;
  #asked = false;
  #signs: NodeJS.Timeout | null = null;
  readonly ended: Promise<void>;

  constructor(options: TaskHostOptions) {
    this.#options = options;
    this.#child = this.#spawn();
    this.#watchdog = new HostWatchdog({
      pid: this.pid,
      memoryMaxBytes: options.memoryMaxBytes,
      silenceMaxMs: options.silenceMaxMs,
      onTripped: (reason, what) => this.#kill(new HostDeath(reason, what)),
    });
    this.#ipc = new Ipc(
      {
        // What can't be sent any more has no reader: the end of the process ends all calls.
        send: (message) => {
          if (this.#child.connected) this.#child.send(message as object, () => undefined);
        },
        onMessage: (listener) => void this.#child.on('message', listener),
      },
      {
        calls: {
          sourceOffsets: (body: { connector: string; partitions: readonly JsonObject[] }) =>
            options.sourceOffsets(body.connector, body.partitions),
          storeOffsets: async ({ offsets }: WorkerCalls['storeOffsets']['body']) => {
            const bytes = (text: string) => Buffer.from(text, 'utf8');
            await options.storeOffsets?.(
              offsets.map(({ key, value }) => ({ key: bytes(key), value: bytes(value) })),
            );
            return null;
          },
        },
        event: (name: string, body: unknown) => this.#hear(name, body),
      },
    );
    this.ended = new Promise((resolve) => {
      this.#child.on('error', (error) => this.#kill(new HostDeath('exit', `had trouble: ${error.message}`)));
      this.#child.once('close', (code, signal) => {
        this.#onClose(code, signal);
        resolve();
      });
    });
    this.#giveSigns();
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** Whether it still takes tasks and questions. */
  get open(): boolean {
    return !this.#asked && this.#killedFor === null;
  }

  /** Whether nothing runs in it and nothing is asked of it. */
  get idle(): boolean {
    return this.#tasks.size === 0 && this.#ipc.pending === 0;
  }

  get taskCount(): number {
    return this.#tasks.size;
  }

  /** What the process used when it was heard of last; null before that. */
  get use(): HostUse | null {
    return this.#use;
  }

  /** Sets the levels of what is logged in there. */
  setLogLevels(levels: HostLogLevels): void {
    this.#ipc.emit('logLevels', levels);
  }

  /** Asks the host; @throws {MillraceError} what the plugin threw, TASK_HOST_TIMEOUT, or what its process died of (`host-death.ts`) */
  call<M extends keyof HostCalls & string>(
    method: M,
    body: HostCalls[M]['body'],
    timeoutMs: number = this.#options.callTimeoutMs,
  ): Promise<HostCalls[M]['result']> {
    return this.#ipc.call(method, body, timeoutMs);
  }

  /** As `call`, for a host without tasks: one that does not answer in time is killed, as its plugin may hold it up for good. */
  async callOrKill<M extends keyof HostCalls & string>(
    method: M,
    body: HostCalls[M]['body'],
    timeoutMs?: number,
  ): Promise<HostCalls[M]['result']> {
    try {
      return await this.call(method, body, timeoutMs);
    } catch (error) {
      if (isTimeout(error))
        this.#kill(new HostDeath('call', `was killed because it did not answer "${method}"`));
      throw error;
    }
  }

  async startTask(spec: TaskSpec): Promise<void> {
    const key = taskKey(spec.id);
    this.#tasks.set(key, spec.id);
    try {
      await this.call('start', spec);
    } catch (error) {
      this.#tasks.delete(key);
      // It may come up after all, when nobody counts on it any more.
      if (isTimeout(error))
        this.#kill(new HostDeath('start', `was killed because it did not start task ${key} in time`));
      throw error;
    }
  }

  /** Stops a task; one that does not stop in time costs its host, which is killed. */
  async stopTask(id: TaskId, timeoutMs: number): Promise<TaskEnd> {
    const key = taskKey(id);
    if (!this.#tasks.has(key)) return 'stopped';
    this.#stopping.add(key);
    try {
      await this.#ipc.call('stop', id, Math.max(1, timeoutMs));
      return 'stopped';
    } catch (error) {
      if (!isTimeout(error)) return 'stopped';
      const { name, logger } = this.#options;
      const end = this.#stopping.size > PARTS ? 'lost' : 'killed';
      logger.warn({ host: name, task: key, timeoutMs }, 'a task did not stop in time; its host is killed');
      this.#tasks.delete(key);
      this.#kill(new HostDeath('stop', `was killed because task ${key} did not stop within ${timeoutMs} ms`));
      await this.ended;
      return end;
    } finally {
      this.#stopping.delete(key);
      this.#tasks.delete(key);
    }
  }

  /** Ends the process; resolves when it is gone. */
  async close(): Promise<void> {
    this.#asked = true;
    // Not by disconnecting: a child that its parent disconnected never tells of its `close`.
    this.#ipc.emit('end', null);
    const timer = setTimeout(() => this.#signalAll(), CLOSE_TIMEOUT_MS);
    await this.ended;
    clearTimeout(timer);
  }

  #spawn(): ChildProcess {
    const { heapMaxBytes, logger } = this.#options;
    return fork(HOST_MAIN, [], {
      // A process group of its own, to be killed as a whole.
      detached: process.platform !== 'win32',
      execArgv: [
        `--max-old-space-size=${Math.ceil(heapMaxBytes / MIB)}`,
        // Records in flight outlive many small collections.
        `--max-semi-space-size=${SEMI_SPACE_MAX_MIB}`,
        // A host has one core's worth of work: helpers of the collector beside it cost it a quarter more processor time than they spare.
        '--single-threaded-gc',
        // Records in flight outlive two collections, from which V8 concludes that their kind lives long, and makes all of them where only
        // a marking of everything finds them dead again: a third of the processor time of a source.
        '--no-allocation-site-pretenuring',
        '--disable-warning=ExperimentalWarning',
      ],
      serialization: 'advanced',
      // What a plugin prints is log: standard output is for the answers of the command that started the worker.
      stdio: ['ignore', STDERR, 'inherit', 'ipc'],
      env: { ...process.env, MILLRACE_LOG_LEVEL: logger.level },
    });
  }

  /** Tells the host again and again that its worker lives. */
  #giveSigns(): void {
    const { workerSilenceMaxMs: silenceMaxMs } = this.#options;
    if (silenceMaxMs === null) return;
    const sign = () => this.#ipc.emit('alive', { silenceMaxMs });
    sign();
    this.#signs = setInterval(sign, silenceMaxMs / SIGNS_PER_SILENCE).unref();
  }

  #hear(name: string, body: unknown): void {
    this.#watchdog.heard();
    try {
      this.#onEvent(name as keyof HostEvents & string, body);
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      this.#kill(
        new HostDeath('protocol', `was killed because it sent what is not of the host protocol: ${message}`),
      );
    }
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
        this.#options.onTaskFailed(id, fromReport(error, trace), boundedTrace(trace));
        return;
      }
      case 'configChanged':
        this.#options.onConfigChanged((body as HostEvents['configChanged']).id);
        return;
      case 'hostFailed':
        this.#lastWords = body as HostEvents['hostFailed'];
        return;
      case 'logs':
        for (const report of (body as HostEvents['logs']).reports) this.#options.onLogs(report);
        return;
      case 'counters': {
        const { rows, use } = body as HostEvents['counters'];
        this.#options.onCounters(rows);
        this.#use = use;
        this.#watchdog.used(use.residentBytes);
      }
    }
  }

  #kill(death: HostDeath): void {
    this.#killedFor ??= death;
    this.#signalAll();
  }

  /** To the host and what its plugins have started: a plugin that waits for a child process would leave it behind. */
  #signalAll(): void {
    try {
      if (this.pid !== undefined) process.kill(-this.pid, 'SIGKILL');
    } catch {
      // The group is gone, or there are no groups on this system.
      this.#child.kill('SIGKILL');
    }
  }

  #onClose(code: number | null, signal: string | null): void {
    this.#watchdog.stop();
    if (this.#signs) clearInterval(this.#signs);
    const death = this.#asked ? null : this.#deathOf(code, signal);
    const end = death ?? new HostDeath('exit', 'was asked to end');
    this.#ipc.close(this.#options.forQuestions ? end.errorOfQuestion : end.error);
    const tasks = [...this.#tasks.values()];
    this.#tasks.clear();
    this.#options.onEnd(death, tasks, boundedTrace(this.#lastWords?.trace ?? death?.error.message ?? ''));
  }

  #deathOf(code: number | null, signal: string | null): HostDeath {
    if (this.#killedFor) return this.#killedFor;
    if (this.#lastWords)
      return new HostDeath(
        'threw',
        `ended because a plugin threw out of band: ${boundedText(this.#lastWords.error.message)}`,
      );
    // V8 aborts a process that passed its heap limit.
    if (signal === 'SIGABRT' || signal === 'SIGTRAP' || code === 134)
      return new HostDeath('heap', 'ran out of heap (task.host.heap.max.bytes)');
    if (code === ORPHANED_EXIT_CODE)
      return new HostDeath('orphaned', 'ended because its worker had not been heard of for a whole session');
    if (signal) return new HostDeath('exit', `was ended by ${signal}`, true);
    return new HostDeath('exit', `ended with exit code ${code}`);
  }
}

function isTimeout(error: unknown): boolean {
  return error instanceof MillraceError && error.code === 'TASK_HOST_TIMEOUT';
}
