import { type Clock, isMillraceError, type Logger } from '@millrace/foundation';
import type { ErrorName } from '@millrace/protocol';
import type { MetadataImage, PartitionImage, TopicImage } from '../core/metadata/image.ts';
import type { Log, LogId, StorageEngine } from '../storage/log.ts';
import type { BrokerConfig } from './broker-config.ts';
import { type Leadership, LocalPartition } from './local-partition.ts';
import type { Partition } from './partition.ts';
import type { PartitionRegistry } from './services.ts';
import { logConfigOf, topicText } from './topic-config.ts';

const METADATA_TOPIC = '__cluster_metadata';

/** Hears of partitions as they come and go here. */
export interface PartitionsListener {
  led(partition: Partition): void;
  lost(topic: string, partition: number): void;
  topicsDeleted(topics: readonly string[]): void;
}

export interface LocalPartitionsOptions {
  readonly storage: StorageEngine;
  readonly config: BrokerConfig;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** The partitions whose replica is on this broker: follows the image, makes and deletes their logs. */
export class LocalPartitions implements PartitionRegistry {
  readonly #options: LocalPartitionsOptions;
  readonly #topics = new Map<string, Map<number, LocalPartition>>();
  /** Partitions whose log the disk would not open, and why; each change of their topic tries again. */
  readonly #unopened = new Map<string, string>();
  readonly #listeners: PartitionsListener[] = [];
  #image: MetadataImage | undefined;
  #following: Promise<void> = Promise.resolve();
  #failure: { readonly cause: unknown } | undefined;

  constructor(options: LocalPartitionsOptions) {
    this.#options = options;
  }

  /** Added before the first image is followed. */
  onChange(listener: PartitionsListener): void {
    this.#listeners.push(listener);
  }

  get(topic: string, partition: number): LocalPartition | undefined {
    return this.#topics.get(topic)?.get(partition);
  }

  leader(topic: string, partition: number): Partition | ErrorName {
    const replica = this.replica(topic, partition);
    return typeof replica === 'string' || replica.isLeader ? replica : 'NOT_LEADER_OR_FOLLOWER';
  }

