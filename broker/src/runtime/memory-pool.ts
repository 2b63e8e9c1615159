const MIN_BYTES = 64 * 1024;
/** A larger piece is made for its one use. */
const POOLED_MAX_BYTES = 4 * 1024 * 1024;

/**
 * Pieces of memory that are used again: buffers lie outside the heap, and a process that makes and drops gigabytes of them keeps
 * its garbage collector busy marking everything else.
 */
export class MemoryPool {
  readonly #freeMaxBytes: number;
  /** Free pieces by size, all powers of two. */
  readonly #free = new Map<number, Buffer[]>();
  #freeBytes = 0;

  /** @param freeMaxBytes how much is kept for later */
  constructor(freeMaxBytes: number) {
    this.#freeMaxBytes = freeMaxBytes;
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
    if (size > POOLED_MAX_BYTES || this.#freeBytes + size > this.#freeMaxBytes) return;
    this.#freeBytes += size;
    const free = this.#free.get(size);
    if (free === undefined) this.#free.set(size, [piece]);
    else free.push(piece);
  }
}
