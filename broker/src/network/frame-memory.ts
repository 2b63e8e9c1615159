const MIN_BYTES = 64 * 1024;
/** A frame above this has memory of its own, which is not kept. */
const POOLED_MAX_BYTES = 2 * 1024 * 1024;

/** Free memory that is kept for the next ones. */
const FREE_MAX_BYTES = 8 * 1024 * 1024;

/**
 * Memory for the requests of all connections: pieces for those that come in parts, which are used again, and a count of what
 * all of them take. As with Kafka's `queued.max.request.bytes`, the bound is asked before a request is read: one that was
 * begun is read to its end.
 */
export class FrameMemory {
  readonly #maxBytes: number;
  /** Free pieces by size, all powers of two. */
  readonly #free = new Map<number, Buffer[]>();
  readonly #waiting: (() => void)[] = [];
  #freeBytes = 0;
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

  /** A piece of at least so many bytes, with anything in it. */
  take(bytes: number): Buffer {
    if (bytes > POOLED_MAX_BYTES) return Buffer.allocUnsafeSlow(bytes);
    let size = MIN_BYTES;
    while (size < bytes) size *= 2;
    const free = this.#free.get(size)?.pop();
    if (free === undefined) return Buffer.allocUnsafeSlow(size);
    this.#freeBytes -= size;
    return free;
  }

  /** Nothing may look at the piece any more. */
  giveBack(piece: Buffer): void {
    const size = piece.length;
    if (size > POOLED_MAX_BYTES || this.#freeBytes + size > FREE_MAX_BYTES) return;
    this.#freeBytes += size;
    const free = this.#free.get(size);
    if (free === undefined) this.#free.set(size, [piece]);
    else free.push(piece);
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
