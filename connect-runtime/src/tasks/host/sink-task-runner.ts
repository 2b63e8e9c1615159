import {
  type Consumer,
  type ConsumerRecord,
  createConsumer,
  createProducer,
  type TopicPartition,
} from '@millrace/client';
import { type MillraceError, requireConfig, toMillraceError } from '@millrace/foundation';
import type { SinkConnector, SinkRecord, SinkTask } from '@millrace/sdk';
import { taskKey } from '../../core/task-id.ts';
import { consumerOverrides, producerOverrides } from './client-settings.ts';
import { Gate } from './gate.ts';
import { BatchRevoked, InFlightBatch } from './in-flight-batch.ts';
import { DeadLetterQueue } from './pipeline/dead-letter-queue.ts';
import { isLater } from './pipeline/promise-like.ts';
import { RecordPipeline } from './pipeline/record-pipeline.ts';
import { asFirstRead, findRedriveTopic, subscriptionOf } from './pipeline/redriven-records.ts';
import { type SinkBatch, SinkWriter } from './pipeline/sink-writer.ts';
import { pluginError } from './pipeline/step-error.ts';
import { startInTime } from './start-in-time.ts';
import { TaskCounters } from './task-counters.ts';
import type { TaskRunner, TaskRunnerOptions } from './task-runner.ts';
import { traceOf } from './trace.ts';
import { settledWithin } from './wait.ts';

/** How long one poll waits for records, ms; a stop or a pause cuts it short. */
const POLL_MS = 1_000;
/** Of the first step, how long the sink may take to hear that its partitions are gone, ms. */
const CLOSED_TIMEOUT_MS = 2_000;
/** How long a stopping task may take to send its last dead letters, ms. */
const DEAD_LETTERS_CLOSE_MS = 5_000;
/** How long a failed task may take to let go, ms, for each step; its failure is told after that. */
const FAILED_STEP_TIMEOUT_MS = 5_000;
/** Refusals of a commit that say: these partitions are somebody else's by now. What was written comes again to them. */
const membershipLost = new Set(['UNKNOWN_MEMBER_ID', 'ILLEGAL_GENERATION', 'FENCED_INSTANCE_ID']);

/**
 * Reads topics as a member of the group `connect-NAME`, sends records through the pipeline, and hands batches to the sink. Offsets are
 * committed only for what `write` resolved, and after the dead letters before them are acknowledged: at least once.
 */
export class SinkTaskRunner implements TaskRunner {
  readonly #options: TaskRunnerOptions<SinkConnector>;
  readonly #counters: TaskCounters;
  readonly #abort = new AbortController();
  readonly #gate: Gate;
  readonly #deadLetters: DeadLetterQueue;
  readonly #inFlight = new InFlightBatch(() => this.#consumer);
  #consumer: Consumer | null = null;
  #task: SinkTask | null = null;
  #pipeline: RecordPipeline | null = null;
  #writer: SinkWriter | null = null;
  /** Where dead letters come from again; null where none were sent so far. */
  #redriveTopic: string | null = null;
  #failed = false;
  #written = new Map<string, TopicPartition & { offset: number }>();
  #ended: Promise<void> = Promise.resolve();

  constructor(options: TaskRunnerOptions<SinkConnector>) {
    this.#options = options;
    this.#counters = new TaskCounters(options.spec.id);
    this.#gate = new Gate(options.spec.paused);
    this.#deadLetters = this.#createDeadLetters();
  }

  start(): void {
    this.#ended = this.#run();
  }