  replica(topic: string, partition: number): Partition | ErrorName {
    const local = this.get(topic, partition);
    if (local !== undefined && (local.isLeader || local.leaderId >= 0)) return local;
    if (this.#unopened.has(`${topic}-${partition}`)) return 'KAFKA_STORAGE_ERROR';
    const known = this.#image?.topicsByName.get(topic)?.partitions[partition];
    return known === undefined && local === undefined
      ? 'UNKNOWN_TOPIC_OR_PARTITION'
      : 'NOT_LEADER_OR_FOLLOWER';
  }

  /** Why logs would not open, by their names. */
  get unopened(): ReadonlyMap<string, string> {
    return this.#unopened;
  }

  /** What kept a change of metadata from being carried out here, in sentences. */
  get problems(): readonly string[] {
    if (this.#failure === undefined) return [];
    const { cause } = this.#failure;
    const detail = cause instanceof Error ? cause.message : String(cause);
    return [`A change of metadata was not carried out here; only a new start helps: ${detail}`];
  }

  *all(): Iterable<LocalPartition> {
    for (const partitions of this.#topics.values()) yield* partitions.values();
  }

  /** Resolves when the logs are as the image wants them. Images are followed one after the other. */
  follow(image: MetadataImage, previous: MetadataImage): Promise<void> {
    const followed = this.#following.then(() => this.#follow(image, previous));
    this.#following = followed.catch((cause: unknown) => {
      this.#failure ??= { cause };
    });
    return followed;
  }

  /** Notes up to where each log is committed: a process after this one goes on from there. */
  noteHighWatermarks(): Promise<void> {
    const offsets = new Map<string, number>();
    for (const { topic, partition, highWatermark } of this.all())
      offsets.set(`${topic}-${partition}`, highWatermark);
    return this.#options.storage.noteHighWatermarks(offsets);
  }

  saveLogStarts(): Promise<void> {
    return this.#options.storage.checkpoint();
  }

  /** Tries the logs again that the disk refused, or would not open. */
  reopen(): Promise<void> {
    const reopened = this.#following.then(() => this.#reopen());
    this.#following = reopened.catch(() => undefined);
    return reopened;
  }

  async #reopen(): Promise<void> {
    const { logger } = this.#options;
    for (const partition of [...this.all()]) {
      const { topic, partition: index, log, isLeader } = partition;
      if (log.failure === null || !(await log.reopen())) continue;
      logger.info({ topic, partition: index }, 'the disk takes a log again');
      if (!isLeader) continue;
      // Who keeps state by the log may have taken in what was refused: they read it again.
      for (const listener of this.#listeners) listener.lost(topic, index);
      for (const listener of this.#listeners) listener.led(partition);
    }
    const image = this.#image;
    if (this.#unopened.size === 0 || image === undefined) return;
    for (const topic of image.topicsById.values()) {
      for (const state of topic.partitions)
        if (this.#unopened.has(`${topic.name}-${state.partition}`)) await this.#take(image, topic, state);
    }
  }

  /** Resolves when the images so far are followed; rejects with what kept one from it: then nothing is served. */
  async followed(): Promise<void> {
    await this.#following;
    if (this.#failure !== undefined) throw this.#failure.cause;
  }

  async #follow(image: MetadataImage, previous: MetadataImage): Promise<void> {
    if (this.#image === undefined) await this.#setStraysAside(image);
    this.#image = image;
    const gone = [...previous.topicsById.values()].filter((topic) => !image.topicsById.has(topic.id));
    // All at once, before any log is deleted: a name may be that of another topic by now.
    const left = gone.map((topic) => this.#unlisted(topic));
    for (const ofTopic of left) await Promise.all(ofTopic.map((partition) => this.#end(partition)));
    if (gone.length > 0) {
      for (const listener of this.#listeners) listener.topicsDeleted(gone.map((topic) => topic.name));
    }
    const configsChanged = image.configs !== previous.configs;
    for (const topic of image.topicsById.values()) {
      if (!configsChanged && previous.topicsById.get(topic.id) === topic) continue;
      for (const partition of topic.partitions) await this.#take(image, topic, partition);
    }
  }

  async #take(image: MetadataImage, topic: TopicImage, state: PartitionImage): Promise<void> {
    const { config, clock, logger, storage } = this.#options;
    if (!state.replicas.includes(config.nodeId)) return await this.#leave(topic.name, state.partition);
    const leadership = this.#leadershipOf(image, topic, state);
    const known = this.get(topic.name, state.partition);
    const logConfig = logConfigOf(image, config, topic.name);
    const before = known === undefined ? null : { isLeader: known.isLeader, leaderEpoch: known.leaderEpoch };
    let partition = known;
    if (partition === undefined) {
      const id = { topic: topic.name, topicId: topic.id, partition: state.partition };
      const log = await this.#open(id, logConfig);
      if (log === undefined) return;
      if (logConfig.flushMessages === 1) await this.#synced(log);
      const notedHighWatermark = storage.notedHighWatermark(id);
      partition = new LocalPartition(log, { clock, nodeId: config.nodeId, notedHighWatermark }, leadership);
      const partitions = this.#topics.get(topic.name) ?? new Map<number, LocalPartition>();
      this.#topics.set(topic.name, partitions.set(state.partition, partition));
    } else {
      partition.log.configure(logConfig);
      if (leadership.isLeader && !partition.isLeader) await partition.atRest();
      partition.update(leadership);
    }
    if (leadership.isLeader && (before?.isLeader !== true || before.leaderEpoch !== leadership.leaderEpoch)) {
      logger.debug(
        { topic: topic.name, partition: state.partition, leaderEpoch: state.leaderEpoch },
        'leads a partition',
      );
      for (const listener of this.#listeners) listener.led(partition);
    } else if (before?.isLeader === true && !leadership.isLeader) {
      for (const listener of this.#listeners) listener.lost(topic.name, state.partition);
    }
  }

  /** After a crash, what nobody had synced is readable: it must not be lost afterwards. */
  async #synced(log: Log): Promise<void> {
    if (log.flushedOffset >= log.writtenOffset) return;
    // The log says itself why it is closed for writes.
    await log.flush().catch(() => undefined);
  }

  async #open(id: LogId, config: Log['config']): Promise<Log | undefined> {
    const { storage, logger } = this.#options;
    const name = `${id.topic}-${id.partition}`;
    try {
      const log = await storage.open(id, config);
      this.#unopened.delete(name);
      return log;
    } catch (error) {
      if (!isMillraceError(error)) throw error;
      this.#unopened.set(name, error.message);
      logger.error({ topic: id.topic, partition: id.partition, ...error.report() }, 'a log cannot be opened');
      return undefined;
    }
  }

  #leadershipOf(image: MetadataImage, topic: TopicImage, state: PartitionImage): Leadership {
    const { config } = this.#options;
    const name = 'min.insync.replicas';
    const text = topicText(image, config, topic.name, name);
    return {
      leaderEpoch: state.leaderEpoch,
      isLeader: state.leader === config.nodeId,
      leader: state.leader,
      replicas: state.replicas,
      isr: state.isr,
      partitionEpoch: state.partitionEpoch,
      // No more than there are replicas, as in Kafka (KIP-966).
      minInSyncReplicas: Math.min(Number(text), state.replicas.length),
    };
  }

  #unlisted(topic: TopicImage): readonly LocalPartition[] {
    const partitions = [...(this.#topics.get(topic.name)?.values() ?? [])];
    this.#topics.delete(topic.name);
    for (const { partition } of topic.partitions) this.#unopened.delete(`${topic.name}-${partition}`);
    return partitions;
  }

  /** A partition whose replica here was reassigned to others: those have all of it. */
  async #leave(topic: string, index: number): Promise<void> {
    this.#unopened.delete(`${topic}-${index}`);
    const partitions = this.#topics.get(topic);
    const partition = partitions?.get(index);
    if (partitions === undefined || partition === undefined) return;
    partitions.delete(index);
    if (partitions.size === 0) this.#topics.delete(topic);
    this.#options.logger.info({ topic, partition: index }, 'is no replica any more: the log is deleted');
    await this.#end(partition);
  }

  async #end(partition: LocalPartition): Promise<void> {
    const { storage, logger } = this.#options;
    partition.update({
      // What a leader still answers is of another epoch.
      leaderEpoch: Number.MAX_SAFE_INTEGER,
      isLeader: false,
      leader: -1,
      replicas: [],
      isr: [],
      partitionEpoch: Number.MAX_SAFE_INTEGER,
      minInSyncReplicas: 1,
    });
    for (const listener of this.#listeners) listener.lost(partition.topic, partition.partition);
    await partition.atRest();
    try {
      await storage.delete(partition.log.id);
    } catch (error) {
      if (!isMillraceError(error)) throw error;
      logger.error(
        { topic: partition.topic, partition: partition.partition, ...error.report() },
        'a log cannot be deleted',
      );
    }
  }

  /**
   * A log of a topic that the cluster does not have, or of a partition that was reassigned while this broker was away, may be all that is
   * left of somebody's data: it is never deleted.
   */
  async #setStraysAside(image: MetadataImage): Promise<void> {
    const { storage, config, logger } = this.#options;
    for (const log of [...storage.logs.values()]) {
      const { topic, topicId, partition } = log.id;
      if (topic === METADATA_TOPIC) continue;
      const known = image.topicsById.get(topicId)?.partitions[partition];
      if (known?.replicas.includes(config.nodeId) === true) continue;
      try {
        const path = await storage.setAside(log.id);
        logger.warn(
          { topic, partition, topicId, path },
          'a log belongs to no replica that this broker has in the cluster: set aside',
        );
      } catch (error) {
        if (!isMillraceError(error)) throw error;
        logger.error({ topic, partition, topicId, ...error.report() }, 'a log cannot be set aside');
      }
    }
  }
}
