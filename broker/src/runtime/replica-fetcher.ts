import { isMillraceError, type Logger, type Timers } from '@millrace/foundation';
import { iterateBatches } from '@millrace/protocol/records';
import { truncationOffset } from '../core/log/leader-epochs.ts';
import type { BrokerConfig } from './broker-config.ts';
import type { LocalPartition } from './local-partition.ts';
import type { NodeEndpoint } from './node-endpoint.ts';
import { pause } from './pause.ts';
import type { ReplicaFetchedPartition, ReplicaPeers } from './replica-peers.ts';
import type { ReplicationQuota } from './replication-quota.ts';
import { areSoundBatches } from './sound-batches.ts';

export interface ReplicaFetcherOptions {
  readonly leaderId: number;
  readonly nodeId: number;
  readonly config: BrokerConfig;
  readonly peers: ReplicaPeers;
  /** Where the leader is reached now; undefined while it is not known. */
  readonly endpoint: () => NodeEndpoint | undefined;
  readonly brokerEpoch: () => number;
  /** What may be taken of partitions that are slowed down. */
  readonly quota: ReplicationQuota;
  readonly timers: Timers;
  readonly logger: Logger;
}

interface Followed {
  readonly partition: LocalPartition;
  /** The loop's count up to which it is left out: what it asked made no sense to the leader. */
  restsUntil: number;
}

/** How many rounds a partition rests that the leader does not answer well. */
const REST_ROUNDS = 2;
const IDLE_MS = 50;

/**
 * Copies what one leader has into the logs of this broker that follow it: one request at a time, for all of them, so that each
 * partition's answers are taken in the order of its requests.
 */
export class ReplicaFetcher {
  readonly #options: ReplicaFetcherOptions;
  readonly #followed = new Map<string, Followed>();
  readonly #closing = new AbortController();
  #changed = Promise.withResolvers<void>();
  #round = 0;

  constructor(options: ReplicaFetcherOptions) {
    this.#options = options;
    void this.#run();
  }

  follow(partition: LocalPartition): void {
    this.#followed.set(keyOf(partition.topicId, partition.partition), { partition, restsUntil: 0 });
    this.#changed.resolve();
  }

  /** @returns whether nothing is followed any more */
  forget(topicId: string, partition: number): boolean {
    this.#followed.delete(keyOf(topicId, partition));
    return this.#followed.size === 0;
  }

  close(): void {
    this.#closing.abort();
    this.#changed.resolve();
  }

