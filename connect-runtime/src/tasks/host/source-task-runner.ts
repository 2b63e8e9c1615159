import { setImmediate as nextTurn } from 'node:timers/promises';
import { createProducer, type Producer, type ProducerRecord } from '@millrace/client';
import { type JsonObject, MillraceError, requireConfig } from '@millrace/foundation';
import type { DurableOffset, SourceConnector, SourceRecord, SourceTask } from '@millrace/sdk';
import { offsetKey } from '../../core/offsets/offset-key.ts';
import { SubmittedRecords } from '../../core/offsets/submitted-records.ts';
import { taskKey } from '../../core/task-id.ts';
import { producerOverrides } from './client-settings.ts';
import { Gate } from './gate.ts';
import { isLater } from './pipeline/promise-like.ts';
import { type Made, RecordPipeline } from './pipeline/record-pipeline.ts';
import { pluginError } from './pipeline/step-error.ts';
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
 * Polls a source, sends what it reads through the pipeline, produces what comes out of it, and stores its offsets, at least once: an offset is written only
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
  #pipeline: RecordPipeline | null = null;
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
    return this.#counters.row(this.#submitted.unacknowledged);
  }

  async #run(): Promise<void> {
    let task: SourceTask | null = null;
    let stage = 'start';
    try {
      this.#pipeline = await this.#createPipeline();
      this.#producer = this.#createProducer();
      task = this.#createTask();
      await task.start();
      this.#options.onState(this.#gate.closed ? 'PAUSED' : 'RUNNING');
      stage = 'poll';
      await this.#pollUntilStopped(task, this.#pipeline);
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

  async #pollUntilStopped(task: SourceTask, pipeline: RecordPipeline): Promise<void> {
    const { signal } = this.#abort;
    const interval = this.#options.spec.worker.offsetFlushIntervalMs;
    const timer = setInterval(() => this.#commitIfDue(task), Math.min(interval, COMMIT_CHECK_MS));
    try {
      while (!signal.aborted) {
        await this.#gate.passed(signal);
        if (signal.aborted) break;
        const polledAtMs = performance.now();
        const records = checkList(await task.poll());
        this.#counters.spent('poll', performance.now() - polledAtMs);
        this.#counters.took(records.length);
        await this.#sendAll(records, pipeline);
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

  async #sendAll(records: readonly SourceRecord[], pipeline: RecordPipeline): Promise<void> {
    const startedAtMs = performance.now();
    for (const record of records) {
      checkPosition(record);
      const made = pipeline.outgoing(record);
      const full = this.#send(record, isLater(made) ? await made : made);
      if (full) await full;
      if (this.#failure) break;
    }
    const produceMs = pipeline.countTimes(performance.now() - startedAtMs);
    if (records.length > 0) this.#counters.spent('produce', produceMs);
  }

  /**
   * Produces what became of a record. Its offset counts when all of that is acknowledged; of a record that became nothing, at once.
   * Answers what to wait for where the producer's buffer is full.
   */
  #send(record: SourceRecord, made: Made<ProducerRecord>): Promise<void> | null {
    const producer = this.#producer;
    if (!producer) return null;
    const { sourcePartition: partition, sourceOffset: offset } = record;
    const key = offsetKey(this.#options.spec.id.connector, partition);
    const submitted = this.#submitted.submit(key, { partition, offset });
    const outgoing: readonly ProducerRecord[] = made === null ? [] : Array.isArray(made) ? made : [made];
    let left = outgoing.length;
    if (left === 0) this.#submitted.acknowledge(submitted);
    let room = true;
    for (const one of outgoing) {
      const bytes = (one.key?.length ?? 0) + (one.value?.length ?? 0);
      room = producer.produce(one, (error, metadata) => {
        if (error) {
          this.#fail(error, 'produce');
          return;
        }
        left--;
        if (left === 0) this.#submitted.acknowledge(submitted);
        this.#counters.passed(one.topic, bytes, metadata?.timestamp ?? null);
      });
    }
    return room ? null : producer.ready();
  }

  /** Writes the offsets of the acknowledged prefix, waits until they are durable, and tells the task. */
  async #commit(task: SourceTask): Promise<void> {
    const committable = this.#submitted.takeCommittable();
    if (committable.size === 0 || !this.#producer) return;
    const topic = this.#options.spec.worker.offsetTopic;
    const startedAtMs = performance.now();
    await this.#producer.send(
      [...committable].map(([key, { offset }]) => ({
        topic,
        key: Buffer.from(key, 'utf8'),
        value: Buffer.from(JSON.stringify(offset), 'utf8'),
      })),
    );
    this.#counters.committed(performance.now() - startedAtMs, 'stored');
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
      progress: (progress) => this.#counters.progress(progress),
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

  #createPipeline(): Promise<RecordPipeline> {
    const { spec, loader, logger } = this.#options;
    return RecordPipeline.create({
      spec,
      loader,
      logger,
      counters: this.#counters,
      signal: this.#abort.signal,
    });
  }

  /** The first failure ends the task; what comes after it is its echo. */
  #fail(error: unknown, stage: string): void {
    if (this.#failure) return;
    this.#counters.failed();
    this.#failure = pluginError(error, { code: 'SOURCE_TASK_FAILED', class: 'bug' }).with({ stage });
    this.#abort.abort();
  }

  async #letGo(task: SourceTask | null): Promise<void> {
    const failed = this.#failure !== null;
    const steps = [
      () => task?.stop(),
      () => this.#producer?.close(failed ? 0 : FLUSH_TIMEOUT_MS),
      () => this.#pipeline?.close(),
    ];
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

/** @throws {MillraceError} INVALID_SOURCE_RECORD: a plugin without types may give anything */
function checkList(records: readonly SourceRecord[]): readonly SourceRecord[] {
  if (Array.isArray(records)) return records;
  throw new MillraceError(`The source's poll gave ${typeof records} instead of a list of records.`, {
    code: 'INVALID_SOURCE_RECORD',
    class: 'bug',
    hint: "Where there is nothing, it gives an empty list; report this to the connector's author.",
  });
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
