import { createProducer, type Producer } from '@millrace/client';
import { type JsonObject, type MillraceError, requireConfig, toMillraceError } from '@millrace/foundation';
import type { DurableOffset, SourceConnector, SourceRecord, SourceTask } from '@millrace/sdk';
import { offsetKey } from '../../core/offsets/offset-key.ts';
import { SubmittedRecords } from '../../core/offsets/submitted-records.ts';
import { taskKey } from '../../core/task-id.ts';
import { producerOverrides } from './client-settings.ts';
import { Gate } from './gate.ts';
import { TaskConverters } from './task-converters.ts';
import { TaskCounters } from './task-counters.ts';
import type { TaskRunner, TaskRunnerOptions } from './task-runner.ts';

/** How long a stopping task may take to flush what it has sent, ms. */
const FLUSH_TIMEOUT_MS = 30_000;

/**
 * Polls a source, converts and produces what it reads, and stores its offsets, at least once: an offset is written only
 * when its record and all before it in the same source partition are acknowledged, and the task hears of it (`commit`) only when
 * the offset itself is.
 */
export class SourceTaskRunner implements TaskRunner {
  readonly #options: TaskRunnerOptions<SourceConnector>;
  readonly #counters: TaskCounters;
  readonly #abort = new AbortController();
  readonly #gate: Gate;
  readonly #submitted = new SubmittedRecords<DurableOffset>();
  #failure: MillraceError | null = null;
  #producer: Producer | null = null;
  #ended: Promise<void> = Promise.resolve();

  constructor(options: TaskRunnerOptions<SourceConnector>) {
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
    await this.#ended;
  }

  counters() {
    return this.#counters.row();
  }

  async #run(): Promise<void> {
    let task: SourceTask | null = null;
    let stage = 'start';
    try {
      const converters = await this.#converters();
      this.#producer = this.#createProducer();
      task = this.#createTask();
      await task.start();
      this.#options.onState(this.#gate.closed ? 'PAUSED' : 'RUNNING');
      stage = 'poll';
      await this.#pollUntilStopped(task, converters);
      stage = 'commit';
      await this.#producer.flush();
      await this.#commit(task);
    } catch (error) {
      this.#fail(error, stage);
    }
    await this.#letGo(task);
    if (this.#failure) this.#options.onFailure(this.#failure, traceOf(this.#failure));
  }

  async #pollUntilStopped(task: SourceTask, converters: TaskConverters): Promise<void> {
    const interval = this.#options.spec.worker.offsetFlushIntervalMs;
    let committedAt = performance.now();
    let committing: Promise<void> = Promise.resolve();
    const timer = setInterval(
      () => {
        if (performance.now() - committedAt < interval) return;
        committedAt = performance.now();
        committing = committing.then(() => this.#commit(task)).catch((error) => this.#fail(error, 'commit'));
      },
      Math.min(interval, 1_000),
    );
    try {
      while (!this.#abort.signal.aborted) {
        await this.#gate.passed(this.#abort.signal);
        if (this.#abort.signal.aborted) break;
        const records = await task.poll();
        for (const record of records) {
          await this.#send(record, converters);
          if (this.#failure) break;
        }
        if (this.#failure) throw this.#failure;
      }
    } finally {
      clearInterval(timer);
      await committing;
    }
  }

  async #send(record: SourceRecord, converters: TaskConverters): Promise<void> {
    const producer = this.#producer;
    if (!producer) return;
    const bytes = converters.toBytes(record);
    const { connector } = this.#options.spec.id;
    const submitted = this.#submitted.submit(offsetKey(connector, record.sourcePartition), {
      partition: record.sourcePartition,
      offset: record.sourceOffset,
    });
    const sizeBytes = (bytes.key?.length ?? 0) + (bytes.value?.length ?? 0);
    const room = producer.produce(bytes, (error) => {
      if (error) {
        this.#fail(error, 'produce');
        return;
      }
      this.#submitted.acknowledge(submitted);
      this.#counters.passed(bytes.topic, sizeBytes);
    });
    if (!room) await producer.ready();
  }

  /** Writes the offsets of the acknowledged prefix, waits until they are durable, and tells the task. */
  async #commit(task: SourceTask): Promise<void> {
    const committable = this.#submitted.takeCommittable();
    if (committable.size === 0 || !this.#producer) return;
    const topic = this.#options.spec.worker.offsetTopic;
    await this.#producer.send(
      [...committable].map(([key, { offset }]) => ({
        topic,
        key: Buffer.from(key, 'utf8'),
        value: Buffer.from(JSON.stringify(offset), 'utf8'),
      })),
    );
    try {
      await task.commit?.([...committable.values()]);
    } catch (error) {
      // The offsets are stored; upstream is told again with the next ones.
      this.#options.logger.warn(
        { err: error },
        'the source did not take the committed offsets; the next commit tells it again',
      );
    }
  }

  #createTask(): SourceTask {
    const { connector, spec, logger, sourceOffsets } = this.#options;
    return connector.createTask({
      connector: spec.id.connector,
      task: spec.id.task,
      config: requireConfig(connector.config, { ...spec.connectorConfig, ...spec.taskConfig }),
      taskConfig: spec.taskConfig,
      logger,
      signal: this.#abort.signal,
      offset: async (partition: JsonObject) => (await sourceOffsets([partition]))[0] ?? null,
    });
  }

  #createProducer(): Producer {
    const { spec, logger } = this.#options;
    return createProducer({
      bootstrapServers: spec.worker.bootstrapServers,
      clientId: `connector-producer-${taskKey(spec.id)}`,
      logger,
      ...producerOverrides(spec.connectorConfig),
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

  /** The first failure ends the task; what comes after it is its echo. */
  #fail(error: unknown, stage: string): void {
    if (this.#failure) return;
    this.#counters.failed();
    this.#failure = toMillraceError(error, { code: 'SOURCE_TASK_FAILED', class: 'bug' }).with({ stage });
    this.#abort.abort();
  }

  async #letGo(task: SourceTask | null): Promise<void> {
    for (const step of [
      () => task?.stop(),
      () => this.#producer?.close(this.#failure ? 0 : FLUSH_TIMEOUT_MS),
    ]) {
      try {
        await step();
      } catch (error) {
        if (this.#failure) this.#options.logger.debug({ err: error }, 'stopping a failed task failed too');
        else this.#fail(error, 'stop');
      }
    }
  }
}

/** Kafka Connect's `trace`: the error with its causes, for people. */
export function traceOf(error: Error): string {
  const lines: string[] = [];
  for (let at: unknown = error; at instanceof Error && lines.length < 5; at = at.cause) {
    lines.push(lines.length === 0 ? (at.stack ?? at.message) : `Caused by: ${at.stack ?? at.message}`);
  }
  return lines.join('\n');
}
