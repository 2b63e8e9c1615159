import { type Consumer, type ConsumerRecord, createConsumer, type TopicPartition } from '@millrace/client';
import { MillraceError, requireConfig, toMillraceError } from '@millrace/foundation';
import type { SinkConnector, SinkRecord, SinkTask } from '@millrace/sdk';
import { taskKey } from '../../core/task-id.ts';
import { consumerOverrides } from './client-settings.ts';
import { Gate } from './gate.ts';
import { TaskConverters } from './task-converters.ts';
import { TaskCounters } from './task-counters.ts';
import type { TaskRunner, TaskRunnerOptions } from './task-runner.ts';
import { traceOf } from './trace.ts';
import { settledWithin, waitOrAbort } from './wait.ts';

/** How long one poll waits for records, ms; a stop or a pause cuts it short. */
const POLL_MS = 1_000;
/** A write that failed for now is tried again in place this often before the task restarts with its longer waits. */
const WRITE_TRIES = 4;
const WRITE_BACKOFF_MS = 200;
/** Of the first step, how long the sink may take to hear that its partitions are gone, ms. */
const CLOSED_TIMEOUT_MS = 2_000;
const WRITE_TIMED_OUT = 'SINK_WRITE_TIMED_OUT';
/** How long a failed task may take to let go, ms, for each step; its failure is told after that. */
const FAILED_STEP_TIMEOUT_MS = 5_000;
/** Refusals of a commit that say: these partitions are somebody else's by now. What was written comes again to them. */
const membershipLost = new Set(['UNKNOWN_MEMBER_ID', 'ILLEGAL_GENERATION', 'FENCED_INSTANCE_ID']);

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
  #failed = false;
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
    this.#consumer?.wakeup();
    if (!this.#abort.signal.aborted) this.#options.onState(paused ? 'PAUSED' : 'RUNNING');
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
      this.#failed = true;
      failure = toMillraceError(error, { code: 'SINK_TASK_FAILED', class: 'bug' }).with({ stage });
      this.#abort.abort();
    }
    failure = await this.#letGo(failure);
    if (failure) this.#options.onFailure(failure, traceOf(failure));
  }

  async #consumeUntilStopped(consumer: Consumer, task: SinkTask, converters: TaskConverters): Promise<void> {
    const interval = this.#options.spec.worker.offsetFlushIntervalMs;
    let committedAtMs = performance.now();
    let paused = false;
    while (!this.#abort.signal.aborted) {
      // Polls go on while paused, so that the member keeps its place in the group; a rebalance brings partitions unpaused.
      if (this.#gate.closed) consumer.pause(consumer.assignment());
      else if (paused) consumer.resume(consumer.assignment());
      paused = this.#gate.closed;
      const records = await consumer.poll(POLL_MS);
      if (records.length > 0) await this.#write(task, converters, records);
      if (performance.now() - committedAtMs >= interval) {
        committedAtMs = performance.now();
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
    // Invariant 8: offsets count as written when the write has resolved, not before.
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
        await this.#writeInTime(task, batch);
        return;
      } catch (error) {
        const known = toMillraceError(error, { code: 'SINK_THREW', class: 'bug' });
        // A write that had no end may still be under way: another one beside it could overtake it.
        const again =
          known.code !== WRITE_TIMED_OUT && (known.class === 'transient' || known.class === 'throttled');
        if (!again || attempt >= WRITE_TRIES || this.#abort.signal.aborted) throw known;
        this.#counters.failed();
        await waitOrAbort(WRITE_BACKOFF_MS * 2 ** (attempt - 1), this.#abort.signal);
      }
    }
  }

  async #writeInTime(task: SinkTask, batch: readonly SinkRecord[]): Promise<void> {
    const { writeTimeoutMs } = this.#options.spec.worker;
    const writing = Promise.resolve(task.write(batch));
    if (await settledWithin(writing, writeTimeoutMs)) return writing;
    throw new MillraceError(`The sink did not write ${batch.length} records within ${writeTimeoutMs} ms.`, {
      code: WRITE_TIMED_OUT,
      class: 'transient',
      hint: "Check that the target answers; the worker's task.write.timeout.ms says how long a batch may take.",
    });
  }

  /** Commits what was written; what can't be committed now is kept for the next time, or is another member's to read again. */
  async #commit(): Promise<void> {
    if (this.#written.size === 0) return;
    const written = this.#written;
    this.#written = new Map();
    try {
      await this.#consumer?.commit([...written.values()]);
    } catch (error) {
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
    const regex = config['topics.regex']?.trim();
    const topics = (config.topics ?? '').split(',').map((topic) => topic.trim());
    consumer.subscribe(regex ? new RegExp(`^(?:${regex})$`) : topics.filter((topic) => topic !== ''), {
      assigned: async (partitions) => {
        await this.#task?.opened?.(partitions);
      },
      revoked: async (partitions) => {
        await this.#commit();
        // From here on they may be read by another member, whose commits are the newer ones.
        this.#written.clear();
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
      progress: () => undefined,
      reject: (_record, error) => {
        throw error;
      },
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

  /** Leaves the group, which commits and takes the partitions back, then stops the sink; answers what the task ends with. */
  async #letGo(failure: MillraceError | null): Promise<MillraceError | null> {
    let result = failure;
    const { logger } = this.#options;
    for (const step of [() => this.#consumer?.close(), () => this.#task?.stop()]) {
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
