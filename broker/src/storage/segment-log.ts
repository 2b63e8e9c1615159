import { dirname } from 'node:path';
import { isMillraceError, type MillraceError, type Timer } from '@millrace/foundation';
import { assert } from '@millrace/foundation/assert';
import type { LeaderEpochs } from '../core/log/leader-epochs.ts';
import type { ProducerTable } from '../core/log/producer-table.ts';
import { mustRoll } from '../core/log/segment-roll.ts';
import { type StampedBatches, type StoredBatch, stampBatches, stampedBatches } from './batch-stamp.ts';
import { CompanionFiles } from './companion-files.ts';
import { DiscardedFiles } from './discarded-files.ts';
import { JoinedRuns } from './joined-runs.ts';
import type {
  AbortedTransaction,
  Appended,
  CompactionOutcome,
  CompactionRequest,
  LeaderEpochStart,
  Log,
  LogConfig,
  LogId,
  ReadLimits,
  SegmentFacts,
  TimestampedOffset,
} from './log.ts';
import type { LogRoom } from './log-room.ts';
import { LONGEST_TIMER_MS } from './longest-timer.ts';
import { PendingWrites } from './pending-writes.ts';
import { type RecoveredLog, recoverLog } from './recovery.ts';
import { isAbort, RunningCompaction } from './running-compaction.ts';
import { Segment } from './segment.ts';
import { type CompactedLog, compactSegments } from './segment-compaction.ts';
import { SegmentReader } from './segment-reader.ts';
import { swapIn } from './segment-swap.ts';
import { probeFolder, syncFolder } from './small-file.ts';
import { SnapshotFiles } from './snapshot-files.ts';
import { isMendable, offsetOutOfRange, storageFailed, writesPending } from './storage-errors.ts';
import { LogTail } from './tail-cache.ts';

/** A log in segment files, laid out as Kafka's. */
export class SegmentLog implements Log {
  id: LogId;
  readonly folder: string;
  readonly #room: LogRoom;
  readonly #writes: PendingWrites;
  readonly #reader = new SegmentReader();
  readonly #companions: CompanionFiles;
  readonly #discarded: DiscardedFiles;
  #config: LogConfig;
  #segments: Segment[];
  #producers: ProducerTable;
  #epochs: LeaderEpochs;
  #tail: LogTail;
  #startOffset: number;
  #endOffset: number;
  #flushedOffset: number;
  #writtenBytes = 0;
  #failure: MillraceError | null = null;
  readonly #flushes = new JoinedRuns(() => this.#flushNow());
  #sealing: Promise<void> = Promise.resolve();
  #flushTimer: Timer | null = null;
  #snapshots: SnapshotFiles;
  /** Whether the disk may take the log again: only what never reached the file is lost. */
  #canReopen = false;
  readonly #compaction = new RunningCompaction();
  #jitterShare: number;

