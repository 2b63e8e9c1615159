import type { Clock, Logger, Random, Timer, Timers } from '@millrace/foundation';
import { Reader } from '@millrace/protocol';
import { consumerProtocolSubscription } from '@millrace/protocol/internal';
import { dropTopics, expireOffsets } from '../core/group/expire-offsets.ts';
import type { GroupRules } from '../core/group/group-shard.ts';
import { autoCreatedTopic, OFFSETS_TOPIC } from './auto-created-topic.ts';
import type { BrokerConfig } from './broker-config.ts';
import { CoordinatorShard } from './coordinator-shard.ts';
import type { Partition } from './partition.ts';
import type { ControllerAccess, CoordinatorLocation, MetadataAccess } from './services.ts';

const MS_PER_MINUTE = 60_000;

export interface GroupCoordinatorOptions {
  readonly metadata: MetadataAccess;
  readonly controller: ControllerAccess;
  readonly config: BrokerConfig;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly random: Random;
  readonly logger: Logger;
}

/** The shards of `__consumer_offsets` that are led here, and which group is whose. */
export class GroupCoordinator {
  readonly #options: GroupCoordinatorOptions;
  readonly #shards = new Map<number, CoordinatorShard>();
  #expiry: Timer | undefined;
  #closed = false;

  constructor(options: GroupCoordinatorOptions) {
    this.#options = options;
    this.#expireLater();
  }

  /** The broker that coordinates the group; makes `__consumer_offsets` where it does not exist. */
  async locate(groupId: string): Promise<CoordinatorLocation> {
    const { metadata, controller, config } = this.#options;
    if (!metadata.image().topicsByName.has(OFFSETS_TOPIC)) {
      const topics = [autoCreatedTopic(metadata.image(), config, OFFSETS_TOPIC)];
      const [result] = await controller.createTopics({ topics, validateOnly: false });
      if (result && result.error !== null && result.error !== 'TOPIC_ALREADY_EXISTS')
        return { error: 'COORDINATOR_NOT_AVAILABLE', message: result.message };
    }
    const topic = metadata.image().topicsByName.get(OFFSETS_TOPIC);
    const leader = topic?.partitions[partitionOf(groupId, topic.partitions.length)]?.leader ?? -1;
    if (leader === -1)
      return { error: 'COORDINATOR_NOT_AVAILABLE', message: 'The partition of this group has no leader.' };
    return { error: null, brokerId: leader };
  }

  /** The shard of the group, where it is led here. */
  shardOf(groupId: string): CoordinatorShard | undefined {
    const topic = this.#options.metadata.image().topicsByName.get(OFFSETS_TOPIC);
    return topic && this.#shards.get(partitionOf(groupId, topic.partitions.length));
  }

  shards(): Iterable<CoordinatorShard> {
    return this.#shards.values();
  }

  partitionLed(partition: Partition): void {
    if (this.#closed || partition.topic !== OFFSETS_TOPIC) return;
    const before = this.#shards.get(partition.partition);
    if (before?.leaderEpoch === partition.leaderEpoch && before.problem !== 'NOT_COORDINATOR') return;
    before?.close('NOT_COORDINATOR');
    const { config, random, clock, timers, logger } = this.#options;
    const shard = new CoordinatorShard({ partition, rules: rulesOf(config, random), clock, timers, logger });
    this.#shards.set(partition.partition, shard);
    void shard.load();
  }

  partitionLost(topic: string, partition: number): void {
    if (topic !== OFFSETS_TOPIC) return;
    this.#shards.get(partition)?.close('NOT_COORDINATOR');
    this.#shards.delete(partition);
  }

  topicsDeleted(topics: readonly string[]): void {
    const gone = new Set(topics);
    for (const shard of this.#shards.values()) shard.run((groups) => dropTopics(groups, gone));
  }

  close(): void {
    this.#closed = true;
    this.#expiry?.cancel();
    for (const shard of this.#shards.values()) shard.close('COORDINATOR_NOT_AVAILABLE');
    this.#shards.clear();
  }

  #expireLater(): void {
    const { timers, config } = this.#options;
    this.#expiry = timers.after(config.values['offsets.retention.check.interval.ms'], () => {
      for (const shard of this.#shards.values()) shard.run(expireOffsets);
      this.#expireLater();
    });
  }
}

/** The partition that a group is kept in, as Kafka finds it: Java's hash of the name, modulo the partitions. */
export function partitionOf(groupId: string, partitionCount: number): number {
  let hash = 0;
  for (let index = 0; index < groupId.length; index += 1)
    hash = (Math.imul(31, hash) + groupId.charCodeAt(index)) | 0;
  // The one value whose opposite does not fit counts as 0.
  const positive = hash === -2_147_483_648 ? 0 : Math.abs(hash);
  return positive % partitionCount;
}

function rulesOf(config: BrokerConfig, random: Random): GroupRules {
  const { values } = config;
  return {
    initialRebalanceDelayMs: values['group.initial.rebalance.delay.ms'],
    maxSize: values['group.max.size'],
    offsetMetadataMaxBytes: values['offset.metadata.max.bytes'],
    offsetsRetentionMs: values['offsets.retention.minutes'] * MS_PER_MINUTE,
    newMemberSuffix: () => dashed(random.uuid()),
    subscribedTopics,
  };
}

/** A uuid the way Java writes it. */
function dashed(uuid: string): string {
  const hex = Buffer.from(uuid, 'base64url').toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

/** A consumer's metadata begins with an int16 version; any protocol of another kind gives null. */
function subscribedTopics(metadata: Buffer): readonly string[] | null {
  try {
    const reader = new Reader(metadata);
    const version = reader.int16();
    if (version < 0) return null;
    const known = Math.min(version, consumerProtocolSubscription.maxVersion);
    return consumerProtocolSubscription.decode(reader, known).topics;
  } catch {
    return null;
  }
}
