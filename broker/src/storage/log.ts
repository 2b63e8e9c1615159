import type { MillraceError } from '@millrace/foundation';
import type { CompressionType } from '@millrace/protocol/records';
import type { LeaderEpochStart } from '../core/log/leader-epochs.ts';
import type { ProducerTable } from '../core/log/producer-table.ts';
import type { SegmentFacts } from '../core/log/retention.ts';

export type { LeaderEpochStart, SegmentFacts };

/**
 * A partition's log as everybody else in the broker sees it. Engines (segment files, memory) stand behind it.
 *
 * Batches are opaque: they are stored as they arrive, with base offset and leader epoch patched in place by the caller's
 * one writer, and served as they are stored.
 */
export interface Log {
  readonly id: LogId;
  readonly config: LogConfig;
  /** First offset that may be read. */
  readonly startOffset: number;
  /** The offset that the next record gets (log end offset). */
  readonly endOffset: number;
  /** Everything below is in the file (page cache) and may be seen by readers; `endOffset` once `written` resolved. */
  readonly writtenOffset: number;
  /** Everything below is on disk, past any loss of power. */
  readonly flushedOffset: number;
  readonly sizeBytes: number;
  /** Bytes that came into the file since the log was opened: those below `writtenOffset`. Never goes back. */
  readonly writtenBytes: number;
  /** Leader epochs with the offset each began at, oldest first. */
  readonly leaderEpochs: readonly LeaderEpochStart[];
  /** The idempotent producers as of `endOffset`; `append` keeps it, others only look. */
  readonly producers: ProducerTable;
  /** Why the log takes no more writes; null while all is well. Reads go on. */
  readonly failure: MillraceError | null;
  /** Oldest first; the last one is active. What retention decides by. */
  readonly segments: readonly SegmentFacts[];

  /**
   * Appends checked batches and assigns their offsets from `endOffset` on. The log copies them, and patches its
   * copy: the buffer is the caller's again when `append` returns. Timestamps stay as they are. `endOffset` moves at once; the bytes reach the file together with all others of this loop turn.
   * @returns offsets given, and a promise of the moment when the bytes are written (page cache): readers may see them
   *   then. It is the same promise for all appends of one write, and waits for the sync where flush.messages asks for it.
   *   It rejects with LOG_STORAGE_FAILED (class transient) when the disk refused: what was not written is gone from the
   *   log, which is closed for writes then
   * @throws {MillraceError} LOG_STORAGE_FAILED when the log is closed for writes, LOG_WRITES_PENDING when too much waits for
   *   the disk
   */
  append(batches: Buffer, leaderEpoch: number): Appended;

  /**
   * As `append`, of batches that a leader has given offsets and epochs: they stay. Offsets must go on from `endOffset`; gaps
   * between them only after `allowGaps`.
   */
  appendReplicated(batches: Buffer): Appended;

  /** Resolves when it outlives a crash that offsets of this log may have gaps: its leader's log is compacted. */
  allowGaps(): Promise<void>;

  /**
   * Whole batches from the one that holds `offset` on: at most `maxBytes`, but at least one batch where `atLeastOne`; none
   * that ends at or after `endBefore`. Served from memory where the tail is there. The buffers must not be changed.
   * @throws {MillraceError} OFFSET_OUT_OF_RANGE
   */
  read(offset: number, limits: ReadLimits): Promise<readonly Buffer[]>;

  /**
   * Aborted transactions with records between `from` and `to` (exclusive), which readers of committed records pass over;
   * in no order. A transaction is in it once its marker is appended.
   */
  abortedTransactions(from: number, to: number): Promise<readonly AbortedTransaction[]>;

  /** The first record at or after that timestamp (ms), or null. */
  offsetForTimestamp(timestampMs: number): Promise<TimestampedOffset | null>;

  /** The record with the newest timestamp, or null where no record has one. */
  newestTimestamp(): Promise<TimestampedOffset | null>;

  /** How far compaction has come, and it outlives the broker; null where it never began. */
  readonly cleanedOffset: number | null;

  /**
   * Compacts the log: of all records from `firstDirtyOffset` up to `endBefore` with a key, those that a newer one of that
   * stretch follows go, and so do older ones of these keys anywhere below; with tombstones, aborted transactions and
   * markers as Kafka does it (KIP-58, KIP-534). Offsets do not change, so there are gaps between them. Where the keys are
   * more than `mapSlots` holds, a shorter stretch is compacted. One at a time; appends and reads go on meanwhile. What is
   * cut off anywhere, by a kill too, leaves the log with the same newest record of each key.
   * @throws {MillraceError} LOG_DAMAGED where a batch is not sound; LOG_STORAGE_FAILED when the disk refused: the log goes
   *   on as it was. What `request.signal` was aborted with, when it was
   */
  compact(request: CompactionRequest): Promise<CompactionOutcome>;

  /** Drops everything at and above `offset`. */
  truncateTo(offset: number): Promise<void>;

  /** Drops everything: the log begins and ends at `offset` then, and knows no epochs and no producers. */
  resetTo(offset: number): Promise<void>;

  /** Moves `startOffset` up; segments wholly below it are deleted. */
  advanceStartOffset(offset: number): Promise<void>;

  /** Begins a new segment. */
  roll(): Promise<void>;

  /**
   * Takes a log that the disk refused (`failure`) into service again, where the disk can be trusted to hold what was written and
   * takes more: everything below `writtenOffset` is there as before. Not after a sync that failed.
   * @returns whether the log takes writes
   */
  reopen(): Promise<boolean>;

