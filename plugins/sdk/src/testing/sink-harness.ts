import { requireConfig, silentLogger } from '@millrace/foundation';
import type { AnyConnector } from '../plugin.ts';
import type { SinkRecord } from '../record.ts';
import type { OpenedPartition, SinkTask, TaskConfig, TopicPartition } from '../task.ts';
import type { Options } from './driver.ts';
import { within } from './eventually.ts';

type AnySink = Extract<AnyConnector, { type: 'sink' }>;

export interface SinkHarnessOptions {
  readonly name?: string;
  readonly taskConfig?: TaskConfig;
  /** Takes what the task rejects, as with `errors.tolerance=all`. Left out: each refusal is thrown, as with `none`. */
  readonly reject?: (record: SinkRecord, error: unknown) => void;
}

/** Runs one sink task in this process, as the runtime would: one batch at a time. */
export class SinkHarness {
  /** What the task says is wrong now, by name. */
  readonly notices = new Map<string, string>();
  readonly task: SinkTask;
  readonly #abort = new AbortController();

  /** @throws {MillraceError} where the options are refused or the task can't be made */
  constructor(connector: AnySink, options: Options, more: SinkHarnessOptions = {}) {
    this.task = connector.createTask({
      connector: more.name ?? 'acceptance',
      task: 0,
      config: requireConfig(connector.config, options),
      taskConfig: more.taskConfig ?? {},
      logger: silentLogger,
      signal: this.#abort.signal,
      progress: () => undefined,
      figure: () => undefined,
      notice: (name, text) => {
        if (text === null) this.notices.delete(name);
        else this.notices.set(name, text);
      },
      // As with `errors.tolerance=none`: the suite wants to see each refusal.
      reject:
        more.reject ??
        ((_record, error) => {
          throw error;
        }),
    });
  }

  start(): Promise<void> {
    return within('start of the task', this.task.start());
  }

  /** Gives partitions to the task, as the consumer group does; without an id of their topic where none is given. */
  async open(partitions: readonly (TopicPartition & Partial<OpenedPartition>)[]): Promise<void> {
    const opened = partitions.map(({ topic, partition, topicId = null }) => ({ topic, partition, topicId }));
    await within('opening of partitions', Promise.resolve(this.task.opened?.(opened)));
  }

  /** Writes one batch; bounded in time. */
  async write(batch: readonly SinkRecord[]): Promise<void> {
    await within('write of a batch', this.task.write(batch), 30_000);
  }

  /** Aborts the signal and stops. */
  async stop(): Promise<void> {
    this.#abort.abort();
    await within('stop of the task', this.task.stop());
  }
}
