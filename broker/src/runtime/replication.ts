import type { Clock, Logger, Timer, Timers } from '@millrace/foundation';
import type { PartitionToAlter } from '../core/controller/alter-partition.ts';
import type { MetadataImage } from '../core/metadata/image.ts';
import type { SyncMember } from '../core/replication/leader-replicas.ts';
import type { BrokerConfig } from './broker-config.ts';
import type { LocalPartition } from './local-partition.ts';
import type { LocalPartitions } from './local-partitions.ts';
import type { NodeEndpoint } from './node-endpoint.ts';
import { ReplicaFetcher } from './replica-fetcher.ts';
import type { ReplicaPeers } from './replica-peers.ts';
import { ReplicationQuota } from './replication-quota.ts';
import type { ClusterAccess, MetadataAccess, ReplicationAccess } from './services.ts';

export interface ReplicationOptions {
  readonly partitions: LocalPartitions;
  readonly metadata: MetadataAccess;
  readonly cluster: ClusterAccess;
  readonly peers: ReplicaPeers;
  readonly config: BrokerConfig;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly logger: Logger;
}

const PARTITIONS_PER_REQUEST_MAX = 1_000;
/** Between a wish that had no answer and the next try, as in Kafka. */
const ASK_AGAIN_MS = 50;
/** What a wish may be refused with that will never come true as it is. */
const REFUSED: ReadonlySet<string> = new Set([
  'INELIGIBLE_REPLICA',
  'INVALID_REQUEST',
  'UNKNOWN_TOPIC_ID',
  'UNKNOWN_TOPIC_OR_PARTITION',
]);

/** Keeps replicas the same: fetches what this broker follows, and says of what it leads who is in sync. */
export class Replication implements ReplicationAccess {
  readonly leaderQuota: ReplicationQuota;
  readonly #options: ReplicationOptions;
  readonly #followerQuota: ReplicationQuota;
  readonly #fetchers = new Map<number, ReplicaFetcher>();
  readonly #leaderOf = new Map<string, number>();
  #look: Timer | undefined;
  #again: Timer | undefined;
  #isAsking = false;
  #isClosed = false;

  constructor(options: ReplicationOptions) {
    this.#options = options;
    this.leaderQuota = new ReplicationQuota({ ...options, of: 'leader' });
    this.#followerQuota = new ReplicationQuota({ ...options, of: 'follower' });
  }

  start(): void {
    this.#lookLater();
  }

  /** After the partitions have followed the image. */
  follow(): void {
    if (this.#isClosed) return;
    const seen = new Set<string>();
    for (const partition of this.#options.partitions.all()) {
      const { topicId, partition: index, isLeader, leaderId } = partition;
      const key = `${topicId} ${index}`;
      seen.add(key);
      const wanted = isLeader || leaderId < 0 ? undefined : leaderId;
      const current = this.#leaderOf.get(key);
      if (wanted === current) continue;
      if (current !== undefined) this.#forget(key, topicId, index, current);
      if (wanted === undefined) continue;
      this.#leaderOf.set(key, wanted);
      this.#fetcherOf(wanted).follow(partition);
    }
    for (const [key, leaderId] of [...this.#leaderOf]) {
      const [topicId = '', index] = key.split(' ');
      if (!seen.has(key)) this.#forget(key, topicId, Number(index), leaderId);
    }
  }

  /** A follower has come so far that it may belong to the in-sync set. */
  followerFetched({ topic, partition: index }: { readonly topic: string; readonly partition: number }): void {
    const partition = this.#options.partitions.get(topic, index);
    const replicas = partition?.replicas ?? null;
    if (partition === undefined || replicas === null || replicas.isAsking || this.#isAsking) return;
    if (replicas.followers.size + 1 > replicas.isr.length) this.#lookAt([partition]);
  }

  close(): void {
    this.#isClosed = true;
    this.#look?.cancel();
    this.#again?.cancel();
    for (const fetcher of this.#fetchers.values()) fetcher.close();
    this.#fetchers.clear();
  }

  #forget(key: string, topicId: string, index: number, leaderId: number): void {
    this.#leaderOf.delete(key);
    const fetcher = this.#fetchers.get(leaderId);
    if (fetcher?.forget(topicId, index) !== true) return;
    fetcher.close();
    this.#fetchers.delete(leaderId);
  }

  #fetcherOf(leaderId: number): ReplicaFetcher {
    const known = this.#fetchers.get(leaderId);
    if (known !== undefined) return known;
    const { metadata, config, cluster } = this.#options;
    const fetcher = new ReplicaFetcher({
      ...this.#options,
      quota: this.#followerQuota,
      leaderId,
      nodeId: config.nodeId,
      endpoint: () => brokerEndpoint(metadata.image(), leaderId, config.interBrokerListener),
      brokerEpoch: () => cluster.brokerEpoch,
    });
    this.#fetchers.set(leaderId, fetcher);
    return fetcher;
  }

  #lookLater(): void {
    const { timers, config, partitions } = this.#options;
    this.#look = timers.after(config.values['replica.lag.time.max.ms'] / 2, () => {
      this.#lookAt(partitions.all());
      if (!this.#isClosed) this.#lookLater();
    });
  }

