import { type ConsumerRecord, createProducer } from '@millrace/client';
import { type MillraceError, requireConfig, toMillraceError } from '@millrace/foundation';
import type { SinkConnector, SinkRecord, SinkTask } from '@millrace/sdk';
import { taskKey } from '../../core/task-id.ts';
import { producerOverrides } from './client-settings.ts';
import { DeadLetterQueue } from './pipeline/dead-letter-queue.ts';
import { isLater } from './pipeline/promise-like.ts';
import { RecordPipeline } from './pipeline/record-pipeline.ts';
import { asFirstRead, findRedriveTopic } from './pipeline/redriven-records.ts';
import { type SinkBatch, SinkWriter } from './pipeline/sink-writer.ts';
import { startInTime } from './start-in-time.ts';
import type { TaskCounters } from './task-counters.ts';
import type { TaskRunnerOptions } from './task-runner.ts';
import { settledWithin } from './wait.ts';

/** How long a stopping task may take to send its last dead letters, ms. */
const DEAD_LETTERS_CLOSE_MS = 5_000;
/** How long a failed task may take to let go, ms, for each step; its failure is told after that. */
const FAILED_STEP_TIMEOUT_MS = 5_000;

export interface SinkPathOptions {
  readonly runner: TaskRunnerOptions<SinkConnector>;
  readonly counters: TaskCounters;
  /** Aborted when the task is to stop. */
  readonly signal: AbortSignal;
  /** How it is waited between two tries of a batch. */
  readonly wait: (ms: number, signal: AbortSignal) => Promise<void>;
}

interface Opened {
  readonly pipeline: RecordPipeline;
  readonly task: SinkTask;
  readonly writer: SinkWriter;
}

/** The way of records from a consumer into a plugin's sink, whatever consumer they come from: pipeline, writer, dead letters. */
export class SinkPath {
  readonly #options: SinkPathOptions;
  readonly #deadLetters: DeadLetterQueue;
  #opened: Opened | null = null;
  /** Where dead letters come from again; null where none were sent so far. */
  #redriveTopic: string | null = null;

  constructor(options: SinkPathOptions) {
    this.#options = options;
    this.#deadLetters = this.#createDeadLetters();
  }

  /** The plugin's task; null before `open`. */
  get task(): SinkTask | null {
    return this.#opened?.task ?? null;
  }

  get redriveTopic(): string | null {
    return this.#redriveTopic;
  }

  /** Makes the pipeline, and starts the plugin's task. */
  async open(): Promise<void> {
    const { spec } = this.#options.runner;
    const pipeline = await this.#createPipeline();
    const task = this.#createTask();
    this.#opened = { pipeline, task, writer: this.#createWriter(pipeline, task) };
    await startInTime(task, spec.worker);
    this.#redriveTopic = await findRedriveTopic(spec);
  }

  /**
   * Resolves when each record is written, passed over, or given to the dead letters.
   * @param onSettled told, while culprits are sought, how many of the first records are done with; what it throws ends the batch there
   * @throws {MillraceError} where the task is to fail: nothing counts as written but what was settled
   */
  async write(
    records: readonly ConsumerRecord[],
    onSettled: (count: number) => Promise<void>,
  ): Promise<void> {
    if (!this.#opened) return;
    const { pipeline, writer } = this.#opened;
    const { counters } = this.#options;
    const startedAtMs = performance.now();
    const asRead = asFirstRead(records, this.#redriveTopic);
    const batch = await incomingBatch(records, asRead, pipeline);
    const readyAtMs = performance.now();
    pipeline.countTimes(readyAtMs - startedAtMs);
    if (batch.records.length === 0) return;
    // A record that became several is done with when the last of them is.
    const passed = await writer.write(batch, (until) =>
      onSettled(asRead.indexOf(batch.origins[until] as ConsumerRecord)),
    );
    counters.spent('put', performance.now() - readyAtMs);
    this.#countPassed(batch.origins, passed);
  }

  /** Resolves when every dead letter so far is in its topic. @throws {MillraceError} the first that is not, ever after */
  deadLettersAcknowledged(): Promise<void> {
    return this.#deadLetters.acknowledged();
  }

  /** Lets go of the consumer, then of the sink; answers what the task ends with. */
  async letGo(
    failure: MillraceError | null,
    closeConsumer: () => Promise<void> | undefined,
  ): Promise<MillraceError | null> {
    let result = failure;
    const { logger } = this.#options.runner;
    const steps = [
      closeConsumer,
      () => this.#opened?.task.stop(),
      () => this.#deadLetters.close(failure ? 0 : DEAD_LETTERS_CLOSE_MS),
      () => this.#opened?.pipeline.close(),
    ];
    for (const step of steps) {
      const done = Promise.resolve().then(step);
      // A task that was told to stop is bounded by the worker, which kills; one that failed has nobody who waits for it.
      if (failure && !(await settledWithin(done, FAILED_STEP_TIMEOUT_MS))) {
        logger.warn({ timeoutMs: FAILED_STEP_TIMEOUT_MS }, 'a failed task does not let go');
        continue;
      }
      try {
        await done;
      } catch (error) {
        if (result) logger.debug({ err: error }, 'stopping a failed task failed too');
        else
          result = toMillraceError(error, { code: 'SINK_TASK_FAILED', class: 'bug' }).with({ stage: 'stop' });
      }
    }
    return result;
  }

  /** Which records were passed over is not known here; how many is. */
  #countPassed(origins: readonly ConsumerRecord[], passed: number): void {
    for (let index = 0; index < passed; index++) {
      const origin = origins[index];
      if (origin) this.#options.counters.passed(origin.topic, sizeOf(origin), origin.timestamp);
    }
  }

  #createTask(): SinkTask {
    const { counters, signal } = this.#options;
    const { connector, spec, logger } = this.#options.runner;
    return connector.createTask({
      connector: spec.id.connector,
      task: spec.id.task,
      config: requireConfig(connector.config, { ...spec.connectorConfig, ...spec.taskConfig }),
      taskConfig: spec.taskConfig,
      logger,
      signal,
      progress: (progress) => counters.progress(progress),
      figure: (name, value) => counters.figure(name, value),
      notice: (name, text) => counters.notice(name, text),
      reject: (record, error) => this.#opened?.writer.reject(record, error),
    });
  }

