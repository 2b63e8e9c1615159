import type { Clock } from '@millrace/foundation';
import { isMillraceError } from '@millrace/foundation';
import type { ErrorName } from '@millrace/protocol';
import {
  type BatchFacts,
  type BatchHeader,
  readBatchHeader,
  setMaxTimestampAndType,
  validateBatch,
} from '@millrace/protocol/records';
import { lastSequenceOf, type OfferedBatch, type ProducerBatch } from '../core/log/producer-table.ts';
import { LeaderReplicas } from '../core/replication/leader-replicas.ts';
import type { ReadableFollower } from '../core/replication/nearest-replica.ts';
import type { Log } from '../storage/log.ts';
import { unpackedMaxBytes } from '../storage/unpacked-batch.ts';
import { CommittedBytes } from './committed-bytes.ts';
import type { AppendOptions, AppendOutcome, Partition } from './partition.ts';
import { storedBatch } from './stored-batch.ts';

/** What the image says of a partition that has its log here. */
export interface Leadership {
  readonly leaderEpoch: number;
  readonly isLeader: boolean;
  /** -1: none. */
  readonly leader: number;
  readonly replicas: readonly number[];
  readonly isr: readonly number[];
  readonly partitionEpoch: number;
  /** `min.insync.replicas` of the topic. */
  readonly minInSyncReplicas: number;
}

const ALL_IN_SYNC = -1;

interface Waiting {
  readonly offset: number;
  readonly callback: (error: ErrorName | null) => void;
}

/**
 * A replica that is here. As the leader's it takes what clients send, and counts as committed what all replicas in sync have; else it
 * takes what its leader has. Everything but reading happens within one turn of the loop, so that appends keep the order in which
 * requests came.
 */
export class LocalPartition implements Partition {
  readonly topic: string;
  readonly topicId: string;
  readonly partition: number;
  readonly log: Log;
  readonly #clock: Clock;
  readonly #nodeId: number;
  readonly #listeners = new Set<(highWatermark: number) => void>();
  readonly #growth = new Set<() => void>();
  readonly #committed: CommittedBytes;
  #leadership: Leadership;
  /** Of the leader epoch; null where it is led elsewhere. */
  #replicas: LeaderReplicas | null = null;
  #highWatermark: number;
  #epochStartOffset = 0;
  #waiting: Waiting[] = [];
  #lastWritten: Promise<void> | null = null;
  #cutting: Promise<void> | null = null;

  constructor(
    log: Log,
    {
      clock,
      nodeId,
      notedHighWatermark = null,
    }: { readonly clock: Clock; readonly nodeId: number; readonly notedHighWatermark?: number | null },
    leadership: Leadership,
  ) {
    this.topic = log.id.topic;
    this.topicId = log.id.topicId;
    this.partition = log.id.partition;
    this.log = log;
    this.#clock = clock;
    this.#nodeId = nodeId;
    this.#leadership = leadership;
    // What was committed before stays so, as far as it is still here; what came behind, those in sync will tell.
    this.#highWatermark = Math.min(Math.max(notedHighWatermark ?? 0, log.startOffset), log.writtenOffset);
    const isWhole = this.#highWatermark === log.writtenOffset;
    this.#committed = new CommittedBytes(this.#highWatermark, isWhole ? log.writtenBytes : 0);
    if (!leadership.isLeader) return;
    this.#lead(leadership);
    this.#advance();
  }

  get leaderEpoch(): number {
    return this.#leadership.leaderEpoch;
  }

  get isLeader(): boolean {
    return this.#leadership.isLeader;
  }

  get highWatermark(): number {
    return this.#highWatermark;
  }

  get committedBytes(): number {
    return this.#committed.bytes;
  }

  get leaderId(): number {
    return this.#leadership.leader;
  }

  /** Leads, and what was there when its leader epoch began is not all committed yet: its end is not to be told. */
  get isCatchingUp(): boolean {
    return this.isLeader && this.#highWatermark < this.#epochStartOffset;
  }

  /** Of the leader; as it is committed. */
  get replicas(): LeaderReplicas | null {
    return this.#replicas;
  }

