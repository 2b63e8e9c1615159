import { MillraceError } from '@millrace/foundation';
import { invalidOption } from '../cluster/client-config.ts';
import { Cluster } from '../cluster/cluster.ts';
import { Coordinator } from '../cluster/coordinator.ts';
import { fetchOffsets } from '../cluster/list-offsets.ts';
import { commitGroupOffsets, fetchGroupOffsets } from '../group/group-offsets.ts';
import type {
  AssignedPartition,
  Consumer,
  ConsumerGroupMetadata,
  ConsumerOptions,
  ConsumerRecord,
  OffsetAndMetadata,
  RebalanceListener,
  SubscriptionPattern,
  TopicPartition,
} from '../types.ts';
import { AutoCommit } from './auto-commit.ts';
import { type ConsumerConfig, consumerConfig } from './consumer-config.ts';
import { ConsumerMembership } from './consumer-membership.ts';
import { Fetcher } from './fetcher.ts';
import { GroupSubscription } from './group-subscription.ts';
import type { Membership, MembershipEvents } from './membership.ts';
import { type Missing, PartitionState } from './partition-state.ts';
import { PollTasks } from './poll-tasks.ts';
import { Positions } from './positions.ts';
import { WaitSignal } from './wait-signal.ts';

/** A membership that was given up because `poll` was not called in time. */
interface Overdue {
  readonly error: MillraceError;
  /** Resolves when the group is left. */
  readonly left: Promise<void>;
}

type Selection = Parameters<Consumer['subscribe']>[0];

const TIMER_MAX_MS = 0x7fffffff;

/**
 * A Consumer. Heartbeats go on in the background; rebalance listeners run inside `poll` (and `close`), so a rebalance
 * waits for the next `poll`, `rebalanceTimeoutMs` at most. A membership that was lost calls `revoked` too: commits fail then.
 * @throws {MillraceError} INVALID_CONFIG
 */
export function createConsumer(options: ConsumerOptions): Consumer {
  return new PollingConsumer(options);
}

class PollingConsumer implements Consumer {
  readonly #options: ConsumerOptions;
  readonly #config: ConsumerConfig;
  readonly #cluster: Cluster;
  readonly #coordinator: Coordinator | null;
  readonly #fetcher: Fetcher;
  readonly #positions: Positions;
  readonly #signal = new WaitSignal();
  readonly #states = new Map<string, PartitionState>();
  readonly #autoCommit: AutoCommit | null;
  #tasks = new PollTasks(() => this.#signal.raise());
  #group: Membership | null = null;
  #selection: Selection = [];
  #overdue: Overdue | null = null;
  #pollTimer: NodeJS.Timeout | null = null;
  #listener: RebalanceListener = {};
  #error: MillraceError | null = null;
  #turn = 0;
  #polling = false;
  #woken = false;
  #closing = false;

  constructor(options: ConsumerOptions) {
    this.#options = options;
    this.#config = consumerConfig(options);
    this.#cluster = new Cluster(options);
    const { groupId } = this.#config;
    this.#coordinator = groupId === null ? null : new Coordinator(this.#cluster, 'group', groupId);
    const events = {
      changed: () => this.#signal.raise(),
      failed: (error: MillraceError) => this.#raise(error),
    };
    this.#fetcher = new Fetcher(this.#cluster, this.#config, events);
    this.#positions = new Positions(this.#cluster, this.#config, this.#coordinator, events);
    const { enableAutoCommit, autoCommitIntervalMs: intervalMs } = this.#config;
    const { logger } = this.#cluster.config;
    const commit = (offsets: readonly OffsetAndMetadata[]) => this.commit(offsets);
    this.#autoCommit = enableAutoCommit
      ? new AutoCommit({ intervalMs, logger, commit, failed: events.failed })
      : null;
  }

  subscribe(
    topics: readonly string[] | RegExp | SubscriptionPattern,
    listener: RebalanceListener = {},
  ): void {
    this.#groupIdFor('subscribe');
    if (this.#group !== null || this.#states.size > 0) {
      throw invalidUse('a consumer subscribes once, and does not assign by hand beside it');
    }
    this.#selection = topics;
    this.#join();
    this.#listener = listener;
    this.#awaitPoll();
  }

