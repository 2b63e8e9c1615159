import type { Clock, Logger, Timers } from '@millrace/foundation';
import type { CoordinatorState } from '../core/coordinator/effects.ts';
import { autoCreatedTopic } from './auto-created-topic.ts';
import type { BrokerConfig } from './broker-config.ts';
import { type CoordinatorCodec, CoordinatorShard, type MarkerWriter } from './coordinator-shard.ts';
import type { Partition } from './partition.ts';
import type { ClusterAccess, CoordinatorLocation, MetadataAccess } from './services.ts';

export interface CoordinatorTopicOptions<Rec, State extends CoordinatorState<Rec>> {
  readonly topic: string;
  readonly codec: CoordinatorCodec<Rec>;
  /** The state of one partition, empty. */
  readonly newState: (partition: Partition) => State;
  readonly markers: MarkerWriter;
  readonly metadata: MetadataAccess;
  readonly cluster: ClusterAccess;
  readonly config: BrokerConfig;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly logger: Logger;
}

/** The partitions of a coordinator's topic that are led here, a shard for each, and which key is whose. */
export class CoordinatorTopic<Rec, State extends CoordinatorState<Rec>> {
  readonly #options: CoordinatorTopicOptions<Rec, State>;
  readonly #shards = new Map<number, CoordinatorShard<Rec, State>>();
  #isClosed = false;

  constructor(options: CoordinatorTopicOptions<Rec, State>) {
    this.#options = options;
  }

  /** The broker that coordinates what has this key; makes the topic where it does not exist. */
  async locate(key: string): Promise<CoordinatorLocation> {
    const { metadata, cluster, config, topic } = this.#options;
    if (!metadata.image().topicsByName.has(topic)) {
      const topics = [autoCreatedTopic(metadata.image(), config, topic)];
      const [result] = await cluster.createTopics({ topics, validateOnly: false });
      if (result && result.error !== null && result.error !== 'TOPIC_ALREADY_EXISTS')
        return { error: 'COORDINATOR_NOT_AVAILABLE', message: result.message };
    }
    const image = metadata.image().topicsByName.get(topic);
    const leader = image?.partitions[partitionOf(key, image.partitions.length)]?.leader ?? -1;
    if (leader === -1)
      return { error: 'COORDINATOR_NOT_AVAILABLE', message: `A partition of ${topic} has no leader.` };
    return { error: null, brokerId: leader };
  }

  /** The partition that keeps what has this key; null where the topic does not exist. */
  partitionOf(key: string): number | null {
    const image = this.#options.metadata.image().topicsByName.get(this.#options.topic);
    return image ? partitionOf(key, image.partitions.length) : null;
  }

  /** The shard of a key, where it is led here. */
  shardOf(key: string): CoordinatorShard<Rec, State> | undefined {
    const partition = this.partitionOf(key);
    return partition === null ? undefined : this.#shards.get(partition);
  }

  shard(partition: number): CoordinatorShard<Rec, State> | undefined {
    return this.#shards.get(partition);
  }

  shards(): Iterable<CoordinatorShard<Rec, State>> {
    return this.#shards.values();
  }

  /** A partition is led here from now on, in this leader epoch: it is loaded. */
  partitionLed(partition: Partition): void {
    const { topic, codec, newState, markers, clock, timers, logger } = this.#options;
    if (this.#isClosed || partition.topic !== topic) return;
    const before = this.#shards.get(partition.partition);
    if (before?.leaderEpoch === partition.leaderEpoch && before.problem !== 'NOT_COORDINATOR') return;
    before?.close('NOT_COORDINATOR');
    const state = newState(partition);
    const shard = new CoordinatorShard({ partition, state, codec, markers, clock, timers, logger });
    this.#shards.set(partition.partition, shard);
    void shard.load();
  }

  partitionLost(topic: string, partition: number): void {
    if (topic !== this.#options.topic) return;
    this.#shards.get(partition)?.close('NOT_COORDINATOR');
    this.#shards.delete(partition);
  }

  close(): void {
    this.#isClosed = true;
    for (const shard of this.#shards.values()) shard.close('COORDINATOR_NOT_AVAILABLE');
    this.#shards.clear();
  }
}

/** The partition of a key, as Kafka finds it: Java's hash of the text, modulo the partitions. */
export function partitionOf(key: string, partitionCount: number): number {
  let hash = 0;
  for (let index = 0; index < key.length; index += 1)
    hash = (Math.imul(31, hash) + key.charCodeAt(index)) | 0;
  // The one value whose opposite does not fit counts as 0.
  const positive = hash === -2_147_483_648 ? 0 : Math.abs(hash);
  return positive % partitionCount;
}
