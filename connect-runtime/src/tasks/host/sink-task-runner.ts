import { type Consumer, type ConsumerRecord, createConsumer, type TopicPartition } from '@millrace/client';
import { type MillraceError, requireConfig, toMillraceError } from '@millrace/foundation';
import type { SinkConnector, SinkRecord, SinkTask } from '@millrace/sdk';
import { taskKey } from '../../core/task-id.ts';
import { consumerOverrides } from './client-settings.ts';
import { Gate } from './gate.ts';
import { traceOf } from './source-task-runner.ts';
import { TaskConverters } from './task-converters.ts';
import { TaskCounters } from './task-counters.ts';
import type { TaskRunner, TaskRunnerOptions } from './task-runner.ts';

/** How long one poll waits for records, ms; a stop or a pause cuts it short. */
const POLL_MS = 1_000;
/** A write that failed for now is tried again in place this often before the task restarts with its longer waits. */
const WRITE_TRIES = 4;
const WRITE_BACKOFF_MS = 200;

/**
 * Reads topics as a member of the group `connect-NAME`, converts, and hands batches to the sink. Offsets are committed only for
 * what `write` resolved: at least once.
 */
export class SinkTaskRunner implements TaskRunner {
  readonly #options: TaskRunnerOptions<SinkConnector>;
  readonly #counters: TaskCounters;
  readonly #abort = new AbortController();
  readonly #gate: Gate;
  #consumer: Consumer | null = null;
  #task: SinkTask | null = null;
  #written = new Map<string, TopicPartition & { offset: number }>();
  #ended: Promise<void> = Promise.resolve();

  constructor(options: TaskRunnerOptions<SinkConnector>) {
    this.#options = options;
    this.#counters = new TaskCounters(options.spec.id);
    this.#gate = new Gate(options.spec.paused);
  }

  start(): void {
    this.#ended = this.#run();
  }

  setPaused(paused: boolean): void {
    this.#gate.setClosed(paused);
    this.#options.onState(paused ? 'PAUSED' : 'RUNNING');
  }

  async stop(): Promise<void> {
    this.#abort.abort();
    this.#consumer?.wakeup();
    await this.#ended;
  }

  counters() {
    return this.#counters.row();
  }

  async #run(): Promise<void> {
    let failure: MillraceError | null = null;
    let stage = 'start';
    try {
      const converters = await this.#converters();
      this.#task = this.#createTask();
      await this.#task.start();
      this.#consumer = this.#subscribe();
      this.#options.onState(this.#gate.closed ? 'PAUSED' : 'RUNNING');
      stage = 'put';
      await this.#consumeUntilStopped(this.#consumer, this.#task, converters);
      stage = 'commit';
      await this.#commit();
    } catch (error) {
      this.#counters.failed();
      failure = toMillraceError(error, { code: 'SINK_TASK_FAILED', class: 'bug' }).with({ stage });
      this.#abort.abort();
    }
    failure = await this.#letGo(failure);
    if (failure) this.#options.onFailure(failure, traceOf(failure));
  }

  async #consumeUntilStopped(consumer: Consumer, task: SinkTask, converters: TaskConverters): Promise<void> {
    const interval = this.#options.spec.worker.offsetFlushIntervalMs;
    let committedAt = performance.now();
    let paused = false;
    while (!this.#abort.signal.aborted) {
      if (this.#gate.closed !== paused) {
        paused = this.#gate.closed;
        if (paused) consumer.pause(consumer.assignment());
        else consumer.resume(consumer.assignment());
      }
      // Polls go on while paused, so that the member keeps its place in the group.
      if (paused) consumer.pause(consumer.assignment());
      const records = await consumer.poll(POLL_MS);
      if (records.length > 0) await this.#write(task, converters, records);
      if (performance.now() - committedAt >= interval) {
        committedAt = performance.now();
        await this.#commit();
      }
    }
  }

  async #write(
    task: SinkTask,
    converters: TaskConverters,
    records: readonly ConsumerRecord[],
  ): Promise<void> {
    const batch = records.map((record) => converters.toRecord(record));
    await this.#writeWithRetry(task, batch);
    for (const record of records) {
      const { topic, partition, offset } = record;
      this.#written.set(`${topic}-${partition}`, { topic, partition, offset: offset + 1 });
      this.#counters.passed(topic, (record.key?.length ?? 0) + (record.value?.length ?? 0));
    }
  }

  async #writeWithRetry(task: SinkTask, batch: readonly SinkRecord[]): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      try {
        await task.write(batch);
        return;
      } catch (error) {
        const known = toMillraceError(error, { code: 'SINK_THREW', class: 'bug' });
        const again = known.class === 'transient' || known.class === 'throttled';
        if (!again || attempt >= WRITE_TRIES || this.#abort.signal.aborted) throw known;
        this.#counters.failed();
        await pause(WRITE_BACKOFF_MS * 2 ** (attempt - 1), this.#abort.signal);
      }
    }
  }

  async #commit(): Promise<void> {
    if (this.#written.size === 0) return;
    const offsets = [...this.#written.values()];
    this.#written = new Map();
    await this.#consumer?.commit(offsets);
  }

  #subscribe(): Consumer {
    const { spec, logger } = this.#options;
    const config = spec.connectorConfig;
    const consumer = createConsumer({
      bootstrapServers: spec.worker.bootstrapServers,
      clientId: `connector-consumer-${taskKey(spec.id)}`,
      groupId: `connect-${spec.id.connector}`,
      autoOffsetReset: 'earliest',
      logger,
      ...consumerOverrides(config),
    });
    const regex = config['topics.regex']?.trim();
    const topics = (config['topics'] ?? '').split(',').map((topic) => topic.trim());
    consumer.subscribe(regex ? new RegExp(`^(?:${regex})$`) : topics.filter((topic) => topic !== ''), {
      assigned: async (partitions) => {
        await this.#task?.opened?.(partitions);
      },
      revoked: async (partitions) => {
        await this.#commit();
        await this.#task?.closed?.(partitions);
      },
    });
    return consumer;
  }

  #createTask(): SinkTask {
    const { connector, spec, logger } = this.#options;
    return connector.createTask({
      connector: spec.id.connector,
      task: spec.id.task,
      config: requireConfig(connector.config, { ...spec.connectorConfig, ...spec.taskConfig }),
      taskConfig: spec.taskConfig,
      logger,
      signal: this.#abort.signal,
    });
  }

  #converters(): Promise<TaskConverters> {
    const { spec, loader } = this.#options;
    return TaskConverters.create({
      loader,
      modules: [...spec.worker.converterModules, spec.module],
      connectorConfig: spec.connectorConfig,
      workerConfig: spec.worker.converters,
    });
  }

  /** Stops the sink, then leaves the group; answers what the task ends with. */
  async #letGo(failure: MillraceError | null): Promise<MillraceError | null> {
    let result = failure;
    for (const step of [() => this.#task?.stop(), () => this.#consumer?.close()]) {
      try {
        await step();
      } catch (error) {
        if (result) this.#options.logger.debug({ err: error }, 'stopping a failed task failed too');
        else
          result = toMillraceError(error, { code: 'SINK_TASK_FAILED', class: 'bug' }).with({ stage: 'stop' });
      }
    }
    return result;
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => (clearTimeout(timer), resolve()), { once: true });
  });
}
