import { createShareConsumer, type ShareConsumer, type ShareRecord } from '@millrace/client';
import { type MillraceError, pause, toMillraceError } from '@millrace/foundation';
import type { SinkConnector } from '@millrace/sdk';
import { sinkGroupId } from '../../core/offsets/sink-offset.ts';
import { taskKey } from '../../core/task-id.ts';
import { traceOf } from '../trace.ts';
import { Gate } from './gate.ts';
import { HeldRecords } from './held-records.ts';
import { subscriptionOf } from './pipeline/redriven-records.ts';
import { canPass, pluginError } from './pipeline/step-error.ts';
import { prepareShareGroup } from './share-group.ts';
import { SinkPath } from './sink-path.ts';
import { TaskCounters } from './task-counters.ts';
import type { TaskRunner, TaskRunnerOptions } from './task-runner.ts';

/** How long one poll waits for records, ms; a stop or a pause cuts it short. */
const POLL_MS = 1_000;
/** Waits between tries of a batch that failed for now, ms: doubling, up to the longest. */
const RETRY_MS = 500;
const RETRY_MAX_MS = 30_000;

/** Thrown out of a write: the task is to stop. */
class Stopping extends Error {
  override readonly name = 'Stopping';
}

/**
 * Reads topics as a member of a share group (KIP-932), so that tasks may outnumber partitions: each record is acquired, written and
 * acknowledged for itself. Records are held, their locks renewed, until the sink has written them: what fails for now is tried again
 * here, since each release would count as one of the few deliveries that a record has. At least once, in no order.
 */
export class ShareSinkTaskRunner implements TaskRunner {
  readonly #options: TaskRunnerOptions<SinkConnector>;
  readonly #counters: TaskCounters;
  readonly #abort = new AbortController();
  readonly #gate: Gate;
  readonly #path: SinkPath;
  #consumer: ShareConsumer | null = null;
  #ended: Promise<void> = Promise.resolve();

  constructor(options: TaskRunnerOptions<SinkConnector>) {
    this.#options = options;
    this.#counters = new TaskCounters(options.spec.id);
    this.#gate = new Gate(options.spec.paused);
    this.#path = new SinkPath({
      runner: options,
      counters: this.#counters,
      signal: this.#abort.signal,
      wait: pause,
    });
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
    return { ...this.#counters.row(0), partitions: this.#consumer?.assignment().length ?? 0 };
  }

  async #run(): Promise<void> {
    let failure: MillraceError | null = null;
    let stage = 'start';
    try {
      await this.#path.open();
      this.#consumer = await this.#subscribe();
      this.#options.onState(this.#gate.closed ? 'PAUSED' : 'RUNNING');
      stage = 'put';
      await this.#consumeUntilStopped(this.#consumer);
    } catch (error) {
      this.#counters.failed();
      failure = pluginError(error, { code: 'SINK_TASK_FAILED', class: 'bug' }).with({ stage });
      this.#abort.abort();
    }
    // Closing passes on what was acknowledged, and releases what is held.
    failure = await this.#path.letGo(failure, () => this.#consumer?.close());
    if (failure) this.#options.onFailure(failure, traceOf(failure));
  }

  async #consumeUntilStopped(consumer: ShareConsumer): Promise<void> {
    const { signal } = this.#abort;
    while (!signal.aborted) {
      await this.#gate.passed(signal);
      if (signal.aborted) return;
      const polledAtMs = performance.now();
      const records = await consumer.poll(POLL_MS);
      this.#counters.spent('fetch', performance.now() - polledAtMs);
      this.#counters.took(records.length);
      if (records.length > 0) await this.#writeHeld(consumer, records);
    }
  }

  async #writeHeld(consumer: ShareConsumer, records: readonly ShareRecord[]): Promise<void> {
    const held = new HeldRecords({ consumer, records, logger: this.#options.logger });
    try {
      if (!(await this.#writeUntilWritten(held))) return;
    } finally {
      await held.stopRenewing();
    }
    await this.#accept(held, records.length);
  }

  async #accept(held: HeldRecords, count: number): Promise<void> {
    await this.#path.deadLettersAcknowledged();
    const startedAtMs = performance.now();
    // Invariant 8: accepted when the write has resolved, not before.
    await held.accept(count);
    this.#counters.committed(performance.now() - startedAtMs, 'stored');
  }

  /** False where the task was stopped before. @throws {MillraceError} what does not pass by itself */
  async #writeUntilWritten(held: HeldRecords): Promise<boolean> {
    const { signal } = this.#abort;
    for (let attempt = 0; !signal.aborted; attempt++) {
      const { records } = held;
      try {
        // A search for culprits may take many writes: a task that is to stop leaves the rest of them.
        await this.#path.write(records, async (count) => {
          if (!signal.aborted) return;
          await held.stopRenewing();
          await this.#accept(held, count);
          throw new Stopping();
        });
        return true;
      } catch (error) {
        if (error instanceof Stopping) return false;
        const known = toMillraceError(error, { code: 'SINK_TASK_FAILED', class: 'bug' });
        if (!canPass(known)) throw known;
        const retryAfterMs = Math.min(RETRY_MAX_MS, RETRY_MS * 2 ** Math.min(attempt, 10));
        this.#options.logger.warn(
          { code: known.code, records: records.length, attempt, retryAfterMs, err: known },
          'a batch can not be written now; its records are held',
        );
        await pause(retryAfterMs, signal);
      }
    }
    return false;
  }

  async #subscribe(): Promise<ShareConsumer> {
    const { spec, logger } = this.#options;
    const groupId = sinkGroupId(spec.id.connector, spec.connectorConfig);
    await prepareShareGroup(spec, groupId, logger);
    const maxPollRecords = spec.connectorConfig['consumer.override.max.poll.records'];
    const consumer = createShareConsumer({
      bootstrapServers: spec.worker.bootstrapServers,
      clientId: `connector-consumer-${taskKey(spec.id)}`,
      groupId,
      acknowledgementMode: 'explicit',
      logger,
      ...(maxPollRecords === undefined ? {} : { maxPollRecords: Number(maxPollRecords) }),
    });
    const topics = subscriptionOf(spec.connectorConfig, this.#path.redriveTopic);
    // Validation has refused `topics.regex`.
    consumer.subscribe(topics instanceof RegExp ? [] : topics);
    return consumer;
  }
}
