import { setImmediate as nextTurn } from 'node:timers/promises';
import { type JsonObject, MillraceError, pause, requireConfig } from '@millrace/foundation';
import type { DurableOffset, SourceConnector, SourceRecord, SourceTask } from '@millrace/sdk';
import { boundaryOf } from '../../plugins/exactly-once-config.ts';
import { traceOf } from '../trace.ts';
import { AtLeastOnceDelivery } from './delivery/at-least-once.ts';
import { ExactlyOnceDelivery } from './delivery/exactly-once.ts';
import { OffsetKeys } from './delivery/offset-keys.ts';
import { ensureOffsetTopic } from './delivery/offset-topic.ts';
import type { SourceDelivery } from './delivery/source-delivery.ts';
import { Gate } from './gate.ts';
import { RecordPipeline } from './pipeline/record-pipeline.ts';
import { pluginError } from './pipeline/step-error.ts';
import { startInTime } from './start-in-time.ts';
import { TaskCounters } from './task-counters.ts';
import type { TaskRunner, TaskRunnerOptions } from './task-runner.ts';
import { TopicCreation } from './topic-creation.ts';
import { settledWithin } from './wait.ts';

/** How long a stopping task may take to flush what it has sent, ms. */
const FLUSH_TIMEOUT_MS = 30_000;
/** How long a failed task may take to store what was acknowledged, and then to let go, each, ms; its failure is told after that. */
const FAILED_STEP_TIMEOUT_MS = 5_000;
/** How often it is looked whether offsets are due, ms. */
const COMMIT_CHECK_MS = 1_000;
/** A task may want its offsets stored often, but not all the time. */
const COMMIT_CHECK_MIN_MS = 10;
/** Wait after a poll without records, ms: a source that does not wait by itself must not spin. */
const EMPTY_POLL_WAIT_MS = 10;

/**
 * Polls a source, and hands what it reads to a delivery, which sends it through the pipeline and stores its offsets: at least
 * once, or exactly once.
 */
export class SourceTaskRunner implements TaskRunner {
  readonly #options: TaskRunnerOptions<SourceConnector>;
  readonly #counters: TaskCounters;
  readonly #abort = new AbortController();
  readonly #gate: Gate;
  readonly #offsetKeys: OffsetKeys;
  #failure: MillraceError | null = null;
  #task: SourceTask | null = null;
  #pipeline: RecordPipeline | null = null;
  #delivery: SourceDelivery | null = null;
  #topics: TopicCreation | null = null;
  #ended: Promise<void> = Promise.resolve();

  constructor(options: TaskRunnerOptions<SourceConnector>) {
    this.#options = options;
    this.#counters = new TaskCounters(options.spec.id);
    this.#gate = new Gate(options.spec.paused);
    this.#offsetKeys = new OffsetKeys(options.spec.id.connector);
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
    return this.#counters.row(this.#delivery?.unacknowledged ?? 0);
  }