  get lastStableOffset(): number {
    const firstUnstable = this.log.producers.firstUnstable(this.#highWatermark) ?? this.#highWatermark;
    // An open transaction may have begun below what was deleted since.
    return Math.min(this.#highWatermark, Math.max(firstUnstable, this.log.startOffset));
  }

  append(records: Buffer, options: AppendOptions): AppendOutcome {
    const closed = this.#closedFor(options);
    if (closed !== null) return closed;
    let appendTimeMs = -1;
    let batch = records;
    if (options.origin === 'client') {
      const nowMs = this.#clock.now().wallMs;
      const checked = this.#check(records, nowMs, options);
      if ('error' in checked) return checked;
      const { config } = this.log;
      const stored = storedBatch(records, checked, config);
      if ('error' in stored) return this.#refuse(stored.error, stored.message);
      ({ batch } = stored);
      if (config.messageTimestampType === 'LogAppendTime') {
        appendTimeMs = nowMs;
        setMaxTimestampAndType(batch, 0, 'LogAppendTime', nowMs);
      } else if (checked.maxTimestamp !== checked.header.maxTimestamp) {
        setMaxTimestampAndType(batch, 0, 'CreateTime', checked.maxTimestamp);
      }
    } else {
      const refused = this.#checkCoordinator(records, options);
      if (refused !== null) return refused;
    }
    return this.#appendChecked(batch, appendTimeMs);
  }

  whenCommitted(offset: number, callback: (error: ErrorName | null) => void): void {
    if (this.#highWatermark >= offset) callback(null);
    else if (!this.isLeader) callback('NOT_LEADER_OR_FOLLOWER');
    else if (this.log.failure !== null) callback('KAFKA_STORAGE_ERROR');
    else this.#waiting.push({ offset, callback });
  }

  onHighWatermark(listener: (highWatermark: number) => void): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  /** Calls back whenever more is written, until cancelled: what followers wait on. */
  onGrowth(listener: () => void): () => void {
    this.#growth.add(listener);
    return () => {
      this.#growth.delete(listener);
    };
  }

  /**
   * Takes what a new image says; those who wait for a commit are told where leadership was lost. Where the leader stays in a new epoch, as
   * when replicas leave, what it has stays too, and those who wait go on to.
   */
  update(leadership: Leadership): void {
    const before = this.#leadership;
    this.#leadership = leadership;
    if (before.isLeader && !leadership.isLeader) this.#abandon('NOT_LEADER_OR_FOLLOWER');
    if (!leadership.isLeader) this.#replicas = null;
    else if (this.#replicas === null || leadership.leaderEpoch !== before.leaderEpoch) this.#lead(leadership);
    else this.#replicas.follow({ ...leadership, nowMs: this.#clock.now().monoMs });
    this.#advance();
    this.#grown();
  }

  /** A follower has fetched: all before its offset is in its log. @returns false where it is no follower of this leader */
  followerFetched(fetch: {
    readonly id: number;
    readonly brokerEpoch: number;
    readonly endOffset: number;
  }): boolean {
    if (this.#replicas === null) return false;
    const { monoMs: nowMs } = this.#clock.now();
    const leaderEndOffset = this.log.writtenOffset;
    if (!this.#replicas.fetched({ ...fetch, leaderEndOffset, nowMs })) return false;
    this.#advance();
    return true;
  }

  readableFollowers(offset: number): readonly ReadableFollower[] {
    const readable: ReadableFollower[] = [];
    for (const [id, { endOffset, caughtUpMs }] of this.#replicas?.followers ?? [])
      if (endOffset >= offset && this.inSyncReplicas.includes(id))
        readable.push({ id, endOffset, caughtUpMs });
    return readable;
  }

  /** The controller has answered a wish for another in-sync set, or the image has. */
  isrChanged(isr: readonly number[], partitionEpoch: number): void {
    this.#replicas?.follow({ isr, partitionEpoch, nowMs: this.#clock.now().monoMs });
    this.#advance();
  }

  /**
   * Takes what the leader of that epoch has, where it is still that one.
   * @param records whole, sound batches that go on from the end of the log
   * @returns what resolves when they are written; null where they are not taken
   */
  appendReplicated(records: Buffer, leaderEpoch: number): Promise<void> | null {
    if (this.isLeader || leaderEpoch !== this.leaderEpoch || this.log.failure !== null) return null;
    const { written } = this.log.appendReplicated(records);
    // Whoever leads by the time that it is written counts it then.
    this.#follow(written);
    return written;
  }

  /** The leader of that epoch says what is committed. */
  toldCommitted(highWatermark: number, leaderEpoch: number): void {
    if (this.isLeader || leaderEpoch !== this.leaderEpoch) return;
    this.#committed.wrote(this.log.writtenOffset, this.log.writtenBytes);
    this.#moveTo(Math.min(highWatermark, this.log.writtenOffset));
  }

  /** Cuts the log back to where it agrees with the leader's of that epoch. */
  async truncate(offset: number, leaderEpoch: number): Promise<void> {
    if (this.isLeader || leaderEpoch !== this.leaderEpoch) return;
    // Below what was committed only where an unclean election, which the topic allows, has given that up.
    this.#highWatermark = Math.min(this.#highWatermark, offset);
    const cut = this.log.truncateTo(Math.max(offset, this.log.startOffset));
    this.#cutting = cut.finally(() => {
      this.#cutting = null;
    });
    await this.#cutting;
  }

  /**
   * Begins anew where the leader's log begins: this one ends before that, or begins behind all that the leader has. What was committed here
   * is given up in the second case only, which follows an unclean election.
   */
  async resetTo(offset: number, leaderEpoch: number): Promise<void> {
    if (this.isLeader || leaderEpoch !== this.leaderEpoch) return;
    this.#highWatermark = Math.min(this.#highWatermark, offset);
    const reset = this.log.resetTo(offset);
    this.#cutting = reset.finally(() => {
      this.#cutting = null;
    });
    await this.#cutting;
    this.#moveTo(offset);
  }

  /** Resolves when the log is not being cut: it is not led before. */
  async atRest(): Promise<void> {
    await this.#cutting?.catch(() => undefined);
  }

  #lead({ replicas, isr, partitionEpoch }: Leadership): void {
    const { monoMs: nowMs } = this.#clock.now();
    this.#epochStartOffset = this.log.endOffset;
    const { endOffset: epochStartOffset } = this.log;
    this.#replicas = new LeaderReplicas({
      nodeId: this.#nodeId,
      replicas,
      isr,
      partitionEpoch,
      epochStartOffset,
      nowMs,
    });
  }