  async #run(): Promise<void> {
    const { timers, config, logger, leaderId } = this.#options;
    const { signal } = this.#closing;
    while (!signal.aborted) {
      this.#round += 1;
      this.#changed = Promise.withResolvers();
      const wanted = this.#wanted();
      if (this.#followed.size === 0) {
        await this.#changed.promise;
        continue;
      }
      try {
        const to = this.#options.endpoint();
        if (to === undefined || wanted.length === 0) await pause(timers, IDLE_MS, signal);
        else await this.#fetch(to, wanted);
      } catch (error) {
        if (signal.aborted) return;
        const report = isMillraceError(error) ? error.report() : undefined;
        logger.debug(
          { leaderId, report, err: report === undefined ? error : undefined },
          'a leader does not answer',
        );
        await pause(timers, Math.min(config.values['replica.fetch.backoff.ms'], IDLE_MS * 4), signal);
      }
    }
  }

  #wanted(): readonly LocalPartition[] {
    const wanted: LocalPartition[] = [];
    for (const { partition, restsUntil } of this.#followed.values()) {
      const isOurs = !partition.isLeader && partition.leaderId === this.#options.leaderId;
      if (!isOurs || restsUntil > this.#round || partition.log.failure !== null) continue;
      if (!this.#isHeldUp(partition)) wanted.push(partition);
    }
    return wanted;
  }

  /** Who is in sync is never held up: acknowledgements wait for it. */
  #isHeldUp({ topic, partition, inSyncReplicas }: LocalPartition): boolean {
    const { quota, nodeId } = this.#options;
    return !inSyncReplicas.includes(nodeId) && quota.holdsUp(topic, partition);
  }

  async #fetch(to: NodeEndpoint, wanted: readonly LocalPartition[]): Promise<void> {
    const { peers, nodeId, config, brokerEpoch } = this.#options;
    const { values } = config;
    const epochs = new Map(wanted.map((one) => [keyOf(one.topicId, one.partition), one.leaderEpoch]));
    const answers = await peers.fetch(to, {
      replicaId: nodeId,
      brokerEpoch: brokerEpoch(),
      maxWaitMs: values['replica.fetch.wait.max.ms'],
      minBytes: values['replica.fetch.min.bytes'],
      maxBytes: values['replica.fetch.response.max.bytes'],
      partitions: wanted.map(({ topicId, partition, leaderEpoch, log, highWatermark }) => ({
        topicId,
        partition,
        leaderEpoch,
        fetchOffset: log.endOffset,
        lastFetchedEpoch: log.leaderEpochs.at(-1)?.epoch ?? -1,
        logStartOffset: log.startOffset,
        highWatermark,
        maxBytes: values['replica.fetch.max.bytes'],
      })),
    });
    const taken = answers.map(async (answer) => {
      const key = keyOf(answer.topicId, answer.partition);
      const followed = this.#followed.get(key);
      const leaderEpoch = epochs.get(key);
      if (followed === undefined || leaderEpoch === undefined) return;
      // Whoever got records comes last the next time: an answer has room for some, and all have their turn.
      if (answer.records.length > 0 && this.#followed.delete(key)) this.#followed.set(key, followed);
      const isWell = await this.#take(followed.partition, leaderEpoch, answer);
      if (!isWell) followed.restsUntil = this.#round + REST_ROUNDS;
    });
    await Promise.all(taken);
  }

  /** @returns false where it is no use to ask again at once */
  async #take(
    partition: LocalPartition,
    leaderEpoch: number,
    answer: ReplicaFetchedPartition,
  ): Promise<boolean> {
    const { logger } = this.#options;
    const { log, topic, partition: index } = partition;
    const { logStartOffset } = answer;
    if (answer.error === 'OFFSET_OUT_OF_RANGE' && logStartOffset > log.endOffset) {
      const facts = { topic, partition: index, offset: logStartOffset };
      logger.warn(facts, 'begins anew: the leader has deleted what is missing');
      await partition.resetTo(logStartOffset, leaderEpoch);
      return true;
    }
    if (answer.error !== null) return false;
    if (answer.diverging !== null) {
      const offset = truncationOffset(log.leaderEpochs, log.endOffset, answer.diverging);
      if (offset < log.startOffset) {
        const facts = { topic, partition: index, offset: logStartOffset, startOffset: log.startOffset };
        logger.warn(facts, "begins anew: the leader's log parts from this one before it begins");
        await partition.resetTo(logStartOffset, leaderEpoch);
        return true;
      }
      logger.info(
        { topic, partition: index, offset, endOffset: log.endOffset },
        'cuts what its leader does not have',
      );
      await partition.truncate(offset, leaderEpoch);
      return true;
    }
    if (answer.records.length > 0 && !(await this.#append(partition, leaderEpoch, answer.records)))
      return false;
    partition.toldCommitted(answer.highWatermark, leaderEpoch);
    const startOffset = Math.min(logStartOffset, partition.highWatermark);
    if (startOffset > log.startOffset) await log.advanceStartOffset(startOffset);
    return true;
  }

  async #append(partition: LocalPartition, leaderEpoch: number, records: Buffer): Promise<boolean> {
    const { log, topic, partition: index } = partition;
    if (!areSoundBatches(records)) {
      this.#options.logger.error({ topic, partition: index }, 'the leader sent damaged batches');
      return false;
    }
    let next = log.endOffset;
    let hasGaps = false;
    for (const { baseOffset, lastOffset } of iterateBatches(records)) {
      if (baseOffset < next) return false;
      hasGaps ||= baseOffset > next;
      next = lastOffset + 1;
    }
    if (hasGaps) await log.allowGaps();
    const written = partition.appendReplicated(records, leaderEpoch);
    if (written === null) return false;
    this.#options.quota.used(topic, index, records.length);
    try {
      await written;
      return true;
    } catch {
      // The log has said why when it was closed for writes.
      return false;
    }
  }
}

function keyOf(topicId: string, partition: number): string {
  return `${topicId}-${partition}`;
}