  #createPipeline(): Promise<RecordPipeline> {
    const { counters, signal, wait } = this.#options;
    const { spec, loader, logger } = this.#options.runner;
    return RecordPipeline.create({
      spec,
      loader,
      logger,
      counters,
      signal,
      wait,
      deadLetter: (record) => this.#deadLetters.put(record),
    });
  }

  #createWriter({ tolerance, retry }: RecordPipeline, task: SinkTask): SinkWriter {
    const { spec, connector } = this.#options.runner;
    return new SinkWriter({
      write: async (records) => task.write(records),
      className: spec.connectorConfig['connector.class'] ?? connector.class,
      mayBisect: connector.bisect !== false,
      writeTimeoutMs: spec.worker.writeTimeoutMs,
      tolerance,
      retry,
      counters: this.#options.counters,
      deadLetter: (record) => this.#deadLetters.put(record),
      acknowledged: () => this.#deadLetters.acknowledged(),
      keepsOffsets: this.#keepsOffsets(connector),
    });
  }

  #keepsOffsets(connector: SinkConnector): boolean {
    const { connectorConfig, taskConfig } = this.#options.runner.spec;
    return (
      connector.exactlyOnce?.(requireConfig(connector.config, { ...connectorConfig, ...taskConfig })) ?? false
    );
  }

  #createDeadLetters(): DeadLetterQueue {
    const { spec, logger } = this.#options.runner;
    return new DeadLetterQueue({
      createProducer: () =>
        createProducer({
          bootstrapServers: spec.worker.bootstrapServers,
          clientId: `connector-dlq-producer-${taskKey(spec.id)}`,
          logger,
          ...producerOverrides(spec.connectorConfig),
        }),
      onFailure: () => this.#options.counters.deadLetterFailed(),
    });
  }
}

/** What a sink is to write of these records, each beside the record that it was read as first. */
async function incomingBatch(
  read: readonly ConsumerRecord[],
  records: readonly ConsumerRecord[],
  pipeline: RecordPipeline,
): Promise<SinkBatch> {
  const batch: SinkRecord[] = [];
  const origins: ConsumerRecord[] = [];
  const add = (record: SinkRecord, index: number, origin: ConsumerRecord) => {
    batch.push(withOrigin(record, read[index] ?? origin));
    origins.push(origin);
  };
  for (let index = 0; index < records.length; index++) {
    const origin = records[index] as ConsumerRecord;
    const answer = pipeline.incoming(origin);
    const made = isLater(answer) ? await answer : answer;
    if (made === null) continue;
    if (!Array.isArray(made)) add(made as SinkRecord, index, origin);
    else for (const record of made) add(record, index, origin);
  }
  return { records: batch, origins };
}

/** A record that says itself where it was read needs no more. */
function withOrigin(record: SinkRecord, { topic, partition, offset }: ConsumerRecord): SinkRecord {
  if (record.topic === topic && record.offset === offset && record.partition === partition) return record;
  return { ...record, origin: { topic, partition, offset } };
}

/** Bytes of key and value. */
function sizeOf(record: ConsumerRecord): number {
  return (record.key?.length ?? 0) + (record.value?.length ?? 0);
}