  /** Resolves when everything appended so far is on disk. Concurrent calls share one sync. */
  flush(): Promise<void>;

  /** New settings, from the next append on. */
  configure(config: LogConfig): void;

  close(): Promise<void>;
}

export interface Appended {
  readonly firstOffset: number;
  readonly lastOffset: number;
  readonly written: Promise<void>;
}

export interface ReadLimits {
  readonly maxBytes: number;
  readonly atLeastOne: boolean;
  /** The high watermark, or the last stable offset. */
  readonly endBefore: number;
  /** Where what is read comes to lie; left out: in new memory. Asked for more than once by some reads. */
  readonly allocate?: (bytes: number) => Buffer;
}

export interface AbortedTransaction {
  readonly producerId: number;
  readonly firstOffset: number;
}

export interface CompactionRequest {
  /** As `planCleaning` says. */
  readonly firstDirtyOffset: number;
  readonly endBefore: number;
  /** Wall clock. */
  readonly nowMs: number;
  /** Keys that may be held at once, with the share of free slots that the map of them needs; see `OffsetMap`. */
  readonly mapSlots: number;
  readonly mapLoadFactor: number;
  /** What is read or written at once. */
  readonly ioBufferBytes: number;
  readonly pace: Pace;
  readonly signal: AbortSignal;
}

export interface CompactionOutcome {
  /** The log is compacted up to here. */
  readonly cleanedOffset: number;
  /** What the compacted part of the log took, and takes now. */
  readonly bytesBefore: number;
  readonly bytesAfter: number;
  /** Keys that were held, as a share of the slots that the request allowed: 0 to 1. */
  readonly mapUtilization: number;
}

/** Keeps long work from taking the event loop, or the disk, from everybody else. */
export interface Pace {
  /**
   * Called between small pieces of work, with the bytes that were read or written since.
   * @param signal ends the wait: whoever aborts the work does not wait for its rest
   * @returns what to wait for before the next piece; null while there is no need
   */
  step(bytes: number, signal: AbortSignal): Promise<void> | null;
}

export interface TimestampedOffset {
  readonly timestampMs: number;
  readonly offset: number;
  readonly leaderEpoch: number;
}

/** The topic configs that a log obeys, by Kafka's names. */
export interface LogConfig {
  readonly segmentBytes: number;
  readonly segmentMs: number;
  readonly indexIntervalBytes: number;
  readonly retentionMs: number;
  readonly retentionBytes: number;
  readonly cleanupPolicy: readonly ('delete' | 'compact')[];
  readonly messageTimestampType: 'CreateTime' | 'LogAppendTime';
  /** Infinity (Kafka's 2^63 - 1) where a record may lie back as far as it likes. */
  readonly messageTimestampBeforeMaxMs: number;
  readonly messageTimestampAfterMaxMs: number;
  readonly maxMessageBytes: number;
  /** What a client's batches are stored under; `producer`: as they come. */
  readonly compression: LogCompression | 'producer';
  /** Infinity: never by count. */
  readonly flushMessages: number;
  /** Infinity: never by time. */
  readonly flushMs: number;
  readonly deleteRetentionMs: number;
  readonly minCompactionLagMs: number;
  /** Infinity: compaction may take its time. */
  readonly maxCompactionLagMs: number;
  readonly minCleanableDirtyRatio: number;
  /** How much earlier than `segmentMs` at most a segment ends. */
  readonly segmentJitterMs: number;
  /** How long the files of a segment that is dropped, or was compacted, stay on disk. */
  readonly fileDeleteDelayMs: number;
  /** Size of a segment's index at which a new segment begins. */
  readonly segmentIndexBytes: number;
}

export interface LogCompression {
  readonly type: CompressionType;
  /** Of gzip and zstd. */
  readonly level: number | undefined;
}

/** Opens and keeps the logs of one data folder. */
export interface StorageEngine {
  /** Every log that the folder holds, by `topic-partition`, already recovered. */
  readonly logs: ReadonlyMap<string, Log>;
  /**
   * Epoch of the registration with which the process before this one closed the folder in order (KIP-966); null where it did not, or
   * was never registered.
   */
  readonly previousBrokerEpoch: number | null;
  /**
   * Opens a log, or makes it.
   * @throws {MillraceError} LOG_ID_MISMATCH when the folder belongs to another topic id, LOG_STORAGE_FAILED
   */
  open(id: LogId, config: LogConfig): Promise<Log>;
  /** Ends a log: when it resolves, another one may take its name. Its files are removed behind that, by the next start at the latest. */
  delete(id: LogId): Promise<void>;
  /**
   * Takes a log out of service without losing it: its folder gets a name that says so (`…-stray`, as Kafka's).
   * @returns where it is now
   */
  setAside(id: LogId): Promise<string>;
  /** Notes how far each log is on disk: after a crash, only what follows is read again. */
  checkpoint(): Promise<void>;
  /**
   * Up to where a log was committed when that was last noted, by this process or those before it; null where nothing was. The log may end
   * before that, or begin behind it.
   */
  notedHighWatermark(id: LogId): number | null;
  /** Notes up to where logs are committed, by `topic-partition`; resolves when that outlives the process. */
  noteHighWatermarks(offsets: ReadonlyMap<string, number>): Promise<void>;
  /**
   * Syncs, writes the clean-shutdown marker and closes all.
   * @param brokerEpoch of the registration that ends; -1 without one: what the marker before said holds on
   */
  close(brokerEpoch?: number): Promise<void>;
}

export interface LogId {
  readonly topic: string;
  readonly topicId: string;
  readonly partition: number;
}
