import type { MillraceError } from '@millrace/foundation';
import type { ProducerTable } from '../../core/log/producer-table.ts';
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
} from '../../storage/log.ts';

/** What a log asks of the disk under it. */
interface Disk {
  readonly isFull: boolean;
  readonly isInstant: boolean;
  later(callback: () => void): void;
  refused(name: string): MillraceError;
}

/** A log in memory whose bytes reach a simulated disk later, or not at all. */
export class SimulatedLog implements Log {
  readonly #inner: Log;
  readonly #disk: Disk;
  #writtenOffset: number;
  #writtenBytes: number;
  #flushedOffset: number;
  #failure: MillraceError | null = null;
  #writing: PromiseWithResolvers<void> | null = null;

  /** Where epochs began, as their file says: compaction has taken the batches that would show it. */
  #noted: readonly LeaderEpochStart[];

  /** @param inner everything that is in it is on the disk */
  constructor(inner: Log, disk: Disk, noted: readonly LeaderEpochStart[] = []) {
    this.#inner = inner;
    this.#noted = noted;
    this.#disk = disk;
    this.#writtenOffset = inner.endOffset;
    this.#writtenBytes = inner.writtenBytes;
    this.#flushedOffset = inner.endOffset;
  }

  get id(): LogId {
    return this.#inner.id;
  }

  get config(): LogConfig {
    return this.#inner.config;
  }

  get startOffset(): number {
    return this.#inner.startOffset;
  }

  get endOffset(): number {
    return this.#inner.endOffset;
  }

  get writtenOffset(): number {
    return this.#writtenOffset;
  }

  get flushedOffset(): number {
    return this.#flushedOffset;
  }

  get sizeBytes(): number {
    return this.#inner.sizeBytes;
  }

  get writtenBytes(): number {
    return this.#writtenBytes;
  }

  get leaderEpochs(): readonly LeaderEpochStart[] {
    const shown = this.#inner.leaderEpochs;
    if (this.#noted.length === 0) return shown;
    const newer = shown.filter(({ epoch }) => epoch > (this.#noted.at(-1)?.epoch ?? -1));
    const all = [...this.#noted, ...newer];
    // As their file does: what ended below the start of the log is forgotten.
    const first = all.findLastIndex(({ startOffset }) => startOffset <= this.startOffset);
    return all.slice(Math.max(first, 0)).map((start) => ({
      ...start,
      startOffset: Math.max(start.startOffset, this.startOffset),
    }));
  }

  get producers(): ProducerTable {
    return this.#inner.producers;
  }

  get failure(): MillraceError | null {
    return this.#failure;
  }

  get segments(): readonly SegmentFacts[] {
    return this.#inner.segments;
  }

  get cleanedOffset(): number | null {
    return this.#inner.cleanedOffset;
  }

  append(batches: Buffer, leaderEpoch: number): Appended {
    this.#mayWrite();
    const { firstOffset, lastOffset } = this.#inner.append(batches, leaderEpoch);
    return { firstOffset, lastOffset, written: this.#write() };
  }

  appendReplicated(batches: Buffer): Appended {
    this.#mayWrite();
    const { firstOffset, lastOffset } = this.#inner.appendReplicated(batches);
    return { firstOffset, lastOffset, written: this.#write() };
  }

  read(offset: number, limits: ReadLimits): Promise<readonly Buffer[]> {
    return this.#inner.read(offset, limits);
  }

  abortedTransactions(from: number, to: number): Promise<readonly AbortedTransaction[]> {
    return this.#inner.abortedTransactions(from, to);
  }

  offsetForTimestamp(timestampMs: number): Promise<TimestampedOffset | null> {
    return this.#inner.offsetForTimestamp(timestampMs);
  }

  newestTimestamp(): Promise<TimestampedOffset | null> {
    return this.#inner.newestTimestamp();
  }

  async compact(request: CompactionRequest): Promise<CompactionOutcome> {
    if (this.#disk.isFull) throw this.#disk.refused(this.#name);
    return await this.#inner.compact(request);
  }

  async truncateTo(offset: number): Promise<void> {
    await this.#written();
    await this.#inner.truncateTo(offset);
    this.#noted = this.#noted.filter(({ startOffset }) => startOffset < offset);
    this.#writtenOffset = Math.min(this.#writtenOffset, offset);
    this.#flushedOffset = Math.min(this.#flushedOffset, offset);
  }

  async resetTo(offset: number): Promise<void> {
    await this.#written();
    await this.#inner.resetTo(offset);
    this.#noted = [];
    this.#writtenOffset = offset;
    this.#flushedOffset = offset;
  }

  allowGaps(): Promise<void> {
    return this.#inner.allowGaps();
  }

  async advanceStartOffset(offset: number): Promise<void> {
    await this.#inner.advanceStartOffset(offset);
    // What ended below is forgotten for good: were the log cut to its start, none would be known.
    this.#noted = this.#noted.length === 0 ? [] : this.leaderEpochs;
  }

  roll(): Promise<void> {
    return this.#inner.roll();
  }

  async reopen(): Promise<boolean> {
    if (!this.#disk.isFull) this.#failure = null;
    return this.#failure === null;
  }

  async flush(): Promise<void> {
    await this.#writing?.promise;
    const endOffset = this.#writtenOffset;
    if (!this.#disk.isInstant) await new Promise<void>((resolve) => this.#disk.later(resolve));
    // What was cut meanwhile is not on the disk.
    this.#flushedOffset = Math.max(this.#flushedOffset, Math.min(endOffset, this.#writtenOffset));
  }

  configure(config: LogConfig): void {
    this.#inner.configure(config);
  }

  close(): Promise<void> {
    return this.#inner.close();
  }

  #mayWrite(): void {
    if (this.#failure !== null) throw this.#failure;
  }

  async #written(): Promise<void> {
    await this.#writing?.promise.catch(() => undefined);
  }

  /** Everything that comes in until the disk is done shares one write. */
  #write(): Promise<void> {
    if (this.#disk.isInstant && !this.#disk.isFull) {
      this.#reached();
      return Promise.resolve();
    }
    if (this.#writing !== null) return this.#writing.promise;
    const writing = Promise.withResolvers<void>();
    writing.promise.catch(() => undefined);
    this.#writing = writing;
    this.#disk.later(() => {
      this.#writing = null;
      if (!this.#disk.isFull) {
        this.#reached();
        writing.resolve();
        return;
      }
      this.#failure = this.#disk.refused(this.#name);
      void this.#inner.truncateTo(this.#writtenOffset);
      writing.reject(this.#failure);
    });
    return writing.promise;
  }

  #reached(): void {
    this.#writtenOffset = this.#inner.endOffset;
    this.#writtenBytes = this.#inner.writtenBytes;
    if (this.config.flushMessages === 1) this.#flushedOffset = this.#writtenOffset;
  }

  get #name(): string {
    return `${this.id.topic}-${this.id.partition}`;
  }
}
