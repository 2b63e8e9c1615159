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
import type { Log, LogConfig } from '../storage/log.ts';
import type { AppendOptions, AppendOutcome, Partition } from './partition.ts';
import { storedBatch } from './stored-batch.ts';

/** What the image says of a partition that has its log here. */
export interface Leadership {
  readonly leaderEpoch: number;
  readonly isLeader: boolean;
  readonly inSyncReplicas: number;
  /** `min.insync.replicas` of the topic. */
  readonly minInSyncReplicas: number;
}

/** What a compressed batch may unpack to at the door, in times of `max.message.bytes`. */
const UNPACK_FACTOR = 64;
const UNPACK_MIN_BYTES = 64 * 1024 * 1024;
const ALL_IN_SYNC = -1;

interface Waiting {
  readonly offset: number;
  readonly callback: (error: ErrorName | null) => void;
}

/**
 * A partition with one replica, which is here: what is in the file is on every member of the in-sync set. Everything but
 * reading happens within one turn of the loop, so that appends keep the order in which requests came.
 */
export class LocalPartition implements Partition {
  readonly topic: string;
  readonly topicId: string;
  readonly partition: number;
  readonly log: Log;
  readonly #clock: Clock;
  readonly #listeners = new Set<(highWatermark: number) => void>();
  #leadership: Leadership;
  #highWatermark: number;
  #committedBytes: number;
  #waiting: Waiting[] = [];
  #lastWritten: Promise<void> | null = null;

  constructor(log: Log, clock: Clock, leadership: Leadership) {
    this.topic = log.id.topic;
    this.topicId = log.id.topicId;
    this.partition = log.id.partition;
    this.log = log;
    this.#clock = clock;
    this.#leadership = leadership;
    this.#highWatermark = log.writtenOffset;
    this.#committedBytes = log.writtenBytes;
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
    return this.#committedBytes;
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
      batch = storedBatch(records, checked.header, config, maxDecompressedBytes(config));
      if (batch.length > config.maxMessageBytes)
        return this.#refuse('MESSAGE_TOO_LARGE', `stored, the batch would have ${batch.length} bytes`);
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

  /** Takes what a new image says; those who wait for a commit are told where leadership was lost. */
  update(leadership: Leadership): void {
    const lost = this.#leadership.isLeader && !leadership.isLeader;
    this.#leadership = leadership;
    if (lost) this.#abandon('NOT_LEADER_OR_FOLLOWER');
  }

  #closedFor(options: AppendOptions): AppendOutcome | null {
    const { isLeader, leaderEpoch, inSyncReplicas, minInSyncReplicas } = this.#leadership;
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
      maxDecompressedBytes: maxDecompressedBytes(config),
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
      () => this.#advance(),
      () => this.#abandon('KAFKA_STORAGE_ERROR'),
    );
  }

  #advance(): void {
    const { config, flushedOffset, writtenOffset } = this.log;
    // What is to be synced before it is acknowledged is not read before that either.
    const written = config.flushMessages === 1 ? flushedOffset : writtenOffset;
    // Invariant 2: the high watermark never goes back.
    if (written <= this.#highWatermark) return;
    this.#highWatermark = written;
    this.#committedBytes = this.log.writtenBytes;
    const waiting = this.#waiting;
    if (waiting.length > 0) {
      this.#waiting = waiting.filter(({ offset }) => offset > written);
      for (const { offset, callback } of waiting) if (offset <= written) callback(null);
    }
    for (const listener of this.#listeners) listener(written);
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
      appendTimeMs: this.log.config.messageTimestampType === 'LogAppendTime' ? of.timestampMs : -1,
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

function maxDecompressedBytes({ maxMessageBytes }: LogConfig): number {
  return Math.max(maxMessageBytes * UNPACK_FACTOR, UNPACK_MIN_BYTES);
}
