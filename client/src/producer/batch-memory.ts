/** What lies ready for new batches at most, bytes. */
const SPARE_MAX_BYTES = 2 * 1024 * 1024;

/**
 * Memory for the batches of one producer, used again: what is allocated outside of the heap is dear to collect. Only who can know that
 * nobody reads a piece any more may give it back.
 */
export class BatchMemory {
  readonly pieceBytes: number;
  readonly #spare: Buffer[] = [];

  constructor(pieceBytes: number) {
    this.pieceBytes = pieceBytes;
  }

  /** A piece of `pieceBytes`, with whatever was in it. */
  take(): Buffer {
    return this.#spare.pop() ?? Buffer.allocUnsafeSlow(this.pieceBytes);
  }

  give(piece: Buffer): void {
    if ((this.#spare.length + 1) * this.pieceBytes <= SPARE_MAX_BYTES) this.#spare.push(piece);
  }
}