  /** Asks the controller for the sets that should be, for all partitions together; one request at a time. */
  #lookAt(partitions: Iterable<LocalPartition>): void {
    if (this.#isAsking) return;
    const wishes: { partition: LocalPartition; wish: PartitionToAlter }[] = [];
    for (const partition of partitions) {
      const wish = this.#wishOf(partition);
      if (wish !== null) wishes.push({ partition, wish });
      if (wishes.length >= PARTITIONS_PER_REQUEST_MAX) break;
    }
    if (wishes.length === 0) return;
    this.#isAsking = true;
    void this.#ask(wishes).then((unanswered) => {
      if (unanswered.length === 0 || this.#isClosed) this.#isAsking = false;
      // Who waits for the set, waits for the controller: not until sets are looked at by themselves.
      else
        this.#again = this.#options.timers.after(ASK_AGAIN_MS, () => {
          this.#isAsking = false;
          this.#lookAt(unanswered);
        });
    });
  }

  #wishOf(partition: LocalPartition): PartitionToAlter | null {
    const { clock, config, metadata } = this.#options;
    const { replicas, log, highWatermark } = partition;
    const wanted = replicas?.wanted({
      nowMs: clock.now().monoMs,
      lagMaxMs: config.values['replica.lag.time.max.ms'],
      highWatermark,
      leaderEndOffset: log.writtenOffset,
      mayJoin: (member) => mayJoin(metadata.image(), member),
    });
    if (!replicas || !wanted) return null;
    replicas.asked(wanted);
    const { topicId, partition: index, leaderEpoch } = partition;
    return { topicId, partition: index, leaderEpoch, ...wanted };
  }

  /** @returns those of which nobody knows what became of their wish */
  async #ask(
    wishes: readonly { partition: LocalPartition; wish: PartitionToAlter }[],
  ): Promise<readonly LocalPartition[]> {
    const { cluster, logger } = this.#options;
    const doubtful: LocalPartition[] = [];
    const result = await cluster.alterPartitions(wishes.map(({ wish }) => wish)).catch(() => null);
    const answers = new Map(
      (result?.error === null ? result.partitions : []).map((one) => [
        `${one.topicId}-${one.partition}`,
        one,
      ]),
    );
    for (const { partition, wish } of wishes) {
      const answer = answers.get(`${wish.topicId}-${wish.partition}`);
      if (partition.leaderEpoch !== wish.leaderEpoch) continue;
      if (answer?.error === null) {
        partition.isrChanged(answer.isr, answer.partitionEpoch);
        const facts = { topic: partition.topic, partition: wish.partition, isr: answer.isr };
        logger.debug(facts, 'the in-sync set has changed');
        continue;
      }
      if (answer !== undefined && REFUSED.has(answer.error)) partition.replicas?.refused();
      else partition.replicas?.unanswered();
      if (partition.replicas?.isUnanswered === true) doubtful.push(partition);
    }
    return doubtful;
  }
}

/** Where a broker is reached by others; undefined where it is not known, or fenced. */
export function brokerEndpoint(image: MetadataImage, id: number, listener: string): NodeEndpoint | undefined {
  const endpoint = image.brokers.get(id)?.endpoints.find(({ name }) => name === listener);
  return endpoint && { host: endpoint.host, port: endpoint.port };
}

function mayJoin(image: MetadataImage, { id, epoch }: SyncMember): boolean {
  const broker = image.brokers.get(id);
  if (broker === undefined || broker.fenced || broker.inControlledShutdown) return false;
  return epoch < 0 || broker.epoch === epoch;
}
