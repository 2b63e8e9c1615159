import { type Clock, isMillraceError, type Timer, type Timers } from '@millrace/foundation';
import type { ErrorName } from '@millrace/protocol';
import type { AcknowledgedBatch } from '../core/share/acknowledged-batches.ts';
import { type AcquiredRange, type HeldByMembers, SharePartition } from '../core/share/share-partition.ts';
import type { SharePartitionKey } from '../core/share/share-state-record.ts';
import type { StateBatch } from '../core/share/state-batches.ts';
import type { Partition } from './partition.ts';
import { batchesOf, placedBatches } from './share-batches.ts';
import type { ShareGroupSettings } from './share-group-settings.ts';
import type { ShareStateClient } from './share-state-client.ts';
import { acknowledgeError } from './share-state-errors.ts';
import { ShareStateWrites } from './share-state-writes.ts';

/** Read at first, before it is known how large records are. */
const FIRST_READ_BYTES = 64 * 1024;
/** More is read than records of the usual size ask for: they differ. */
const READ_MARGIN = 1.25;
/** How much more is tried where not even one batch fitted. */
const READ_GROWTH = 4;
/** Reads that find nothing to deliver (markers, what was aborted) before a fetch comes back empty. */
const EMPTY_READS_MAX = 100;

export interface LiveSharePartitionOptions {
  readonly key: SharePartitionKey;
  readonly partition: Partition;
  readonly settings: ShareGroupSettings;
  readonly stateEpoch: number;
  /** In which it was taken into use: what is stored is stored in this epoch or not at all. */
  readonly leaderEpoch: number;
  readonly startOffset: number;
  readonly batches: readonly StateBatch[];
  readonly shareState: ShareStateClient;
  readonly clock: Clock;
  readonly timers: Timers;
  /** What was decided here cannot be stored: it is not true any more. */
  readonly failed: (error: ErrorName) => void;
}

export interface ShareRead {
  readonly memberId: string;
  readonly maxBytes: number;
  /** Whether not even the first batch may be larger than `maxBytes`. */
  readonly mustFit: boolean;
  readonly maxRecords: number;
  readonly isExact: boolean;
  readonly allocate: (bytes: number) => Buffer;
  /** Whether somebody still waits for the records. */
  readonly isWanted: () => boolean;
}

export interface ShareReadResult {
  readonly records: Buffer;
  readonly ranges: readonly AcquiredRange[];
  readonly count: number;
}

const EMPTY = Buffer.alloc(0);
const NOTHING: ShareReadResult = { records: EMPTY, ranges: [], count: 0 };

/**
 * A partition that a share group reads here, as long as it is led here: reads for its members one after the other, has
 * what changes stored, and takes records back when their locks end.
 */
export class LiveSharePartition {
  readonly key: SharePartitionKey;
  readonly partition: Partition;
  /** When its state was compared with what is stored, monotonic. */
  comparedMonoMs: number;
  readonly #options: LiveSharePartitionOptions;
  readonly #core: SharePartition;
  readonly #listeners = new Set<() => void>();
  /** Offsets in which the log has nothing any more: compaction has taken it. */
  #barren: { readonly from: number; readonly end: number } | null = null;
  #reading: Promise<unknown> = Promise.resolve();
  #bytesPerRecord = 0;
  #expiry: { readonly atMs: number; readonly timer: Timer } | null = null;
  readonly #writes: ShareStateWrites;
  #failure: ErrorName | null = null;

