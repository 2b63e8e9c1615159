import type { MillraceError } from '@millrace/foundation';
import { assert } from '@millrace/foundation/assert';
import { readBatchHeader } from '@millrace/protocol/records';
import { LeaderEpochs } from '../core/log/leader-epochs.ts';
import { OffsetMap } from '../core/log/offset-map.ts';
import type { CompletedTransaction } from '../core/log/open-transactions.ts';
import { ProducerTable } from '../core/log/producer-table.ts';
import { BatchCleaner, lastBatches } from './batch-cleaner.ts';
import { firstAtOrAfter } from './batch-search.ts';
import {
  replayProducer,
  type StampedBatches,
  type StoredBatch,
  stampBatches,
  stampedBatches,
} from './batch-stamp.ts';
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
  StorageEngine,
  TimestampedOffset,
} from './log.ts';
import { offsetOutOfRange } from './storage-errors.ts';

/** Logs without files, for tests and simulations: obeys the same suite as the segment engine. What it held is gone with its process. */
export function createMemoryEngine(): StorageEngine {
  const logs = new Map<string, MemoryLog>();
  const highWatermarks = new Map<string, number>();
  const drop = ({ topic, partition }: LogId): void => {
    logs.delete(`${topic}-${partition}`);
    highWatermarks.delete(`${topic}-${partition}`);
  };
  return {
    logs,
    previousBrokerEpoch: null,
    open(id, config) {
      const name = `${id.topic}-${id.partition}`;
      const log = logs.get(name) ?? new MemoryLog(id, config);
      log.configure(config);
      logs.set(name, log);
      return Promise.resolve(log);
    },
    delete(id) {
      drop(id);
      return Promise.resolve();
    },
    setAside(id) {
      drop(id);
      return Promise.resolve('memory');
    },
    checkpoint: () => Promise.resolve(),
    notedHighWatermark: ({ topic, partition }) => highWatermarks.get(`${topic}-${partition}`) ?? null,
    async noteHighWatermarks(offsets) {
      for (const [name, offset] of offsets) highWatermarks.set(name, offset);
    },
    close: () => Promise.resolve(),
  };
}

class MemoryLog implements Log {
  readonly id: LogId;
  readonly producers = new ProducerTable();
  readonly failure: MillraceError | null = null;
  readonly #epochs = new LeaderEpochs();
  #config: LogConfig;
  #batches: StoredBatch[] = [];
  #aborted: CompletedTransaction[] = [];
  #startOffset = 0;
  #endOffset = 0;
  #flushedOffset = 0;
  #sizeBytes = 0;
  #writtenBytes = 0;
  #cleanedOffset: number | null = null;

  constructor(id: LogId, config: LogConfig) {
    this.id = id;
    this.#config = config;
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
    return this.#endOffset;
  }

  get flushedOffset(): number {
    return this.#flushedOffset;
  }

  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  get writtenBytes(): number {
    return this.#writtenBytes;
  }

  get leaderEpochs(): readonly LeaderEpochStart[] {
    return this.#epochs.starts;
  }