  #closedFor(options: AppendOptions): AppendOutcome | null {
    const { isLeader, leaderEpoch, minInSyncReplicas } = this.#leadership;
    const inSyncReplicas = this.inSyncReplicas.length;
    if (!isLeader || (options.expectedLeaderEpoch ?? leaderEpoch) !== leaderEpoch) {
      return this.#refuse('NOT_LEADER_OR_FOLLOWER', `this broker does not lead ${this.#name} in that epoch`);
    }
    if (this.log.failure !== null) return this.#refuse('KAFKA_STORAGE_ERROR', this.log.failure.message);
    if (options.acks === ALL_IN_SYNC && inSyncReplicas < minInSyncReplicas) {
      const message = `${this.#name} has ${inSyncReplicas} replicas in sync, and needs ${minInSyncReplicas}`;
      return this.#refuse('NOT_ENOUGH_REPLICAS', message);
    }
    return null;
  }

  /** The door: nothing passes that a reader could stumble over, or that was appended before. */
  #check(records: Buffer, nowMs: number, options: AppendOptions): BatchFacts | AppendOutcome {
    const { config, producers } = this.log;
    // Invariant 3: no batch of a client enters a log unchecked.
    const verdict = validateBatch(records, {
      produceVersion: options.produceVersion ?? 0,
      maxBatchBytes: config.maxMessageBytes,
      maxDecompressedBytes: unpackedMaxBytes(config),
      requireKeys: config.cleanupPolicy.includes('compact'),
      timestampType: config.messageTimestampType,
      nowMs,
      timestampBeforeMaxMs: config.messageTimestampBeforeMaxMs,
      timestampAfterMaxMs: config.messageTimestampAfterMaxMs,
    });
    if (verdict.ok === undefined) {
      const { error, message, recordErrors } = verdict;
      return { ...this.#refuse(error, message), ...(recordErrors && { recordErrors }) };
    }
    const { header } = verdict.ok;
    if (header.sizeInBytes > config.segmentBytes) {
      return this.#refuse('RECORD_LIST_TOO_LARGE', `the batch is larger than a segment of ${this.#name}`);
    }
    if (header.producerId < 0) return verdict.ok;
    const { producerId, producerEpoch, isTransactional } = header;
    const isNew = isTransactional && !producers.hasOpenTransaction(producerId, producerEpoch);
    const sequence = producers.check(offeredBatch(header), isNew && options.transaction === 'added');
    if (sequence.kind === 'duplicate') return this.#duplicate(sequence.of);
    if (isNew && options.transaction === undefined) {
      const message = `the batch of producer ${producerId} is not part of an ongoing transaction`;
      return this.#refuse('INVALID_TXN_STATE', message);
    }
    if (sequence.kind === 'refused')
      return this.#refuse(sequence.error, `${sequence.message} in ${this.#name}`);
    return verdict.ok;
  }

  /** Of our own records only what a newer producer or coordinator may have overtaken is checked. */
  #checkCoordinator(records: Buffer, { marker }: AppendOptions): AppendOutcome | null {
    const { producers } = this.log;
    const header = readBatchHeader(records);
    if (header.producerId < 0) return null;
    const verdict =
      marker === undefined
        ? producers.checkCoordinatorBatch(offeredBatch(header))
        : producers.checkMarker(marker, marker.transactionVersion);
    return verdict.kind === 'next'
      ? null
      : this.#refuse(verdict.error, `${verdict.message} in ${this.#name}`);
  }

  #appendChecked(records: Buffer, appendTimeMs: number): AppendOutcome {
    try {
      const { firstOffset, lastOffset, written } = this.log.append(records, this.leaderEpoch);
      this.#follow(written);
      const { startOffset: logStartOffset } = this.log;
      return {
        error: null,
        firstOffset,
        lastOffset,
        appendTimeMs,
        logStartOffset,
        written,
        duplicate: false,
      };
    } catch (error) {
      if (!isMillraceError(error)) throw error;
      return this.#refuse('KAFKA_STORAGE_ERROR', error.message);
    }
  }

  /** One look at each write: all appends of a loop turn share its promise. */
  #follow(written: Promise<void>): void {
    if (written === this.#lastWritten) return;
    this.#lastWritten = written;
    written.then(
      () => {
        this.#advance();
        this.#grown();
      },
      () => this.#abandon('KAFKA_STORAGE_ERROR'),
    );
  }

  get inSyncReplicas(): readonly number[] {
    return (this.#replicas ?? this.#leadership).isr;
  }

  /** As the leader: what all in sync have, while they are as many as the topic asks for (KIP-966). */
  #advance(): void {
    const replicas = this.#replicas;
    if (replicas === null) return;
    const { config, flushedOffset, writtenOffset } = this.log;
    // What is to be synced before it is acknowledged is not read before that either.
    const written = config.flushMessages === 1 ? flushedOffset : writtenOffset;
    this.#committed.wrote(writtenOffset, this.log.writtenBytes);
    if (this.inSyncReplicas.length < this.#leadership.minInSyncReplicas) return;
    this.#moveTo(replicas.committedTo(written));
  }

  #moveTo(highWatermark: number): void {
    // Invariant 2: the high watermark never goes back.
    if (highWatermark <= this.#highWatermark) return;
    this.#highWatermark = highWatermark;
    this.#committed.committed(highWatermark);
    const waiting = this.#waiting;
    if (waiting.length > 0) {
      this.#waiting = waiting.filter(({ offset }) => offset > highWatermark);
      for (const { offset, callback } of waiting) if (offset <= highWatermark) callback(null);
    }
    for (const listener of this.#listeners) listener(highWatermark);
  }

  #grown(): void {
    for (const listener of [...this.#growth]) listener();
  }

  #abandon(error: ErrorName): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const { callback } of waiting) callback(error);
  }

  #duplicate(of: ProducerBatch): AppendOutcome {
    return {
      error: null,
      firstOffset: of.firstOffset,
      lastOffset: of.lastOffset,
      // Whatever the topic's timestamp type, as in Kafka.
      appendTimeMs: of.timestampMs,
      logStartOffset: this.log.startOffset,
      written:
        of.lastOffset < this.#highWatermark ? Promise.resolve() : (this.#lastWritten ?? Promise.resolve()),
      duplicate: true,
    };
  }

  #refuse(error: ErrorName, message: string) {
    return { error, message, logStartOffset: this.log.startOffset };
  }

  get #name(): string {
    return `${this.topic}-${this.partition}`;
  }
}

function offeredBatch(header: BatchHeader): OfferedBatch {
  const { producerId, producerEpoch, isTransactional, baseSequence, recordCount } = header;
  return {
    producerId,
    producerEpoch,
    isTransactional,
    firstSequence: baseSequence,
    lastSequence: lastSequenceOf(baseSequence, recordCount),
  };
}