  constructor(options: LiveSharePartitionOptions) {
    this.key = options.key;
    this.partition = options.partition;
    this.#options = options;
    this.comparedMonoMs = options.clock.now().monoMs;
    this.#core = new SharePartition(options.settings, options);
    const { key, stateEpoch, leaderEpoch, shareState, timers } = options;
    this.#writes = new ShareStateWrites({
      write: async (change) => {
        const written = await shareState.ask(key, (coordinator) =>
          coordinator.write({ key, stateEpoch, leaderEpoch, ...change }),
        );
        return written.error;
      },
      timers,
      refused: options.failed,
      caughtUp: () => this.#tellMore(),
    });
  }

  get stateEpoch(): number {
    return this.#options.stateEpoch;
  }

  /** Why it serves nothing any more; null while it does. */
  get failure(): ErrorName | null {
    return this.#failure;
  }

  /** Whether there may be something to acquire. */
  get hasMore(): boolean {
    if (this.#failure !== null) return true;
    const { fetchOffset } = this;
    const end = this.#readableEnd;
    if (fetchOffset === null || fetchOffset >= end) return false;
    return this.#barren?.from !== fetchOffset || this.#barren.end !== end;
  }

  /** Where to read what can be acquired; null while too much is in flight, or what was said before cannot be stored. */
  get fetchOffset(): number | null {
    return this.#writes.isBehind ? null : this.#core.fetchOffset;
  }

  /**
   * How many bytes of the log there are from `fetchOffset` on, counted as far as `limitBytes`.
   * @param allocate where they are read to; nothing of it is looked at afterwards
   * @throws {MillraceError} as the log's `read`
   */
  async availableBytes(limitBytes: number, allocate: (bytes: number) => Buffer): Promise<number> {
    const { log } = this.partition;
    const endBefore = this.#readableEnd;
    const from = Math.max(this.fetchOffset ?? endBefore, log.startOffset);
    if (from >= endBefore) return 0;
    const pieces = await log.read(from, { maxBytes: limitBytes, atLeastOne: true, endBefore, allocate });
    const end = placedBatches(pieces.at(-1) ?? EMPTY, null).at(-1)?.lastOffset ?? from;
    // The next batch did not fit.
    if (end + 1 < endBefore) return limitBytes;
    return pieces.reduce((sum, { length }) => sum + length, 0);
  }

  /** What members hold now. */
  get held(): HeldByMembers {
    return this.#core.held(this.#options.clock.now());
  }

  /** Stores where the group begins. */
  begin(): Promise<ErrorName | null> {
    return this.#writes.store(this.#core.beginning);
  }

  /** Calls back when there may be something to acquire that was not there before. */
  onMore(listener: () => void): () => void {
    this.#listeners.add(listener);
    const stop = this.partition.onHighWatermark(listener);
    return () => {
      this.#listeners.delete(listener);
      stop();
    };
  }

  /** Acquires what a member may have, and reads it. Members are served in the order in which they come. */
  acquire(read: ShareRead): Promise<ShareReadResult> {
    const acquired = this.#reading.then(() => this.#acquire(read));
    this.#reading = acquired.catch(() => undefined);
    return acquired;
  }

  /** Takes in what a member says of records; resolves when that is stored, with what a consumer is told where it is not. */
  acknowledge(memberId: string, batches: readonly AcknowledgedBatch[]): Promise<ErrorName | null> {
    if (this.#failure !== null) return Promise.resolve(this.#failure);
    const said = this.#core.acknowledge(memberId, batches, this.#options.clock.now());
    if (said.error !== null) return Promise.resolve(said.error);
    this.#watchLocks();
    if (said.change === null) return Promise.resolve(null);
    this.#tellMore();
    return this.#writes.store(said.change).then((error) => error && acknowledgeError(error));
  }

  /** Takes back what a member holds. */
  release(memberId: string): void {
    const change = this.#core.release(memberId);
    if (change === null || this.#failure !== null) return;
    void this.#writes.store(change);
    this.#tellMore();
  }

  /** Serves nothing any more; who waits is told. Resolves when nothing of it is on its way to the share coordinator. */
  async close(failure: ErrorName): Promise<void> {
    this.#failure ??= failure;
    this.#expiry?.timer.cancel();
    this.#expiry = null;
    this.#tellMore();
    await this.#writes.close();
  }

  get #readableEnd(): number {
    const { highWatermark, lastStableOffset } = this.partition;
    return this.#options.settings.isReadCommitted ? lastStableOffset : highWatermark;
  }

  async #acquire(read: ShareRead): Promise<ShareReadResult> {
    const { log } = this.partition;
    for (let tries = 0; tries < EMPTY_READS_MAX && this.#failure === null; tries++) {
      const lost = this.#core.logStartMoved(log.startOffset);
      if (lost !== null) void this.#writes.store(lost);
      const from = this.fetchOffset;
      const endBefore = this.#readableEnd;
      if (from === null || from >= endBefore) return NOTHING;
      const pieces = await this.#readLog(from, endBefore, read);
      // Retention was quicker.
      if (pieces === null) continue;
      const [buffer] = pieces.length > 1 ? [Buffer.concat(pieces)] : pieces;
      if (buffer === undefined) {
        if (!read.mustFit) this.#barren = { from, end: endBefore };
        return NOTHING;
      }
      const result = await this.#take(read, from, buffer);
      if (result !== null) return result;
    }
    return NOTHING;
  }

  /**
   * As much as records of the usual size ask for; more where they are larger, as far as that is allowed.
   * @returns null where the log begins above by now
   * @throws {MillraceError} as the log's `read`
   */
  async #readLog(
    from: number,
    endBefore: number,
    { maxBytes, mustFit, maxRecords, allocate }: ShareRead,
  ): Promise<readonly Buffer[] | null> {
    const { log } = this.partition;
    let limit = Math.min(maxBytes, this.#bytesFor(maxRecords));
    try {
      for (;;) {
        const limits = { maxBytes: limit, atLeastOne: !mustFit, endBefore, allocate };
        const pieces = await log.read(from, limits);
        if (pieces.length > 0 || limit >= maxBytes) return pieces;
        limit = Math.min(maxBytes, limit * READ_GROWTH);
      }
    } catch (error) {
      if (isMillraceError(error) && error.code === 'OFFSET_OUT_OF_RANGE' && log.startOffset > from)
        return null;
      throw error;
    }
  }

  /** @returns null where nothing of it can be delivered, and more may follow */
  async #take(read: ShareRead, readFrom: number, buffer: Buffer): Promise<ShareReadResult | null> {
    const aborted = await this.#abortedIn(readFrom, buffer);
    const batches = placedBatches(buffer, aborted);
    this.#learn(buffer, batches);
    // Nobody would give back what is acquired for somebody who is gone.
    if (!read.isWanted() || this.#failure !== null) return NOTHING;
    const { memberId, maxRecords, isExact } = read;
    const { ranges, change } = this.#core.acquire(
      { memberId, readFrom, batches, maxRecords, isExact },
      this.#options.clock.now(),
    );
    if (change !== null) void this.#writes.store(change);
    if (ranges.length === 0) return this.#core.fetchOffset === readFrom ? NOTHING : null;
    this.#watchLocks();
    const count = ranges.reduce((sum, { firstOffset, lastOffset }) => sum + lastOffset - firstOffset + 1, 0);
    return { records: batchesOf(buffer, batches, ranges), ranges, count };
  }

  async #abortedIn(from: number, buffer: Buffer) {
    if (!this.#options.settings.isReadCommitted) return null;
    const end = placedBatches(buffer, null).at(-1)?.lastOffset ?? from;
    return await this.partition.log.abortedTransactions(from, end + 1);
  }

  #bytesFor(maxRecords: number): number {
    if (this.#bytesPerRecord === 0) return FIRST_READ_BYTES;
    return Math.ceil(this.#bytesPerRecord * maxRecords * READ_MARGIN);
  }

  #learn(buffer: Buffer, batches: readonly { readonly recordCount: number }[]): void {
    const count = batches.reduce((sum, { recordCount }) => sum + recordCount, 0);
    if (count > 0) this.#bytesPerRecord = buffer.length / count;
  }

  #watchLocks(): void {
    const { clock, timers } = this.#options;
    const atMs = this.#core.nextExpiryMs;
    if (atMs === this.#expiry?.atMs || (atMs !== null && (this.#expiry?.atMs ?? atMs + 1) < atMs)) return;
    this.#expiry?.timer.cancel();
    this.#expiry = null;
    if (atMs === null) return;
    const afterMs = Math.max(0, atMs - clock.now().monoMs);
    this.#expiry = { atMs, timer: timers.after(afterMs, () => this.#expire()) };
  }

  #expire(): void {
    this.#expiry = null;
    const change = this.#core.expireLocks(this.#options.clock.now());
    this.#watchLocks();
    if (change === null) return;
    void this.#writes.store(change);
    this.#tellMore();
  }

  #tellMore(): void {
    if (this.hasMore) for (const listener of this.#listeners) listener();
  }
}