  get segments(): readonly SegmentFacts[] {
    return this.#batches.map((batch) => ({
      baseOffset: batch.baseOffset,
      nextOffset: batch.lastOffset + 1,
      sizeBytes: batch.bytes.length,
      maxTimestampMs: batch.maxTimestampMs,
      firstTimestampMs: batch.maxTimestampMs,
    }));
  }

  append(batches: Buffer, leaderEpoch: number): Appended {
    return this.#append(stampBatches(Buffer.from(batches), this.#endOffset, leaderEpoch));
  }

  appendReplicated(batches: Buffer): Appended {
    return this.#append(stampedBatches(Buffer.from(batches), this.#endOffset));
  }

  #append({ stored, changes }: StampedBatches): Appended {
    const firstOffset = stored[0]?.baseOffset ?? this.#endOffset;
    for (const change of changes) this.#noteAborted(this.producers.replay(change));
    this.#epochs.assignAll(stored);
    this.#batches.push(...stored);
    const bytes = bytesOf(stored);
    this.#sizeBytes += bytes;
    this.#writtenBytes += bytes;
    const lastOffset = stored.at(-1)?.lastOffset ?? firstOffset;
    this.#endOffset = lastOffset + 1;
    if (this.#config.flushMessages === 1) this.#flushedOffset = this.#endOffset;
    return { firstOffset, lastOffset, written: Promise.resolve() };
  }

  async read(offset: number, limits: ReadLimits): Promise<readonly Buffer[]> {
    if (offset < this.#startOffset || offset > this.#endOffset) throw offsetOutOfRange(this, offset);
    const found: Buffer[] = [];
    let bytes = 0;
    for (let index = this.#indexOf(offset); index < this.#batches.length; index++) {
      const batch = this.#batches[index];
      if (batch === undefined || batch.lastOffset >= limits.endBefore) break;
      const fits = bytes + batch.bytes.length <= limits.maxBytes;
      if (!fits && !(limits.atLeastOne && found.length === 0)) break;
      found.push(batch.bytes);
      bytes += batch.bytes.length;
    }
    return found;
  }

  async abortedTransactions(from: number, to: number): Promise<readonly AbortedTransaction[]> {
    return this.#aborted.filter(({ firstOffset, lastOffset }) => lastOffset >= from && firstOffset < to);
  }

  async offsetForTimestamp(timestampMs: number): Promise<TimestampedOffset | null> {
    for (const batch of this.#batches) {
      if (batch.maxTimestampMs < timestampMs) continue;
      const found = firstAtOrAfter(batch.bytes, timestampMs, this.#startOffset);
      if (found !== null) return found;
    }
    return null;
  }

  async newestTimestamp(): Promise<TimestampedOffset | null> {
    const newest = this.#batches.reduce<StoredBatch | null>(
      (best, batch) => (batch.maxTimestampMs > (best?.maxTimestampMs ?? -1) ? batch : best),
      null,
    );
    return newest === null ? null : firstAtOrAfter(newest.bytes, newest.maxTimestampMs);
  }

  get cleanedOffset(): number | null {
    return this.#cleanedOffset;
  }

  async compact(request: CompactionRequest): Promise<CompactionOutcome> {
    const { firstDirtyOffset, endBefore, nowMs, pace, signal } = request;
    const before = this.#batches.filter((batch) => batch.lastOffset < endBefore);
    const map = new OffsetMap(request.mapSlots, request.mapLoadFactor);
    const cleaner = new BatchCleaner({
      ...{ firstDirtyOffset, endBefore, nowMs, map },
      deleteRetentionMs: this.#config.deleteRetentionMs,
      aborted: this.#aborted,
      lastOfProducers: lastBatches(this.producers),
    });
    for (const { bytes, lastOffset } of before) {
      if (lastOffset >= firstDirtyOffset && !cleaner.index(bytes, readBatchHeader(bytes))) break;
      await pace.step(0, signal);
      signal.throwIfAborted();
    }
    const cleanedOffset = map.latestOffset + 1;
    const cleanable = before.filter((batch) => batch.baseOffset < cleanedOffset);
    const left: StoredBatch[] = [];
    for (const batch of cleanable) {
      const bytes = cleaner.clean(batch.bytes, readBatchHeader(batch.bytes));
      if (bytes !== null) left.push({ ...batch, bytes, maxTimestampMs: readBatchHeader(bytes).maxTimestamp });
      await pace.step(0, signal);
      signal.throwIfAborted();
    }
    signal.throwIfAborted();
    if (cleanable.some((batch, index) => this.#batches[index] !== batch))
      throw new DOMException('batches that were compacted are deleted', 'AbortError');
    const keptAborted = new Set(cleaner.takeStillAborted());
    this.#aborted = this.#aborted.filter(
      (range) => range.lastOffset >= cleanedOffset || keptAborted.has(range),
    );
    this.#batches = [...left, ...this.#batches.slice(cleanable.length)];
    this.#sizeBytes = bytesOf(this.#batches);
    this.#cleanedOffset = cleanedOffset;
    return {
      cleanedOffset,
      bytesBefore: bytesOf(cleanable),
      bytesAfter: bytesOf(left),
      mapUtilization: map.size / request.mapSlots,
    };
  }

  async truncateTo(offset: number): Promise<void> {
    assert(offset >= this.#startOffset, 'a log is not cut below its start');
    this.#batches = this.#batches.filter((batch) => batch.lastOffset < offset);
    this.#endOffset = Math.min(this.#endOffset, offset);
    this.#flushedOffset = Math.min(this.#flushedOffset, offset);
    this.#sizeBytes = bytesOf(this.#batches);
    this.#epochs.truncateFromEnd(offset);
    this.producers.restore([]);
    this.#aborted = [];
    for (const { bytes } of this.#batches)
      this.#noteAborted(replayProducer(readBatchHeader(bytes), bytes, this.producers));
  }

  async resetTo(offset: number): Promise<void> {
    this.#batches = [];
    this.#aborted = [];
    this.#epochs.truncateFromEnd(0);
    this.producers.restore([]);
    this.#startOffset = offset;
    this.#endOffset = offset;
    this.#flushedOffset = offset;
    this.#sizeBytes = 0;
  }

  async allowGaps(): Promise<void> {
    this.#cleanedOffset ??= 0;
  }

  async advanceStartOffset(offset: number): Promise<void> {
    assert(offset <= this.#endOffset, 'a log does not start past its end');
    if (offset <= this.#startOffset) return;
    this.#startOffset = offset;
    this.#batches = this.#batches.filter((batch) => batch.lastOffset >= offset);
    this.#aborted = this.#aborted.filter(({ lastOffset }) => lastOffset >= offset);
    this.#sizeBytes = bytesOf(this.#batches);
    this.#epochs.truncateFromStart(offset);
  }

  async roll(): Promise<void> {}

  async reopen(): Promise<boolean> {
    return true;
  }

  async flush(): Promise<void> {
    this.#flushedOffset = this.#endOffset;
  }

  configure(config: LogConfig): void {
    this.#config = config;
  }

  async close(): Promise<void> {}

  #noteAborted(completed: CompletedTransaction | null): void {
    if (completed?.isAborted === true) this.#aborted.push(completed);
  }

  #indexOf(offset: number): number {
    let low = 0;
    let high = this.#batches.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#batches[middle]?.lastOffset ?? Number.POSITIVE_INFINITY) < offset) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

function bytesOf(batches: readonly StoredBatch[]): number {
  return batches.reduce((sum, batch) => sum + batch.bytes.length, 0);
}
