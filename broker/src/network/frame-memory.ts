import { MemoryPool } from '../runtime/memory-pool.ts';

/** Free memory that is kept for the next requests. */
const FREE_MAX_BYTES = 8 * 1024 * 1024;

/**
 * Memory for the requests of all connections: pieces for those that come in parts, and a count of what all of them take. As
 * with Kafka's `queued.max.request.bytes`, the bound is asked before a request is read: one that was begun is read to its
 * end.
 */
export class FrameMemory {
  readonly #pool = new MemoryPool(FREE_MAX_BYTES);
  readonly #maxBytes: number;
  readonly #waiting: (() => void)[] = [];
  #usedBytes = 0;

  /** @param maxBytes what requests that are still coming, or wait for their answer, may take */
  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  get usedBytes(): number {
    return this.#usedBytes;
  }

  get isFull(): boolean {
    return this.#usedBytes >= this.#maxBytes;
  }

  /** As `MemoryPool.take`. */
  take(bytes: number): Buffer {
    return this.#pool.take(bytes);
  }

  /** As `MemoryPool.giveBack`. */
  giveBack(piece: Buffer): void {
    this.#pool.giveBack(piece);
  }

  count(bytes: number): void {
    this.#usedBytes += bytes;
  }

  release(bytes: number): void {
    this.#usedBytes -= bytes;
    while (!this.isFull) {
      const next = this.#waiting.shift();
      if (next === undefined) return;
      next();
    }
  }

  /** Calls back once when there is room. */
  whenRoom(callback: () => void): void {
    this.#waiting.push(callback);
  }
}
