import { type Clock, isMillraceError, type Logger, type Timers } from '@millrace/foundation';
import type { ErrorName } from '@millrace/protocol';
import { type SharePartitionKey, sharePartitionName, UNSET } from '../core/share/share-state-record.ts';
import type { BrokerConfig } from './broker-config.ts';
import { LiveSharePartition } from './live-share-partition.ts';
import type { Partition } from './partition.ts';
import type { MetadataAccess, PartitionRegistry } from './services.ts';
import { type ShareGroupSettings, shareGroupSettings } from './share-group-settings.ts';
import type { ShareStateClient } from './share-state-client.ts';
import { fetchError } from './share-state-errors.ts';

export interface SharePartitionsOptions {
  readonly metadata: MetadataAccess;
  readonly partitions: Pick<PartitionRegistry, 'leader'>;
  readonly shareState: ShareStateClient;
  readonly config: BrokerConfig;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly logger: Logger;
}

/** A partition that is read is compared with what is stored so often: the group may have been deleted, or its offsets reset. */
const COMPARE_INTERVAL_MS = 5_000;
/** Groups whose settings are kept at hand. */
const SETTINGS_MAX = 10_000;

/** The partitions that share groups read here. They are taken into use when the first member reads, and forgotten with the last. */
export class SharePartitions {
  readonly #options: SharePartitionsOptions;
  readonly #live = new Map<string, LiveSharePartition>();
  readonly #loading = new Map<string, Promise<LiveSharePartition | ErrorName>>();
  /** Of those that are given up: what they have stored has to be there before it is read again. */
  readonly #closing = new Map<string, Promise<void>>();
  /** They follow what is configured; made anew where they are missing. */
  readonly #settings = new Map<string, ShareGroupSettings>();
  #isClosed = false;

  constructor(options: SharePartitionsOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#live.size;
  }

