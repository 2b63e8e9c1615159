import type { Timer, Timers } from '@millrace/foundation';
import { MemoryPool } from '../runtime/memory-pool.ts';
import { ReadingGate } from './reading-gate.ts';

/** Free memory that is kept for the next requests. */
const FREE_MAX_BYTES = 8 * 1024 * 1024;
/** Pieces below are made for their one use: a client that sent ten bytes costs no more than a few. */
const POOLED_MIN_BYTES = 32 * 1024;
/** So much of a request is read whatever there is: less than what one read may bring. */
const ALWAYS_READ_BYTES = 64 * 1024;
/** Requests up to this size find room that larger ones leave: a heartbeat does not wait for somebody's gigabytes. */
const SMALL_MAX_BYTES = 1024 * 1024;
/** One part in so many of the memory is left to small requests. */
const KEPT_FOR_SMALL = 4;
const LOOK_MS = 1000;

/** A request of which a part has come. */
export interface ComingFrame {
  /** How long it says that it is. */
  readonly wantedBytes: number;
  readonly hasBytes: number;
  /** Time in which nobody reads it does not count against it. */
  readonly isRead: boolean;
  /** It may be read again, or no more: it asks. */
  readingChanged(): void;
  /** It takes too long: its connection ends. */
  giveUp(reason: string): void;
}

export interface FrameMemoryOptions {
  /** What requests that are still coming, or wait for their answer, may take. */
  readonly maxBytes: number;
  /** A request that has begun comes whole within so long, not counting the time in which it is not read. */
  readonly receiveMaxMs: number;
  readonly timers: Timers;
}

/**
 * Memory for the requests of all connections: pieces for those that come in parts, and a count of what all of them take. What
 * counts is what has come: what a client only says that it will send takes nothing from others. At the bound, reading
 * stops, first of large requests; one at a time is read to its end then (`ReadingGate`), so that something always gets done. Beyond
 * `maxBytes` there may be two of the largest requests, and what one read of each connection brought.
 */
export class FrameMemory {
  readonly #pool = new MemoryPool(FREE_MAX_BYTES);
  readonly #timers: Timers;
  readonly #receiveMaxMs: number;
  readonly #small: ReadingGate;
  readonly #large: ReadingGate;
  /** Those that have begun, and for how long they have been read, ms. */
  readonly #coming = new Map<ComingFrame, number>();
  #look: Timer | undefined;
  #usedBytes = 0;

  constructor({ maxBytes, receiveMaxMs, timers }: FrameMemoryOptions) {
    this.#timers = timers;
    this.#receiveMaxMs = receiveMaxMs;
    this.#small = new ReadingGate(maxBytes);
    this.#large = new ReadingGate(maxBytes - Math.floor(maxBytes / KEPT_FOR_SMALL));
  }

  get usedBytes(): number {
    return this.#usedBytes;
  }

  /** As `MemoryPool.take`, and counts the piece. */
  take(bytes: number): Buffer {
    const piece = bytes < POOLED_MIN_BYTES ? Buffer.allocUnsafeSlow(bytes) : this.#pool.take(bytes);
    this.count(piece.length);
    return piece;
  }

  /** As `MemoryPool.giveBack`. */
  giveBack(piece: Buffer): void {
    if (piece.length >= POOLED_MIN_BYTES) this.#pool.giveBack(piece);
    this.release(piece.length);
  }

  count(bytes: number): void {
    this.#used(this.#usedBytes + bytes);
  }

  release(bytes: number): void {
    this.#used(this.#usedBytes - bytes);
  }

  /** Each is told to {@link ended}, whole or not. */
  begun(frame: ComingFrame): void {
    this.#coming.set(frame, 0);
    if (frame.wantedBytes > ALWAYS_READ_BYTES) this.#gateOf(frame).join(frame);
    if (this.#look === undefined) this.#lookLater();
  }

  ended(frame: ComingFrame): void {
    if (!this.#coming.delete(frame)) return;
    this.#small.leave(frame);
    this.#large.leave(frame);
    if (this.#coming.size > 0) return;
    this.#look?.cancel();
    this.#look = undefined;
  }

  /** Whether more of it should be read; it hears of it when that changes. */
  mayRead(frame: ComingFrame): boolean {
    return frame.hasBytes < ALWAYS_READ_BYTES || this.#gateOf(frame).isOpenTo(frame);
  }

  #gateOf({ wantedBytes }: ComingFrame): ReadingGate {
    return wantedBytes <= SMALL_MAX_BYTES ? this.#small : this.#large;
  }

  #used(bytes: number): void {
    this.#usedBytes = bytes;
    this.#small.follow(bytes);
    this.#large.follow(bytes);
  }

  #lookLater(): void {
    this.#look = this.#timers.after(LOOK_MS, () => {
      for (const [frame, readMs] of this.#coming) {
        if (!frame.isRead) continue;
        this.#coming.set(frame, readMs + LOOK_MS);
        if (readMs + LOOK_MS > this.#receiveMaxMs) frame.giveUp('a request that does not come to its end');
      }
      this.#small.look();
      this.#large.look();
      if (this.#coming.size > 0) this.#lookLater();
      else this.#look = undefined;
    });
  }
}