  assign(partitions: readonly TopicPartition[]): void {
    if (this.#group !== null) throw invalidUse('a consumer that subscribes is assigned to by its group');
    this.#read(partitions, this.#config.groupId === null ? 'reset' : 'committed');
    this.#signal.raise();
  }

  assignment(): readonly TopicPartition[] {
    return [...this.#states.values()].map(({ topic, partition }) => ({ topic, partition }));
  }

  async poll(timeoutMs: number): Promise<readonly ConsumerRecord[]> {
    if (this.#polling) throw invalidUse('poll is under way already');
    this.#polling = true;
    this.#woken = false;
    if (this.#pollTimer) clearTimeout(this.#pollTimer);
    const deadlineMs = performance.now() + timeoutMs;
    try {
      if (this.#overdue !== null) await this.#comeBack(this.#overdue);
      // Who asks for more has done with what came before.
      this.#autoCommit?.done(this.#consumed());
      for (;;) {
        await this.#tasks.runAll();
        this.#throwError();
        if (await this.#beginAnew()) continue;
        this.#positions.find([...this.#states.values()]);
        const records = this.#collect();
        this.#fetcher.pump();
        const leftMs = deadlineMs - performance.now();
        if (records.length > 0 || this.#woken || this.#closing || leftMs <= 0) return records;
        await this.#signal.wait(leftMs);
      }
    } finally {
      this.#polling = false;
      this.#awaitPoll();
    }
  }

  wakeup(): void {
    this.#woken = true;
    this.#signal.raise();
  }

  async commit(offsets: readonly OffsetAndMetadata[] = this.#consumed()): Promise<void> {
    const groupId = this.#groupIdFor('commit');
    if (this.#overdue !== null) throw this.#overdue.error;
    if (this.#group !== null) {
      await this.#group.commit(offsets);
    } else if (this.#coordinator !== null) {
      const nobody = { groupId, generationId: -1, memberId: '', groupInstanceId: null };
      await commitGroupOffsets(this.#cluster, this.#coordinator, nobody, offsets);
    }
  }

  async committed(partitions: readonly TopicPartition[]): Promise<readonly (OffsetAndMetadata | null)[]> {
    const groupId = this.#groupIdFor('committed');
    if (this.#coordinator === null || partitions.length === 0) return [];
    const found = await fetchGroupOffsets(this.#cluster, this.#coordinator, groupId, partitions);
    const byKey = new Map(found.map((offset) => [keyOf(offset), offset]));
    return partitions.map((partition) => byKey.get(keyOf(partition)) ?? null);
  }

  groupMetadata(): ConsumerGroupMetadata {
    const groupId = this.#groupIdFor('groupMetadata');
    if (this.#group === null) return { groupId };
    const { generationId, memberId } = this.#group;
    return { groupId, generationId, memberId, groupInstanceId: this.#options.groupInstanceId ?? null };
  }

  position(partition: TopicPartition): number | null {
    return this.#states.get(keyOf(partition))?.position ?? null;
  }

  currentLag(partition: TopicPartition): number | null {
    const { position = null, endOffset = null } = this.#states.get(keyOf(partition)) ?? {};
    return position === null || endOffset === null ? null : Math.max(0, endOffset - position);
  }

  seek(partition: TopicPartition, offset: number): void {
    if (!(Number.isSafeInteger(offset) && offset >= 0)) throw invalidUse(`${offset} is no offset`);
    this.#state(partition).seek(offset);
    this.#fetcher.pumpSoon();
  }

  pause(partitions: readonly TopicPartition[]): void {
    for (const partition of partitions) this.#state(partition).paused = true;
  }

  resume(partitions: readonly TopicPartition[]): void {
    for (const partition of partitions) this.#state(partition).paused = false;
    this.#fetcher.pumpSoon();
    this.#signal.raise();
  }

  beginningOffsets(partitions: readonly TopicPartition[]): Promise<readonly number[]> {
    return fetchOffsets(this.#cluster, partitions, 'earliest', this.#config.isolationLevel);
  }

  endOffsets(partitions: readonly TopicPartition[]): Promise<readonly number[]> {
    return fetchOffsets(this.#cluster, partitions, 'latest', this.#config.isolationLevel);
  }

  async close(): Promise<void> {
    if (this.#closing) return;
    this.#closing = true;
    this.wakeup();
    this.#positions.stop();
    if (this.#pollTimer) clearTimeout(this.#pollTimer);
    try {
      if (this.#overdue === null) this.#autoCommit?.done(this.#consumed());
      if (this.#group !== null) {
        await this.#giveUp(null, this.#overdue?.error ?? null);
        this.#tasks.close();
        await (this.#overdue?.left ?? this.#group.close());
      } else {
        await this.#autoCommit?.revoked(this.assignment());
      }
    } finally {
      this.#autoCommit?.stop();
      this.#fetcher.stop();
      this.#states.clear();
      await this.#cluster.close();
    }
  }

  #join(): void {
    const options = { ...this.#options, groupId: this.#groupIdFor('subscribe') };
    const { rebalanceTimeoutMs, maxPollIntervalMs } = this.#options;
    const timeoutMs = rebalanceTimeoutMs ?? maxPollIntervalMs ?? Number.POSITIVE_INFINITY;
    const withTimeout = timeoutMs <= TIMER_MAX_MS ? { ...options, rebalanceTimeoutMs: timeoutMs } : options;
    const topics = this.#selection;
    const tasks = new PollTasks(() => this.#signal.raise());
    this.#tasks = tasks;
    const events: MembershipEvents = {
      assigned: (partitions) => tasks.add(() => this.#takeAssignment(partitions)),
      revoked: (partitions, lostFor) => tasks.add(() => this.#giveUp(partitions, lostFor())),
      failed: (error) => {
        if (this.#tasks === tasks && this.#overdue === null) this.#raise(error);
      },
    };
    if (this.#options.groupProtocol === 'consumer')
      this.#group = new ConsumerMembership(this.#cluster, withTimeout, topics, events);
    else if ('pattern' in topics) throw patternInClassic();
    else this.#group = new GroupSubscription(this.#cluster, withTimeout, topics, events);
    this.#group.start();
  }

  /** From here on the next poll is waited for. */
  #awaitPoll(): void {
    const { maxPollIntervalMs } = this.#config;
    const isTimed = this.#group !== null && this.#overdue === null && !this.#closing;
    if (!isTimed || maxPollIntervalMs > TIMER_MAX_MS) return;
    if (this.#pollTimer) clearTimeout(this.#pollTimer);
    this.#pollTimer = setTimeout(() => this.#leaveOverdue(maxPollIntervalMs), maxPollIntervalMs);
    this.#pollTimer.unref();
  }

  /** Whoever does not poll keeps partitions from those who would: they are given up, as Kafka's clients do. */
  #leaveOverdue(maxPollIntervalMs: number): void {
    const group = this.#group;
    if (group === null || this.#polling || this.#closing) return;
    const error = pollOverdue(this.#groupIdFor('poll'), maxPollIntervalMs);
    this.#cluster.config.logger.warn({ groupId: this.#config.groupId, err: error }, 'left the group');
    this.#autoCommit?.lost(this.assignment());
    this.#tasks.close();
    this.#overdue = { error, left: group.close() };
  }

  async #comeBack({ error, left }: Overdue): Promise<void> {
    await left;
    this.#overdue = null;
    this.#join();
    await this.#giveUp(null, error);
  }

  async #takeAssignment(partitions: readonly TopicPartition[]): Promise<void> {
    const added = this.#read(partitions, 'committed');
    // Nothing at all is told as well: it is an answer.
    if (added.length > 0 || partitions.length === 0) await this.#listener.assigned?.(added.map(assignedOf));
  }

  /** Reads these partitions from here on, and no others; those that were read already go on where they are. Answers the new ones. */
  #read(partitions: readonly TopicPartition[], missing: Missing): readonly PartitionState[] {
    const kept = new Map(this.#states);
    this.#states.clear();
    for (const partition of partitions)
      this.#states.set(keyOf(partition), kept.get(keyOf(partition)) ?? this.#newState(partition, missing));
    this.#fetcher.assign([...this.#states.values()]);
    return [...this.#states].filter(([key]) => !kept.has(key)).map(([, state]) => state);
  }

  #newState(partition: TopicPartition, missing: Missing): PartitionState {
    return new PartitionState(partition, missing, this.#cluster.cache.idOf(partition.topic));
  }

  /**
   * A topic that was deleted and made anew is another one (KIP-516): what was read ahead, the position, and what the group has committed
   * are not of it. A group's partitions of it are lost, and assigned anew. Answers whether there were any.
   */
  async #beginAnew(): Promise<boolean> {
    const { cache } = this.#cluster;
    const others = [...this.#states.values()].filter((state) => {
      const topicId = cache.idOf(state.topic);
      if (topicId === null || topicId === state.topicId) return false;
      // By hand it is not told when they are known; a position that was sought before that holds.
      if (this.#group !== null || state.topicId !== null) return true;
      state.topicId = topicId;
      return false;
    });
    if (others.length === 0) return false;
    const partitions = others.map(({ topic, partition }) => ({ topic, partition }));
    if (this.#group !== null) await this.#giveUp(partitions, topicMadeAnew(partitions));
    if (this.#closing) return false;
    const states = others.map((state) =>
      // Nothing was read of what was not known.
      this.#newState(state, state.topicId === null ? 'committed' : 'reset'),
    );
    for (const state of states) this.#states.set(keyOf(state), state);
    this.#fetcher.assign([...this.#states.values()]);
    await this.#listener.assigned?.(states.map(assignedOf));
    return true;
  }

  /** These go, or all; where there is a reason they are lost already. */
  async #giveUp(some: readonly TopicPartition[] | null, reason: Error | null): Promise<void> {
    const partitions = (some ?? this.assignment()).filter((partition) => this.#states.has(keyOf(partition)));
    const { revoked, lost = revoked } = this.#listener;
    const tell = reason === null ? revoked : lost;
    try {
      if (reason === null) await this.#autoCommit?.revoked(partitions);
      else this.#autoCommit?.lost(partitions);
      if (partitions.length > 0) await tell?.call(this.#listener, partitions);
    } finally {
      for (const partition of partitions) this.#states.delete(keyOf(partition));
      this.#fetcher.assign([...this.#states.values()]);
    }
  }

  /** Up to `maxPollRecords`, a partition after the other, beginning with another one each time. */
  #collect(): ConsumerRecord[] {
    const records: ConsumerRecord[] = [];
    const states = [...this.#states.values()];
    const { maxPollRecords } = this.#config;
    for (let i = 0; i < states.length && records.length < maxPollRecords; i++) {
      const state = states[(this.#turn + i) % states.length];
      if (state === undefined || state.paused || !state.hasRecords) continue;
      try {
        state.take(maxPollRecords - records.length, records);
      } catch (error) {
        if (records.length === 0) throw error;
        // What is good is handed out first; the next poll meets the bad batch again.
        break;
      }
    }
    if (states.length > 0) this.#turn = (this.#turn + 1) % states.length;
    return records;
  }

  #consumed(): readonly OffsetAndMetadata[] {
    return [...this.#states.values()].flatMap(({ topic, partition, position, leaderEpoch }) =>
      position === null
        ? []
        : [{ topic, partition, offset: position, ...(leaderEpoch < 0 ? {} : { leaderEpoch }) }],
    );
  }

  #state(partition: TopicPartition): PartitionState {
    const state = this.#states.get(keyOf(partition));
    if (state === undefined) throw invalidUse(`${keyOf(partition)} is not assigned to this consumer`);
    return state;
  }

  #groupIdFor(what: string): string {
    const { groupId } = this.#config;
    if (groupId === null) throw invalidOption('groupId', `${what} needs a groupId`);
    return groupId;
  }

  #raise(error: MillraceError): void {
    this.#error ??= error;
    this.#signal.raise();
  }

  #throwError(): void {
    const error = this.#error ?? this.#cluster.takeUnreachable();
    this.#error = null;
    if (error !== null) throw error;
  }
}

function keyOf({ topic, partition }: TopicPartition): string {
  return `${topic}-${partition}`;
}

const assignedOf = ({ topic, partition, topicId }: PartitionState): AssignedPartition => ({
  topic,
  partition,
  topicId,
});

function topicMadeAnew(partitions: readonly TopicPartition[]): MillraceError {
  const topics = [...new Set(partitions.map(({ topic }) => topic))].join(', ');
  return new MillraceError(`another topic is there now of the name ${topics}`, {
    code: 'UNKNOWN_TOPIC_ID',
    class: 'transient',
  });
}

function pollOverdue(groupId: string, maxPollIntervalMs: number): MillraceError {
  const message = `poll was not called for ${maxPollIntervalMs} ms, so the consumer has left group ${groupId}`;
  return new MillraceError(message, {
    code: 'MAX_POLL_INTERVAL_EXCEEDED',
    class: 'transient',
    hint: 'Call poll again to come back. Take fewer records at a time (maxPollRecords), or raise maxPollIntervalMs.',
    facts: { retriable: false },
  });
}

function patternInClassic(): MillraceError {
  return new MillraceError('a pattern that the coordinator matches needs the consumer protocol', {
    code: 'INVALID_CONFIG',
    class: 'config',
    path: 'groupProtocol',
    hint: "Set groupProtocol to 'consumer', or subscribe to a RegExp, which this client matches.",
  });
}

function invalidUse(message: string): MillraceError {
  return new MillraceError(message, { code: 'INVALID_CONSUMER_USE', class: 'bug' });
}
