import { setImmediate as nextTurn } from 'node:timers/promises';
import { createProducer, type Producer } from '@millrace/client';
import { type JsonObject, MillraceError, requireConfig, toMillraceError } from '@millrace/foundation';
import type { DurableOffset, SourceConnector, SourceRecord, SourceTask } from '@millrace/sdk';
import { offsetKey } from '../../core/offsets/offset-key.ts';
import { SubmittedRecords } from '../../core/offsets/submitted-records.ts';
import { taskKey } from '../../core/task-id.ts';
import { producerOverrides } from './client-settings.ts';
import { Gate } from './gate.ts';
import { TaskConverters } from './task-converters.ts';
import { TaskCounters } from './task-counters.ts';
import type { TaskRunner, TaskRunnerOptions } from './task-runner.ts';
import { traceOf } from './trace.ts';
import { settledWithin, waitOrAbort } from './wait.ts';

/** How long a stopping task may take to flush what it has sent, ms. */
const FLUSH_TIMEOUT_MS = 30_000;
/** How long a failed task may take to store what was acknowledged, and then to let go, each, ms; its failure is told after that. */
const FAILED_STEP_TIMEOUT_MS = 5_000;
/** How often it is looked whether offsets are due, ms. */
const COMMIT_CHECK_MS = 1_000;
/** Wait after a poll without records, ms: a source that does not wait by itself must not spin. */
const EMPTY_POLL_WAIT_MS = 10;

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
  #committing: Promise<void> | null = null;
  #committedAtMs = performance.now();
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
    if (!this.#abort.signal.aborted) this.#options.onState(paused ? 'PAUSED' : 'RUNNING');
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
    if (this.#failure && task) await settledWithin(this.#commit(task), FAILED_STEP_TIMEOUT_MS);
    await this.#letGo(task);
    if (this.#failure) this.#options.onFailure(this.#failure, traceOf(this.#failure));
  }

  async #pollUntilStopped(task: SourceTask, converters: TaskConverters): Promise<void> {
    const { signal } = this.#abort;
    const interval = this.#options.spec.worker.offsetFlushIntervalMs;
    const timer = setInterval(() => this.#commitIfDue(task), Math.min(interval, COMMIT_CHECK_MS));
    try {
      while (!signal.aborted) {
        await this.#gate.passed(signal);
        if (signal.aborted) break;
        const records = await task.poll();
        for (const record of records) {
          await this.#send(record, converters);
          if (this.#failure) break;
        }
        // A source that always has records, or never waits, must not keep the channel and the timers from their turn.
        if (records.length > 0) await nextTurn();
        else await waitOrAbort(EMPTY_POLL_WAIT_MS, signal);
      }
    } finally {
      clearInterval(timer);
      await this.#committing;
    }
    if (this.#failure) throw this.#failure;
  }

  #commitIfDue(task: SourceTask): void {
    const nowMs = performance.now();
    if (this.#committing || nowMs - this.#committedAtMs < this.#options.spec.worker.offsetFlushIntervalMs)
      return;
    this.#committedAtMs = nowMs;
    this.#committing = this.#commit(task)
      .catch((error) => this.#fail(error, 'commit'))
      .finally(() => {
        this.#committing = null;
      });
  }

  async #send(record: SourceRecord, converters: TaskConverters): Promise<void> {
    const producer = this.#producer;
    if (!producer) return;
    checkPosition(record);
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
      // Invariant 7: the send above has put them into the offset topic.
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
      progress: () => undefined,
      transaction: null,
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
    const failed = this.#failure !== null;
    const steps = [() => task?.stop(), () => this.#producer?.close(failed ? 0 : FLUSH_TIMEOUT_MS)];
    for (const step of steps) {
      const done = Promise.resolve().then(step);
      // A task that was told to stop is bounded by the worker, which kills; one that failed has nobody who waits for it.
      if (failed && !(await settledWithin(done, FAILED_STEP_TIMEOUT_MS)))
        this.#options.logger.warn({ timeoutMs: FAILED_STEP_TIMEOUT_MS }, 'a failed task does not let go');
      else await done.catch((error) => this.#failedToStop(error));
    }
  }

  #failedToStop(error: unknown): void {
    if (this.#failure) this.#options.logger.debug({ err: error }, 'stopping a failed task failed too');
    else this.#fail(error, 'stop');
  }
}

/** @throws {MillraceError} INVALID_SOURCE_RECORD: without its position a record can't be committed */
function checkPosition(record: SourceRecord): void {
  const isObject = (value: unknown) => typeof value === 'object' && value !== null && !Array.isArray(value);
  if (isObject(record.sourcePartition) && isObject(record.sourceOffset)) return;
  throw new MillraceError('The source gave a record without sourcePartition or sourceOffset.', {
    code: 'INVALID_SOURCE_RECORD',
    class: 'bug',
    hint: "Both must be objects; report this to the connector's author.",
  });
}
