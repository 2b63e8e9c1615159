import { MillraceError } from '@millrace/foundation';
import { invalidOption } from '../cluster/client-config.ts';
import { Cluster } from '../cluster/cluster.ts';
import { Coordinator } from '../cluster/coordinator.ts';
import { fetchOffsets } from '../cluster/list-offsets.ts';
import { commitGroupOffsets, fetchGroupOffsets } from '../group/group-offsets.ts';
import type {
  Consumer,
  ConsumerGroupMetadata,
  ConsumerOptions,
  ConsumerRecord,
  OffsetAndMetadata,
  RebalanceListener,
  SubscriptionPattern,
  TopicPartition,
} from '../types.ts';
import { type ConsumerConfig, consumerConfig } from './consumer-config.ts';
import { ConsumerMembership } from './consumer-membership.ts';
import { Fetcher } from './fetcher.ts';
import { GroupSubscription } from './group-subscription.ts';
import type { Membership, MembershipEvents } from './membership.ts';
import { type Missing, PartitionState } from './partition-state.ts';
import { PollTasks } from './poll-tasks.ts';
import { Positions } from './positions.ts';
import { WaitSignal } from './wait-signal.ts';

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
  readonly #tasks = new PollTasks(() => this.#signal.raise());
  readonly #states = new Map<string, PartitionState>();
  #group: Membership | null = null;
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
  }

  subscribe(
    topics: readonly string[] | RegExp | SubscriptionPattern,
    listener: RebalanceListener = {},
  ): void {
    const groupId = this.#groupIdFor('subscribe');
    if (this.#group !== null || this.#states.size > 0) {
      throw invalidUse('a consumer subscribes once, and does not assign by hand beside it');
    }
    this.#listener = listener;
    const options = { ...this.#options, groupId };
    const events: MembershipEvents = {
      assigned: (partitions) => this.#tasks.add(() => this.#takeAssignment(partitions)),
      revoked: (partitions, lostFor) => this.#tasks.add(() => this.#giveUp(partitions, lostFor())),
      failed: (error) => this.#raise(error),
    };
    if (this.#options.groupProtocol === 'consumer')
      this.#group = new ConsumerMembership(this.#cluster, options, topics, events);
    else if ('pattern' in topics) throw patternInClassic();
    else this.#group = new GroupSubscription(this.#cluster, options, topics, events);
    this.#group.start();
  }

  assign(partitions: readonly TopicPartition[]): void {
    if (this.#group !== null) throw invalidUse('a consumer that subscribes is assigned to by its group');
    const kept = new Map(this.#states);
    this.#states.clear();
    const missing: Missing = this.#config.groupId === null ? 'reset' : 'committed';
    for (const partition of partitions) {
      const key = keyOf(partition);
      this.#states.set(key, kept.get(key) ?? new PartitionState(partition, missing));
    }
    this.#fetcher.assign([...this.#states.values()]);
    this.#signal.raise();
  }

  assignment(): readonly TopicPartition[] {
    return [...this.#states.values()].map(({ topic, partition }) => ({ topic, partition }));
  }

  async poll(timeoutMs: number): Promise<readonly ConsumerRecord[]> {
    if (this.#polling) throw invalidUse('poll is under way already');
    this.#polling = true;
    this.#woken = false;
    const deadlineMs = performance.now() + timeoutMs;
    try {
      for (;;) {
        await this.#tasks.runAll();
        this.#throwError();
        this.#positions.find([...this.#states.values()]);
        const records = this.#collect();
        this.#fetcher.pump();
        const leftMs = deadlineMs - performance.now();
        if (records.length > 0 || this.#woken || this.#closing || leftMs <= 0) return records;
        await this.#signal.wait(leftMs);
      }
    } finally {
      this.#polling = false;
    }
  }

  wakeup(): void {
    this.#woken = true;
    this.#signal.raise();
  }

  async commit(offsets: readonly OffsetAndMetadata[] = this.#consumed()): Promise<void> {
    const groupId = this.#groupIdFor('commit');
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
    try {
      if (this.#group !== null) {
        await this.#giveUp(null, null);
        this.#tasks.close();
        await this.#group.close();
      }
    } finally {
      this.#fetcher.stop();
      this.#states.clear();
      await this.#cluster.close();
    }
  }

  async #takeAssignment(partitions: readonly TopicPartition[]): Promise<void> {
    const kept = new Map(this.#states);
    this.#states.clear();
    for (const partition of partitions) {
      const key = keyOf(partition);
      this.#states.set(key, kept.get(key) ?? new PartitionState(partition, 'committed'));
    }
    this.#fetcher.assign([...this.#states.values()]);
    const added = partitions.filter((partition) => !kept.has(keyOf(partition)));
    // Nothing at all is told as well: it is an answer.
    if (added.length > 0 || partitions.length === 0) await this.#listener.assigned?.(added);
  }

  /** These go, or all; where there is a reason they are lost already. */
  async #giveUp(some: readonly TopicPartition[] | null, reason: Error | null): Promise<void> {
    const partitions = (some ?? this.assignment()).filter((partition) => this.#states.has(keyOf(partition)));
    const { revoked, lost = revoked } = this.#listener;
    const tell = reason === null ? revoked : lost;
    try {
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
    const error = this.#error;
    this.#error = null;
    if (error !== null) throw error;
  }
}

function keyOf({ topic, partition }: TopicPartition): string {
  return `${topic}-${partition}`;
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
