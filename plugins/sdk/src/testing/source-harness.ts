import { requireConfig, silentLogger } from '@millrace/foundation';
import type { AnyConnector } from '../plugin.ts';
import type { SourceRecord } from '../record.ts';
import type { SourceTask, TaskConfig } from '../task.ts';
import type { Options } from './driver.ts';
import { PATIENCE_MS, within } from './eventually.ts';
import { MemoryOffsets } from './memory-offsets.ts';

type AnySource = Extract<AnyConnector, { type: 'source' }>;

export interface SourceHarnessOptions {
  /** Given from one harness to the next, it stands for the offset topic that outlives a task. */
  readonly offsets?: MemoryOffsets;
  /** The connector's name. */
  readonly name?: string;
  readonly taskConfig?: TaskConfig;
}

/**
 * Runs one source task in this process, as the runtime would: polls in turn, makes offsets durable when it is told
 * to, and can drop the task without a word.
 */
export class SourceHarness {
  /** What the task said last of each of its figures. */
  readonly figures = new Map<string, number>();
  /** What it says is wrong now, by name. */
  readonly notices = new Map<string, string>();
  readonly task: SourceTask;
  readonly offsets: MemoryOffsets;
  /** All that was polled, in order. */
  readonly records: SourceRecord[] = [];
  readonly #abort = new AbortController();
  #pending: Promise<readonly SourceRecord[]> | null = null;

  /** @throws {MillraceError} where the options are refused or the task can't be made */
  constructor(connector: AnySource, options: Options, more: SourceHarnessOptions = {}) {
    this.offsets = more.offsets ?? new MemoryOffsets();
    this.task = connector.createTask({
      connector: more.name ?? 'acceptance',
      task: 0,
      config: requireConfig(connector.config, options),
      taskConfig: more.taskConfig ?? {},
      logger: silentLogger,
      signal: this.#abort.signal,
      progress: () => undefined,
      figure: (name, value) => {
        if (value === null) this.figures.delete(name);
        else this.figures.set(name, value);
      },
      notice: (name, text) => {
        if (text === null) this.notices.delete(name);
        else this.notices.set(name, text);
      },
      transaction: null,
      offset: async (partition) => this.offsets.get(partition),
    });
  }

  start(): Promise<void> {
    return within('start of the task', this.task.start());
  }

  /** One poll; where an earlier one is still under way it waits for that. Null: nothing came in time. */
  async poll(deadlineMs: number = PATIENCE_MS): Promise<readonly SourceRecord[] | null> {
    this.#pending ??= this.task.poll();
    const pending = this.#pending;
    const late = Symbol('late');
    let timer: NodeJS.Timeout | undefined;
    const outcome = await Promise.race([
      pending,
      new Promise<typeof late>((resolve) => {
        timer = setTimeout(resolve, deadlineMs, late);
      }),
    ]).finally(() => clearTimeout(timer));
    if (outcome === late) return null;
    this.#pending = null;
    this.records.push(...outcome);
    return outcome;
  }

  /** Polls until `done` holds for all the records so far; fails at the deadline. */
  async pollUntil(
    what: string,
    done: (records: readonly SourceRecord[]) => boolean,
    deadlineMs: number = PATIENCE_MS,
  ): Promise<void> {
    const endMs = performance.now() + deadlineMs;
    while (!done(this.records)) {
      const leftMs = endMs - performance.now();
      if (leftMs <= 0) {
        throw new Error(`not within ${deadlineMs} ms: ${what}; ${this.records.length} records came`);
      }
      await this.poll(leftMs);
    }
  }

  /** Makes the offsets of these records durable, and tells the task, as the runtime does after its producer's flush. */
  async commit(records: readonly SourceRecord[] = this.records): Promise<void> {
    const fresh = new MemoryOffsets();
    for (const { sourcePartition: partition, sourceOffset: offset } of records) {
      fresh.put({ partition, offset });
      this.offsets.put({ partition, offset });
    }
    if (records.length > 0) await within('commit', this.task.commit?.(fresh.all()) ?? Promise.resolve());
  }

  /** Drops the task as the death of its process does: nothing is called any more. Call `stop` when the test is over. */
  abandon(): void {
    this.#pending?.catch(() => undefined);
    this.#pending = null;
  }

  /** What the runtime does to end a task: aborts the signal, waits for the poll under way, stops. */
  async stop(): Promise<void> {
    this.#abort.abort();
    await within(
      'end of the poll under way',
      Promise.resolve(this.#pending).catch(() => undefined),
    );
    this.#pending = null;
    await within('stop of the task', this.task.stop());
  }

  /** Aborts the signal and gives the poll under way, to measure how soon it ends. */
  abort(): Promise<unknown> {
    this.#abort.abort();
    return this.#pending ?? Promise.resolve();
  }
}