  constructor(id: LogId, folder: string, config: LogConfig, room: LogRoom, recovered: RecoveredLog) {
    this.id = id;
    this.folder = folder;
    this.#room = room;
    this.#companions = new CompanionFiles(folder);
    this.#discarded = new DiscardedFiles(folder, room);
    this.#config = config;
    this.#segments = recovered.segments;
    this.#producers = recovered.producers;
    this.#epochs = recovered.epochs;
    this.#startOffset = recovered.startOffset;
    this.#endOffset = recovered.endOffset;
    this.#flushedOffset = recovered.flushedOffset;
    this.#snapshots = new SnapshotFiles(folder, recovered.snapshotOffsets);
    this.#jitterShare = room.random.float();
    this.#tail = new LogTail(room.tailCache, recovered.endOffset);
    this.#writes = new PendingWrites(room, {
      written: (offset, bytes) => this.#written(offset, bytes),
      failed: (error) => this.#fail(error),
    });
  }

  get config(): LogConfig {
    return this.#config;
  }

  get startOffset(): number {
    return this.#startOffset;
  }

  get endOffset(): number {
    return this.#endOffset;
  }

  get writtenOffset(): number {
    return this.#tail.writtenOffset;
  }

  get flushedOffset(): number {
    return this.#flushedOffset;
  }

  get sizeBytes(): number {
    return this.#segments.reduce((sum, segment) => sum + segment.sizeBytes, 0);
  }

  get writtenBytes(): number {
    return this.#writtenBytes;
  }

  get leaderEpochs(): readonly LeaderEpochStart[] {
    return this.#epochs.starts;
  }

  get producers(): ProducerTable {
    return this.#producers;
  }

  get failure(): MillraceError | null {
    return this.#failure;
  }

  get segments(): readonly SegmentFacts[] {
    return this.#segments.map((segment) => segment.facts);
  }

  append(batches: Buffer, leaderEpoch: number): Appended {
    return this.#append(batches, (bytes) => stampBatches(bytes, this.#endOffset, leaderEpoch));
  }

  appendReplicated(batches: Buffer): Appended {
    return this.#append(batches, (bytes) => stampedBatches(bytes, this.#endOffset));
  }

  #append(batches: Buffer, stamp: (bytes: Buffer) => StampedBatches): Appended {
    if (this.#failure !== null) throw this.#failure;
    if (!this.#room.tailCache.hasRoomFor(batches.length)) throw writesPending(this.folder);
    const placed = this.#tail.place(batches);
    const { stored, changes } = stamp(placed.bytes);
    const firstOffset = stored[0]?.baseOffset ?? this.#endOffset;
    try {
      // Before its producers are known: the snapshot of a roll ends where the new segment begins.
      this.#rollFor(stored, batches.length);
      if (this.#epochs.assignAll(stored)) this.#companions.writeLeaderEpochs(this.#epochs.starts);
    } catch (error) {
      throw this.#fail(error);
    }
    const segment = this.#active;
    for (const change of changes) {
      const completed = this.#producers.replay(change);
      if (completed?.isAborted === true) segment.transactionIndex.add(completed);
    }
    for (const batch of stored) {
      segment.account(batch, batch.bytes.length, this.#config.indexIntervalBytes);
      this.#tail.add(batch, placed);
    }
    this.#endOffset = segment.nextOffset;
    const written = this.#writes.add(segment, placed.bytes, this.#endOffset);
    return { firstOffset, lastOffset: this.#endOffset - 1, written };
  }

  async read(offset: number, limits: ReadLimits): Promise<readonly Buffer[]> {
    this.#assertInRange(offset);
    const endBefore = Math.min(limits.endBefore, this.writtenOffset);
    if (offset >= endBefore || (limits.maxBytes <= 0 && !limits.atLeastOne)) return [];
    const bounded = { ...limits, endBefore };
    const inMemory = this.#tail.read(offset, bounded);
    if (inMemory !== undefined) return inMemory;
    return await this.#whileSegmentsGo(() => {
      this.#assertInRange(offset);
      return this.#reader.read(this.#segments, offset, bounded);
    });
  }

  async abortedTransactions(from: number, to: number): Promise<readonly AbortedTransaction[]> {
    return await this.#whileSegmentsGo(async () => {
      const found: AbortedTransaction[] = [];
      for (const segment of this.#segments) {
        if (segment.nextOffset <= from) continue;
        if (await segment.transactionIndex.collect(from, to, found)) break;
      }
      return found;
    });
  }

  async offsetForTimestamp(timestampMs: number): Promise<TimestampedOffset | null> {
    return await this.#whileSegmentsGo(() =>
      this.#reader.offsetForTimestamp(this.#segments, timestampMs, this.#startOffset),
    );
  }

  async newestTimestamp(): Promise<TimestampedOffset | null> {
    return await this.#whileSegmentsGo(() => this.#reader.newestTimestamp(this.#segments, this.#startOffset));
  }

  get cleanedOffset(): number | null {
    return this.#room.cleaner.get(this.#name);
  }

  async compact(request: CompactionRequest): Promise<CompactionOutcome> {
    try {
      return await this.#compaction.run(request, async (running) => {
        await this.flush();
        const { cleaner } = this.#room;
        // Recovery must know of gaps before there are any.
        if (!cleaner.mayHaveGaps(this.#name)) await cleaner.set(this.#name, request.firstDirtyOffset);
        const outcome = await compactSegments(this.#asCompacted(), running);
        running.signal.throwIfAborted();
        await cleaner.set(this.#name, outcome.cleanedOffset);
        return outcome;
      });
    } catch (error) {
      throw isMillraceError(error) || isAbort(error)
        ? error
        : storageFailed('Compacting', this.folder, error);
    }
  }

  /** Ends the compaction that is under way. */
  compactionEnded(): Promise<void> {
    return this.#compaction.end();
  }

  async truncateTo(offset: number): Promise<void> {
    assert(offset >= this.#startOffset, 'a log is not cut below its start');
    if (offset >= this.#endOffset) return;
    await this.#readyToCut(offset);
    const kept = this.#segments.filter((segment) => segment.baseOffset < offset);
    for (const segment of this.#segments.slice(Math.max(kept.length, 1))) segment.delete();
    const cut = this.#segments[Math.max(kept.length, 1) - 1];
    assert(cut !== undefined, 'a log has a segment');
    cut.truncate(await cut.scan(0, ({ header }) => header.lastOffset < offset));
    await this.#recover(cut.baseOffset);
    this.#flushedOffset = Math.min(this.#flushedOffset, cut.baseOffset);
    this.#companions.writeLeaderEpochs(this.#epochs.starts);
    await this.flush();
  }

  async resetTo(offset: number): Promise<void> {
    await this.#readyToCut(offset);
    for (const segment of this.#segments) segment.delete();
    this.#startOffset = offset;
    this.#epochs.truncateFromEnd(0);
    this.#companions.writeLeaderEpochs(this.#epochs.starts);
    await this.#recover(offset);
    this.#flushedOffset = offset;
    this.#room.checkpointSoon();
  }

  async #readyToCut(offset: number): Promise<void> {
    await this.#room.highWatermarks.cutTo(this.#name, offset);
    await this.compactionEnded();
    await this.flush();
    await this.#sealing;
  }

  async allowGaps(): Promise<void> {
    if (!this.#room.cleaner.mayHaveGaps(this.#name)) await this.#room.cleaner.set(this.#name, 0);
  }

  async reopen(): Promise<boolean> {
    if (this.#failure === null || !this.#canReopen) return this.#failure === null;
    await this.compactionEnded();
    await this.#writes.settle();
    const { writtenOffset } = this;
    try {
      await probeFolder(this.folder);
      // Behind what was written may be a part of what was refused.
      this.#active.truncate(this.#active.writtenBytes);
      for (const segment of this.#segments) segment.dropUnsealedIndexes();
      await this.#recover(this.#flushedOffset);
    } catch (error) {
      this.#room.logger.debug({ err: error, path: this.folder }, 'the disk does not take the log yet');
      return false;
    }
    this.#canReopen = false;
    if (this.#endOffset < writtenOffset) return false;
    this.#failure = null;
    return true;
  }

  async #recover(recoveryPoint: number): Promise<void> {
    for (const segment of this.#segments) segment.release();
    const recovered = await recoverLog({
      folder: this.folder,
      files: this.#room.files,
      indexIntervalBytes: this.#config.indexIntervalBytes,
      cleanShutdown: false,
      recoveryPoint,
      logStartOffset: this.#startOffset,
      mayHaveGaps: this.#room.cleaner.mayHaveGaps(this.#name),
      logger: this.#room.logger,
    });
    this.#tail.clear();
    this.#reader.forget();
    this.#segments = recovered.segments;
    this.#producers = recovered.producers;
    this.#epochs = recovered.epochs;
    this.#endOffset = recovered.endOffset;
    this.#tail = new LogTail(this.#room.tailCache, recovered.endOffset);
    this.#snapshots = new SnapshotFiles(this.folder, recovered.snapshotOffsets);
  }

  async advanceStartOffset(offset: number): Promise<void> {
    assert(offset <= this.writtenOffset, 'a log does not start past its end');
    if (offset <= this.#startOffset) return;
    this.#startOffset = offset;
    await this.#sealing;
    if (this.#active.nextOffset <= offset && this.#active.sizeBytes > 0) await this.roll();
    const gone = this.#segments.filter((segment) => segment !== this.#active && segment.nextOffset <= offset);
    this.#segments = this.#segments.slice(gone.length);
    try {
      const files = gone.flatMap((one) => one.discard());
      this.#discarded.add(files, this.#config.fileDeleteDelayMs);
      if (this.#epochs.truncateFromStart(offset)) this.#companions.writeLeaderEpochs(this.#epochs.starts);
    } catch (error) {
      throw this.#fail(error);
    }
  }

  async roll(): Promise<void> {
    if (this.#active.sizeBytes === 0) return;
    try {
      this.#beginSegment();
    } catch (error) {
      throw this.#fail(error);
    }
    await this.#sealing;
  }

  flush(): Promise<void> {
    return this.#flushes.ask();
  }

  configure(config: LogConfig): void {
    this.#config = config;
  }

  async close(): Promise<void> {
    this.#flushTimer?.cancel();
    await this.compactionEnded();
    if (this.#failure === null) {
      await this.flush();
      this.#saveSnapshot();
      await this.#sealing;
      await this.#active.seal();
    }
    this.release();
  }

  /** Lets go of memory and files. */
  release(): void {
    this.#flushTimer?.cancel();
    this.#discarded.close();
    this.#failure ??= storageFailed('Using', this.folder, 'the log is closed');
    this.#canReopen = false;
    this.#dropUnwritten(this.#failure);
    this.#tail.clear();
    for (const segment of this.#segments) segment.release();
  }

  get #name(): string {
    return `${this.id.topic}-${this.id.partition}`;
  }

  #asCompacted(): CompactedLog {
    const { folder, config, producers } = this;
    const swap: CompactedLog['swap'] = (cleaned, replaced) => this.#swap(cleaned, replaced);
    return { folder, config, producers, files: this.#room.files, segments: this.#segments, swap };
  }

  async #swap(cleaned: Segment, replaced: readonly Segment[]): Promise<void> {
    if (this.#failure !== null) throw this.#failure;
    try {
      const { segments, discarded, lasting } = swapIn(this.#segments, cleaned, replaced);
      this.#segments = segments;
      this.#tail.dropBelow(cleaned.nextOffset);
      this.#reader.forget();
      this.#discarded.add(discarded, this.#config.fileDeleteDelayMs, lasting);
    } catch (error) {
      // Half of it may be done, which only opening the log again can sort out.
      throw isAbort(error) ? error : this.#fail(error);
    }
  }

  #assertInRange(offset: number): void {
    if (offset < this.#startOffset || offset > this.#endOffset) throw offsetOutOfRange(this, offset);
  }

  /** Retention may delete a file under a reader, who then looks again. */
  async #whileSegmentsGo<T>(read: () => Promise<T>): Promise<T> {
    for (;;) {
      const segments = this.#segments;
      try {
        return await read();
      } catch (error) {
        if (isMillraceError(error)) throw error;
        if (segments === this.#segments) throw storageFailed('Reading', this.folder, error);
      }
    }
  }

  get #active(): Segment {
    const active = this.#segments.at(-1);
    assert(active !== undefined, 'a log has a segment');
    return active;
  }

  #rollFor(stamped: readonly StoredBatch[], batchSizeBytes: number): void {
    const { maxTimestampMs = -1, lastOffset = this.#endOffset } = stamped.at(-1) ?? {};
    const batch = { batchSizeBytes, batchMaxTimestampMs: maxTimestampMs, batchLastOffset: lastOffset };
    const rules = { limits: this.#config, jitterShare: this.#jitterShare };
    if (mustRoll({ ...this.#active.rollFacts, ...batch, ...rules })) this.#beginSegment();
  }

  /** The ended segment's indexes are written and its bytes synced meanwhile, so that recovery passes over it. */
  #beginSegment(): void {
    const ended = this.#active;
    const next = new Segment(this.folder, this.#endOffset, this.#room.files);
    next.create();
    this.#segments = [...this.#segments, next];
    this.#jitterShare = this.#room.random.float();
    this.#saveSnapshot();
    this.#sealing = this.#sealing.then(() => ended.seal()).catch((error: unknown) => void this.#fail(error));
    this.flush().then(this.#room.checkpointSoon, () => undefined);
  }

  /** Producers as of `endOffset`; without it, recovery replays from an older one. */
  #saveSnapshot(): void {
    const write = this.#snapshots.take(this.#endOffset, this.#producers);
    this.#sealing = this.#sealing.then(write).catch((error: unknown) => void this.#fail(error));
  }

  #written(offset: number, bytes: number): Promise<void> | null {
    this.#tail.writtenOffset = offset;
    this.#writtenBytes += bytes;
    this.#room.tailCache.trim();
    if (offset - this.#flushedOffset >= this.#config.flushMessages) return this.flush();
    if (this.#flushTimer === null && this.#config.flushMs <= LONGEST_TIMER_MS) {
      this.#flushTimer = this.#room.timers.after(this.#config.flushMs, () => {
        this.#flushTimer = null;
        void this.flush().catch(() => undefined);
      });
    }
    return null;
  }

  async #flushNow(): Promise<void> {
    if (this.#failure !== null) throw this.#failure;
    await this.#writes.settle();
    const target = this.writtenOffset;
    try {
      await this.#sealing;
      if (this.#segments.some((segment) => segment.isDirty)) await this.#companions.sync();
      for (const segment of this.#segments) {
        if (!segment.isNameSynced) {
          segment.isNameSynced = true;
          await syncFolder(this.folder);
          await syncFolder(dirname(this.folder));
        }
        if (segment.isDirty) await segment.sync();
      }
    } catch (error) {
      const failure = this.#fail(error);
      // Of what a sync could not write, nobody knows what is there.
      this.#canReopen = false;
      throw failure;
    }
    if (this.#failure !== null) throw this.#failure;
    this.#flushedOffset = Math.max(this.#flushedOffset, target);
  }

  #fail(cause: unknown): MillraceError {
    if (this.#failure === null) {
      this.#failure = storageFailed('Writing to', this.folder, cause);
      this.#canReopen = isMendable(cause);
      const facts = { ...this.#failure.report(), path: this.folder, endOffset: this.writtenOffset };
      this.#room.logger.error(facts, 'the log is closed for writes');
    }
    this.#dropUnwritten(this.#failure);
    return this.#failure;
  }

  #dropUnwritten(failure: MillraceError): void {
    this.#endOffset = this.writtenOffset;
    this.#tail.truncateTo(this.#endOffset);
    this.#writes.abandon(failure);
  }
}
