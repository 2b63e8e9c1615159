import { MemoryPool } from './memory-pool.ts';

/** Free memory that is kept for the next answers. */
const FREE_MAX_BYTES = 16 * 1024 * 1024;
/** Of what is left, one answer gets so much: whoever comes later still finds some. */
const SHARE = 4;
/** Smaller reads are not worth a piece of the pool; thousands of them count all the same. */
const SMALL_MAX_BYTES = 4096;

/** Memory of one answer. */
export interface FetchLease {
  /** Memory for what is read. */
  readonly allocate: (bytes: number) => Buffer;
  /** The answer is with the client, or was never sent: its memory is for others. */
  release(): void;
  /** As `release`, of memory that a socket may still look at. */
  abandon(): void;
}

/**
 * Memory for the records of all Fetch answers on their way to clients. The nearer it comes to its bound, the less goes into
 * an answer; one batch always does, so that readers that are slow, however many, slow down themselves and never stop the others.
 */
export class FetchMemory {
  readonly #pool = new MemoryPool(FREE_MAX_BYTES);
  readonly #maxBytes: number;
  #usedBytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  get usedBytes(): number {
    return this.#usedBytes;
  }

  /** What an answer may hold now; 0 where nothing but its first batch should be in it. */
  get allowanceBytes(): number {
    return Math.max(0, Math.floor((this.#maxBytes - this.#usedBytes) / SHARE));
  }

  lease(): FetchLease {
    let pieces: Buffer[] = [];
    let usedBytes = 0;
    const use = (bytes: number) => {
      usedBytes += bytes;
      this.#usedBytes += bytes;
    };
    const end = (each?: (piece: Buffer) => void) => {
      use(-usedBytes);
      for (const piece of pieces) each?.(piece);
      pieces = [];
    };
    return {
      allocate: (bytes) => {
        if (bytes <= SMALL_MAX_BYTES) {
          use(bytes);
          return Buffer.allocUnsafe(bytes);
        }
        const piece = this.#pool.take(bytes);
        use(piece.length);
        pieces.push(piece);
        return piece.subarray(0, bytes);
      },
      release: () => end((piece) => this.#pool.giveBack(piece)),
      abandon: () => end(),
    };
  }
}