  async #run(): Promise<void> {
    let stage = 'start';
    try {
      await ensureOffsetTopic(this.#options.spec);
      const pipeline = await this.#createPipeline();
      this.#pipeline = pipeline;
      this.#topics = TopicCreation.create(this.#options.spec, this.#options.logger);
      const delivery = this.#createDelivery(pipeline);
      this.#delivery = delivery;
      await delivery.open();
      const task = this.#createTask(delivery);
      this.#task = task;
      await startInTime(task, this.#options.spec.worker);
      this.#options.onState(this.#gate.closed ? 'PAUSED' : 'RUNNING');
      stage = 'poll';
      await this.#pollUntilStopped(task, pipeline, delivery);
      stage = 'commit';
      await delivery.finish();
    } catch (error) {
      this.#fail(error, stage);
    }
    // A delivery that was never opened has nothing to keep.
    if (this.#failure && this.#task && this.#delivery)
      await settledWithin(this.#delivery.abandon(), FAILED_STEP_TIMEOUT_MS);
    await this.#letGo();
    if (this.#failure) this.#options.onFailure(this.#failure, traceOf(this.#failure));
  }

  async #pollUntilStopped(
    task: SourceTask,
    pipeline: RecordPipeline,
    delivery: SourceDelivery,
  ): Promise<void> {
    const { signal } = this.#abort;
    const { offsetFlushIntervalMs } = this.#options.spec.worker;
    const intervalMs = Math.min(offsetFlushIntervalMs, task.commitIntervalMs ?? offsetFlushIntervalMs);
    const checkMs = Math.max(COMMIT_CHECK_MIN_MS, Math.min(intervalMs, COMMIT_CHECK_MS));
    const timer = setInterval(() => delivery.commitIfDue(intervalMs), checkMs);
    try {
      while (!signal.aborted) {
        await this.#gate.passed(signal);
        if (signal.aborted) break;
        const polledAtMs = performance.now();
        const records = checkList(await task.poll());
        this.#counters.spent('poll', performance.now() - polledAtMs);
        this.#counters.took(records.length);
        const startedAtMs = performance.now();
        await delivery.deliver(records);
        const produceMs = pipeline.countTimes(performance.now() - startedAtMs);
        if (records.length > 0) this.#counters.spent('produce', produceMs);
        // A source that always has records, or never waits, must not keep the channel and the timers from their turn.
        if (records.length > 0) await nextTurn();
        else await pause(EMPTY_POLL_WAIT_MS, signal);
      }
    } finally {
      clearInterval(timer);
      await delivery.settled();
    }
    if (this.#failure) throw this.#failure;
  }

  async #tellDurable(offsets: readonly DurableOffset[]): Promise<void> {
    try {
      await this.#task?.commit?.(offsets);
    } catch (error) {
      // The offsets are stored; upstream is told again with the next ones.
      this.#options.logger.warn(
        { err: error },
        'the source did not take the committed offsets; the next commit tells it again',
      );
    }
  }

  #createTask(delivery: SourceDelivery): SourceTask {
    const { connector, spec, logger, sourceOffsets } = this.#options;
    return connector.createTask({
      connector: spec.id.connector,
      task: spec.id.task,
      config: requireConfig(connector.config, { ...spec.connectorConfig, ...spec.taskConfig }),
      taskConfig: spec.taskConfig,
      logger,
      signal: this.#abort.signal,
      progress: (progress) => this.#counters.progress(progress),
      figure: (name, value) => this.#counters.figure(name, value),
      notice: (name, text) => this.#counters.notice(name, text),
      transaction: delivery.transaction,
      offset: async (partition: JsonObject) => {
        const [stored] = await sourceOffsets([partition]);
        if (!stored) return null;
        this.#offsetKeys.found(partition, stored.key);
        return stored.offset;
      },
    });
  }

  #createDelivery(pipeline: RecordPipeline): SourceDelivery {
    const { spec, logger } = this.#options;
    const options = {
      spec,
      logger,
      counters: this.#counters,
      pipeline,
      topics: this.#topics,
      offsetKeys: this.#offsetKeys,
      storeOffsets: this.#options.storeOffsets,
      onDurable: (offsets: readonly DurableOffset[]) => this.#tellDurable(offsets),
      onFailure: (error: unknown, stage: string) => this.#fail(error, stage),
    };
    if (!spec.worker.exactlyOnce) return new AtLeastOnceDelivery(options);
    return new ExactlyOnceDelivery(
      options,
      boundaryOf(spec.connectorConfig, spec.worker.offsetFlushIntervalMs),
    );
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

  async #letGo(): Promise<void> {
    const failed = this.#failure !== null;
    const steps = [
      () => this.#task?.stop(),
      () => this.#delivery?.close(failed ? 0 : FLUSH_TIMEOUT_MS),
      () => this.#pipeline?.close(),
      () => this.#topics?.close(),
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