  settings(group: string): ShareGroupSettings {
    let settings = this.#settings.get(group);
    if (settings === undefined) {
      if (this.#settings.size >= SETTINGS_MAX) this.#settings.clear();
      settings = shareGroupSettings(this.#options, group);
      this.#settings.set(group, settings);
    }
    return settings;
  }

  /** Takes a partition into use where it is not. What was reset since shows after a while: see `getCurrent`. */
  get(key: SharePartitionKey, topic: string): LiveSharePartition | Promise<LiveSharePartition | ErrorName> {
    const name = sharePartitionName(key);
    const known = this.#live.get(name);
    if (known !== undefined) {
      this.#compareNowAndThen(known);
      return known;
    }
    const before = this.#loading.get(name);
    if (before !== undefined) return before;
    const loading = this.#load(key, topic).finally(() => this.#loading.delete(name));
    this.#loading.set(name, loading);
    return loading;
  }

  /** As `get`, for who begins to read: goes on with nothing that the group has begun anew, or has ended, until now. */
  async getCurrent(key: SharePartitionKey, topic: string): Promise<LiveSharePartition | ErrorName> {
    const known = this.find(key);
    if (known !== undefined) await this.#compare(known);
    return await this.get(key, topic);
  }

  /** The partition where it is in use. */
  find(key: SharePartitionKey): LiveSharePartition | undefined {
    return this.#live.get(sharePartitionName(key));
  }

  /** What is wrong with the acknowledgement of a record of a partition that is not in use here. */
  nothingHeld(topic: string, partition: number): ErrorName {
    const led = this.#options.partitions.leader(topic, partition);
    return typeof led === 'string' ? led : 'INVALID_RECORD_STATE';
  }

  /** Takes back what a member holds in any partition. */
  release(group: string, memberId: string): void {
    for (const live of this.#live.values()) if (live.key.group === group) live.release(memberId);
  }

  /** Nobody of the group reads here any more. */
  groupLeft(group: string): void {
    for (const live of this.#live.values())
      if (live.key.group === group) this.#giveUp(live, 'SHARE_SESSION_NOT_FOUND');
  }

  /** The partition is led by somebody else, or in another epoch. */
  partitionMoved(topic: string, partition: number): void {
    for (const live of this.#live.values())
      if (live.partition.topic === topic && live.partition.partition === partition)
        this.#giveUp(live, 'NOT_LEADER_OR_FOLLOWER');
  }

  close(): void {
    this.#isClosed = true;
    for (const live of this.#live.values()) this.#giveUp(live, 'NOT_LEADER_OR_FOLLOWER');
  }

  async #load(key: SharePartitionKey, topic: string): Promise<LiveSharePartition | ErrorName> {
    const name = sharePartitionName(key);
    await this.#closing.get(name);
    const partition = this.#options.partitions.leader(topic, key.partition);
    if (typeof partition === 'string') return partition;
    const { shareState, clock, timers } = this.#options;
    const { leaderEpoch } = partition;
    const read = await shareState.ask(key, (coordinator) => coordinator.read({ key, leaderEpoch }));
    if (read.error !== null) return fetchError(read.error);
    const settings = this.settings(key.group);
    const { state } = read;
    const isNew = state.startOffset === UNSET;
    const startOffset = isNew ? await this.#beginning(partition, settings) : state.startOffset;
    if (startOffset === null) return 'KAFKA_STORAGE_ERROR';
    const live: LiveSharePartition = new LiveSharePartition({
      key,
      partition,
      settings,
      stateEpoch: state.stateEpoch,
      leaderEpoch,
      startOffset,
      batches: state.batches,
      shareState,
      clock,
      timers,
      failed: (error) => this.#giveUp(live, fetchError(error)),
    });
    // Stored before anything is delivered: after a crash, a group that begins at the latest would begin later, and miss records.
    const error = isNew ? await live.begin() : null;
    const isLed = !this.#isClosed && partition.isLeader && partition.leaderEpoch === leaderEpoch;
    const failure = isLed ? error && fetchError(error) : 'NOT_LEADER_OR_FOLLOWER';
    if (failure !== null) {
      this.#giveUp(live, failure);
      return failure;
    }
    this.#live.set(name, live);
    return live;
  }

  /** Where a group begins that has never read the partition; null where the log does not say. */
  async #beginning(partition: Partition, { offsetReset }: ShareGroupSettings): Promise<number | null> {
    const { log, highWatermark } = partition;
    switch (offsetReset.kind) {
      case 'earliest':
        return log.startOffset;
      case 'latest':
        return highWatermark;
      case 'by_duration':
        try {
          const fromMs = this.#options.clock.now().wallMs - offsetReset.backMs;
          const found = await log.offsetForTimestamp(fromMs);
          return Math.min(found?.offset ?? highWatermark, partition.highWatermark);
        } catch (error) {
          if (!isMillraceError(error)) throw error;
          this.#options.logger.warn({ ...error.report() }, 'where a share group begins is not known');
          return null;
        }
    }
  }

  #compareNowAndThen(live: LiveSharePartition): void {
    const { monoMs } = this.#options.clock.now();
    if (monoMs - live.comparedMonoMs >= COMPARE_INTERVAL_MS) void this.#compare(live);
  }

  /** Gives a partition up whose state is another one's by now. */
  async #compare(live: LiveSharePartition): Promise<void> {
    const { shareState, clock } = this.#options;
    const { key } = live;
    live.comparedMonoMs = clock.now().monoMs;
    const stored = await shareState.ask(key, (coordinator) => coordinator.summarize(key));
    // Who does not answer now is asked later; what is written meanwhile is refused if it is wrong.
    if (stored.error === null && stored.state.stateEpoch !== live.stateEpoch && live.failure === null)
      this.#giveUp(live, fetchError('FENCED_STATE_EPOCH'));
  }

  #giveUp(live: LiveSharePartition, failure: ErrorName): void {
    const name = sharePartitionName(live.key);
    if (this.#live.get(name) === live) this.#live.delete(name);
    const closing = live.close(failure).finally(() => {
      if (this.#closing.get(name) === closing) this.#closing.delete(name);
    });
    this.#closing.set(name, closing);
  }
}