  setPaused(paused: boolean): void {
    this.#gate.setClosed(paused);
    this.#consumer?.wakeup();
    if (!this.#abort.signal.aborted) this.#options.onState(paused ? 'PAUSED' : 'RUNNING');
  }

  async stop(): Promise<void> {
    this.#abort.abort();
    this.#consumer?.wakeup();
    await this.#ended;
  }

  counters() {
    const partitions = this.#consumer?.assignment() ?? [];
    const lags = partitions.flatMap((partition) => this.#consumer?.currentLag(partition) ?? []);
    return {
      ...this.#counters.row(0),
      partitions: partitions.length,
      behind: lags.length === 0 ? null : Math.max(...lags),
    };
  }

  async #run(): Promise<void> {
    let failure: MillraceError | null = null;
    let stage = 'start';
    try {
      this.#pipeline = await this.#createPipeline();
      this.#task = this.#createTask();
      this.#writer = this.#createWriter(this.#pipeline, this.#task);
      await startInTime(this.#task, this.#options.spec.worker);
      this.#redriveTopic = await findRedriveTopic(this.#options.spec);
      this.#consumer = this.#subscribe();
      this.#options.onState(this.#gate.closed ? 'PAUSED' : 'RUNNING');
      stage = 'put';
      await this.#consumeUntilStopped(this.#consumer, this.#pipeline, this.#writer);
      stage = 'commit';
      await this.#commit();
    } catch (error) {
      this.#counters.failed();
      this.#failed = true;
      failure = pluginError(error, { code: 'SINK_TASK_FAILED', class: 'bug' }).with({ stage });
      this.#abort.abort();
    }
    failure = await this.#letGo(failure);
    if (failure) this.#options.onFailure(failure, traceOf(failure));
  }

  async #consumeUntilStopped(
    consumer: Consumer,
    pipeline: RecordPipeline,
    writer: SinkWriter,
  ): Promise<void> {
    const interval = this.#options.spec.worker.offsetFlushIntervalMs;
    let committedAtMs = performance.now();
    let paused = false;
    while (!this.#abort.signal.aborted) {
      // Polls go on while paused, so that the member keeps its place in the group; a rebalance brings partitions unpaused.
      if (this.#gate.closed) consumer.pause(consumer.assignment());
      else if (paused) consumer.resume(consumer.assignment());
      paused = this.#gate.closed;
      const polledAtMs = performance.now();
      const records = await consumer.poll(POLL_MS);
      this.#counters.spent('fetch', performance.now() - polledAtMs);
      this.#counters.took(records.length);
      if (records.length > 0 && (await this.#writeInFlight(records, pipeline, writer))) paused = true;
      if (performance.now() - committedAtMs >= interval) {
        committedAtMs = performance.now();
        await this.#commit();
      }
    }
  }

  /** Answers whether the partitions were paused meanwhile, as they are where the batch had to wait. */
  async #writeInFlight(
    records: readonly ConsumerRecord[],
    pipeline: RecordPipeline,
    writer: SinkWriter,
  ): Promise<boolean> {
    this.#inFlight.begin(records);
    try {
      await this.#write(records, pipeline, writer);
      this.#inFlight.end();
    } catch (error) {
      if (!(error instanceof BatchRevoked)) throw error;
      this.#inFlight.giveUp();
    }
    return this.#inFlight.waited;
  }

  async #write(
    records: readonly ConsumerRecord[],
    pipeline: RecordPipeline,
    writer: SinkWriter,
  ): Promise<void> {
    const startedAtMs = performance.now();
    const batch = await incomingBatch(asFirstRead(records, this.#redriveTopic), pipeline);
    const readyAtMs = performance.now();
    pipeline.countTimes(readyAtMs - startedAtMs);
    if (batch.records.length > 0) {
      // Invariant 8: offsets count as written when the write has resolved, not before.
      const passed = await writer.write(batch);
      this.#counters.spent('put', performance.now() - readyAtMs);
      this.#countPassed(batch.origins, passed);
    }
    this.#noteWritten(records);
  }

  /** Which records were passed over is not known here; how many is. */
  #countPassed(origins: readonly ConsumerRecord[], passed: number): void {
    for (let index = 0; index < passed; index++) {
      const origin = origins[index];
      if (origin) this.#counters.passed(origin.topic, sizeOf(origin), origin.timestamp);
    }
  }

  /** Records come grouped by partition: one entry for each run. */
  #noteWritten(records: readonly ConsumerRecord[]): void {
    records.forEach(({ topic, partition, offset }, index) => {
      const next = records[index + 1];
      if (next?.partition === partition && next.topic === topic) return;
      this.#written.set(`${topic}-${partition}`, { topic, partition, offset: offset + 1 });
    });
  }

  /** Commits what was written; what can't be committed now is kept for the next time, or is another member's to read again. */
  async #commit(): Promise<void> {
    if (this.#written.size === 0) return;
    const startedAtMs = performance.now();
    await this.#deadLetters.acknowledged();
    const written = this.#written;
    this.#written = new Map();
    try {
      await this.#consumer?.commit([...written.values()]);
      this.#counters.committed(performance.now() - startedAtMs, 'stored');
    } catch (error) {
      this.#counters.committed(performance.now() - startedAtMs, 'failed');
      const known = toMillraceError(error, { code: 'OFFSETS_NOT_COMMITTED', class: 'bug' });
      const lost = membershipLost.has(known.code);
      if (!lost && known.class !== 'transient' && known.class !== 'throttled') throw known;
      this.#options.logger.warn({ code: known.code, lost }, 'offsets of written records were not committed');
      if (!lost) this.#written = new Map([...written, ...this.#written]);
    }
  }

  #subscribe(): Consumer {
    const { spec, logger } = this.#options;
    const config = spec.connectorConfig;
    const consumer = createConsumer({
      bootstrapServers: spec.worker.bootstrapServers,
      clientId: `connector-consumer-${taskKey(spec.id)}`,
      groupId: `connect-${spec.id.connector}`,
      // A static member: the task that comes back after a crash takes its partitions over at once and fences the one
      // that may still be running, instead of waiting for its session to end. A planned stop leaves the group.
      groupInstanceId: taskKey(spec.id),
      leaveOnClose: true,
      autoOffsetReset: 'earliest',
      logger,
      ...consumerOverrides(config),
    });
    consumer.subscribe(subscriptionOf(config, this.#redriveTopic), {
      assigned: async (partitions) => {
        await this.#task?.opened?.(partitions);
      },
      revoked: async (partitions) => {
        await this.#commit();
        // From here on they may be read by another member, whose commits are the newer ones.
        this.#written.clear();
        this.#inFlight.revoked(partitions);
        const closed = Promise.resolve(this.#task?.closed?.(partitions));
        // A failed task must not keep the membership that the group waits for.
        if (!this.#failed || (await settledWithin(closed, CLOSED_TIMEOUT_MS))) await closed;
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
      progress: (progress) => this.#counters.progress(progress),
      reject: (record, error) => this.#writer?.reject(record, error),
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
      wait: (ms, signal) => this.#inFlight.wait(ms, signal),
      deadLetter: (record) => this.#deadLetters.put(record),
    });
  }

  #createWriter({ tolerance, retry }: RecordPipeline, task: SinkTask): SinkWriter {
    const { spec, connector } = this.#options;
    return new SinkWriter({
      write: async (records) => task.write(records),
      className: spec.connectorConfig['connector.class'] ?? connector.class,
      mayBisect: connector.bisect !== false,
      writeTimeoutMs: spec.worker.writeTimeoutMs,
      tolerance,
      retry,
      counters: this.#counters,
      deadLetter: (record) => this.#deadLetters.put(record),
    });
  }

  #createDeadLetters(): DeadLetterQueue {
    const { spec, logger } = this.#options;
    return new DeadLetterQueue({
      createProducer: () =>
        createProducer({
          bootstrapServers: spec.worker.bootstrapServers,
          clientId: `connector-dlq-producer-${taskKey(spec.id)}`,
          logger,
          ...producerOverrides(spec.connectorConfig),
        }),
      onFailure: () => this.#counters.deadLetterFailed(),
    });
  }

  /** Leaves the group, which commits and takes the partitions back, then stops the sink; answers what the task ends with. */
  async #letGo(failure: MillraceError | null): Promise<MillraceError | null> {
    let result = failure;
    const { logger } = this.#options;
    const steps = [
      () => this.#consumer?.close(),
      () => this.#task?.stop(),
      () => this.#deadLetters.close(failure ? 0 : DEAD_LETTERS_CLOSE_MS),
      () => this.#pipeline?.close(),
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
}

/** What a sink is to write of these records, each beside the record that it was read as. */
async function incomingBatch(
  records: readonly ConsumerRecord[],
  pipeline: RecordPipeline,
): Promise<SinkBatch> {
  const batch: SinkRecord[] = [];
  const origins: ConsumerRecord[] = [];
  for (const origin of records) {
    const answer = pipeline.incoming(origin);
    const made = isLater(answer) ? await answer : answer;
    if (made === null) continue;
    for (const record of Array.isArray(made) ? made : [made as SinkRecord]) {
      batch.push(record);
      origins.push(origin);
    }
  }
  return { records: batch, origins };
}

/** Bytes of key and value. */
function sizeOf(record: ConsumerRecord): number {
  return (record.key?.length ?? 0) + (record.value?.length ?? 0);
}
