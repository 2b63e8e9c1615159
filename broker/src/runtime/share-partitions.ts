import { type Clock, isMillraceError, type Logger, type Timers } from '@millrace/foundation';
import type { ErrorName } from '@millrace/protocol';
import { type SharePartitionKey, sharePartitionName, UNSET } from '../core/share/share-state-record.ts';
import type { BrokerConfig } from './broker-config.ts';
import { LiveSharePartition } from './live-share-partition.ts';
import type { Partition } from './partition.ts';
import type { MetadataAccess, PartitionRegistry } from './services.ts';
import { type ShareGroupSettings, shareGroupSettings } from './share-group-settings.ts';
import type { ShareStateClient } from './share-state-client.ts';

export interface SharePartitionsOptions {
  readonly metadata: MetadataAccess;
  readonly partitions: Pick<PartitionRegistry, 'leader'>;
  readonly shareState: ShareStateClient;
  readonly config: BrokerConfig;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly logger: Logger;
}

/** What the share coordinator's refusals mean to a consumer. */
const TO_CONSUMER: Partial<Record<ErrorName, ErrorName>> = {
  FENCED_LEADER_EPOCH: 'NOT_LEADER_OR_FOLLOWER',
  FENCED_STATE_EPOCH: 'NOT_LEADER_OR_FOLLOWER',
  COORDINATOR_NOT_AVAILABLE: 'KAFKA_STORAGE_ERROR',
  COORDINATOR_LOAD_IN_PROGRESS: 'KAFKA_STORAGE_ERROR',
  NOT_COORDINATOR: 'KAFKA_STORAGE_ERROR',
  // The group has not begun in the partition: it is none of the group's.
  INVALID_REQUEST: 'UNKNOWN_TOPIC_OR_PARTITION',
};

/** The partitions that share groups read here. They are taken into use when the first member reads, and forgotten with the last. */
export class SharePartitions {
  readonly #options: SharePartitionsOptions;
  readonly #live = new Map<string, LiveSharePartition>();
  readonly #loading = new Map<string, Promise<LiveSharePartition | ErrorName>>();
  /** Of those that are given up: what they have stored has to be there before it is read again. */
  readonly #closing = new Map<string, Promise<void>>();
  #isClosed = false;

  constructor(options: SharePartitionsOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#live.size;
  }

  settings(group: string): ShareGroupSettings {
    return shareGroupSettings(this.#options, group);
  }

  /** Takes a partition into use where it is not. */
  get(key: SharePartitionKey, topic: string): LiveSharePartition | Promise<LiveSharePartition | ErrorName> {
    const name = sharePartitionName(key);
    const known = this.#live.get(name);
    if (known !== undefined) return known;
    const before = this.#loading.get(name);
    if (before !== undefined) return before;
    const loading = this.#load(key, topic).finally(() => this.#loading.delete(name));
    this.#loading.set(name, loading);
    return loading;
  }

  /** The partition where it is in use. */
  find(key: SharePartitionKey): LiveSharePartition | undefined {
    return this.#live.get(sharePartitionName(key));
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
    if (read.error !== null) return TO_CONSUMER[read.error] ?? read.error;
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
      failed: (error) => this.#giveUp(live, TO_CONSUMER[error] ?? error),
    });
    // Stored before anything is delivered: after a crash, a group that begins at the latest would begin later, and miss records.
    const error = isNew ? await live.begin() : null;
    if (error !== null) return TO_CONSUMER[error] ?? error;
    if (this.#isClosed || !partition.isLeader || partition.leaderEpoch !== leaderEpoch)
      return 'NOT_LEADER_OR_FOLLOWER';
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

  #giveUp(live: LiveSharePartition, failure: ErrorName): void {
    const name = sharePartitionName(live.key);
    if (this.#live.get(name) === live) this.#live.delete(name);
    const closing = live.close(failure).finally(() => {
      if (this.#closing.get(name) === closing) this.#closing.delete(name);
    });
    this.#closing.set(name, closing);
  }
}
