import { type Consumer, type ConsumerRecord, createConsumer, type TopicPartition } from '@millrace/client';
import { type MillraceError, toMillraceError } from '@millrace/foundation';
import type { SinkConnector } from '@millrace/sdk';
import { taskKey } from '../../core/task-id.ts';
import { traceOf } from '../trace.ts';
import { consumerOverrides } from './client-settings.ts';
import { Gate } from './gate.ts';
import { BatchGivenUp, InFlightBatch } from './in-flight-batch.ts';
import { subscriptionOf } from './pipeline/redriven-records.ts';
import { pluginError } from './pipeline/step-error.ts';
import { SinkPath } from './sink-path.ts';
import { TaskCounters } from './task-counters.ts';
import type { TaskRunner, TaskRunnerOptions } from './task-runner.ts';
import { settledWithin } from './wait.ts';

/** Records of one batch at most, where `consumer.override.max.poll.records` says nothing: Kafka's 500 cost targets four times the writes. */
const MAX_POLL_RECORDS = 2_000;
/** How long one poll waits for records, ms; a stop or a pause cuts it short. */
const POLL_MS = 1_000;
/** Of the first step, how long the sink may take to hear that its partitions are gone, ms. */
const CLOSED_TIMEOUT_MS = 2_000;
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
  readonly #inFlight = new InFlightBatch(() => this.#consumer);
  readonly #path: SinkPath;
  #consumer: Consumer | null = null;
  #failed = false;
  #committedAtMs = 0;
  #written = new Map<string, TopicPartition & { offset: number }>();
  #ended: Promise<void> = Promise.resolve();

  constructor(options: TaskRunnerOptions<SinkConnector>) {
    this.#options = options;
    this.#counters = new TaskCounters(options.spec.id);
    this.#gate = new Gate(options.spec.paused);
    this.#path = new SinkPath({
      runner: options,
      counters: this.#counters,
      signal: this.#abort.signal,
      wait: (ms, signal) => this.#inFlight.wait(ms, signal),
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
      await this.#path.open();
      this.#consumer = this.#subscribe();
      this.#options.onState(this.#gate.closed ? 'PAUSED' : 'RUNNING');
      stage = 'put';
      await this.#consumeUntilStopped(this.#consumer);
      stage = 'commit';
      await this.#commit();
    } catch (error) {
      this.#counters.failed();
      this.#failed = true;
      failure = pluginError(error, { code: 'SINK_TASK_FAILED', class: 'bug' }).with({ stage });
      this.#abort.abort();
    }
    failure = await this.#path.letGo(failure, () => this.#consumer?.close());
    if (failure) this.#options.onFailure(failure, traceOf(failure));
  }

  async #consumeUntilStopped(consumer: Consumer): Promise<void> {
    this.#committedAtMs = performance.now();
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
      if (records.length > 0 && (await this.#writeInFlight(records))) paused = true;
      await this.#commitWhenDue();
    }
  }

  async #commitWhenDue(): Promise<void> {
    if (performance.now() - this.#committedAtMs < this.#options.spec.worker.offsetFlushIntervalMs) return;
    this.#committedAtMs = performance.now();
    await this.#commit();
  }

  /** Answers whether the partitions were paused meanwhile, as they are where the batch had to wait. */
  async #writeInFlight(records: readonly ConsumerRecord[]): Promise<boolean> {
    this.#inFlight.begin(records);
    let noted = 0;
    try {
      // Invariant 8: offsets count as written when the write has resolved, not before.
      await this.#path.write(records, async (count) => {
        // A search for culprits may take many writes: what is done with is kept, and the group does not wait for the rest.
        this.#noteWritten(records.slice(noted, count));
        noted = count;
        this.#inFlight.rest(records.slice(count));
        await this.#commitWhenDue();
        await this.#inFlight.breathe(this.#abort.signal);
      });
      this.#noteWritten(records.slice(noted));
      this.#inFlight.end();
    } catch (error) {
      if (!(error instanceof BatchGivenUp)) throw error;
      this.#inFlight.giveUp();
    }
    return this.#inFlight.waited;
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
    await this.#path.deadLettersAcknowledged();
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
      // Only what was written is committed. How long a write may take, the task itself sees to.
      enableAutoCommit: false,
      maxPollIntervalMs: Number.POSITIVE_INFINITY,
      autoOffsetReset: 'earliest',
      maxPollRecords: MAX_POLL_RECORDS,
      logger,
      ...consumerOverrides(config),
    });
    consumer.subscribe(subscriptionOf(config, this.#path.redriveTopic), {
      assigned: async (partitions) => {
        await this.#beginRedriven(consumer, partitions);
        await this.#path.task?.opened?.(partitions);
      },
      revoked: async (partitions) => {
        await this.#commit();
        await this.#partitionsGone(partitions);
      },
      lost: (partitions) => this.#partitionsGone(partitions),
    });
    return consumer;
  }

  /** Dead letters that come again are all read, wherever the connector begins in topics that are new to it (`auto.offset.reset`). */
  async #beginRedriven(consumer: Consumer, assigned: readonly TopicPartition[]): Promise<void> {
    const redriven = assigned.filter(({ topic }) => topic === this.#path.redriveTopic);
    if (redriven.length === 0) return;
    const [committed, beginnings] = await Promise.all([
      consumer.committed(redriven),
      consumer.beginningOffsets(redriven),
    ]);
    for (const [index, { topic, partition }] of redriven.entries())
      if (!committed[index]) consumer.seek({ topic, partition }, beginnings[index] ?? 0);
  }

  /** From here on they may be read by another member, whose commits are the newer ones; or they are those of another topic. */
  async #partitionsGone(partitions: readonly TopicPartition[]): Promise<void> {
    for (const { topic, partition } of partitions) this.#written.delete(`${topic}-${partition}`);
    this.#inFlight.revoked(partitions);
    const closed = Promise.resolve(this.#path.task?.closed?.(partitions));
    // A failed task must not keep the membership that the group waits for.
    if (!this.#failed || (await settledWithin(closed, CLOSED_TIMEOUT_MS))) await closed;
  }
}
