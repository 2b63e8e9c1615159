const NEWLINE = 0x0a;
/** UTF-8 takes at most so many bytes for one unit of a string. */
const UNIT_MAX_BYTES = 3;
/** What is kept for the next batch. */
const KEPT_MAX_BYTES = 4 * 1024 * 1024;
/** Little, since there may be one for each of thousands of files. */
const INITIAL_BYTES = 4 * 1024;

/** Lines as bytes, one behind the other, in memory that is used again for the next batch. */
export class LineBuffer {
  #bytes = Buffer.allocUnsafe(INITIAL_BYTES);
  #length = 0;

  /** A view of what was added, good until `clear`. */
  get bytes(): Buffer {
    return this.#bytes.subarray(0, this.#length);
  }

  /** Adds a text and its newline. */
  add(text: string): void {
    const needed = this.#length + text.length * UNIT_MAX_BYTES + 1;
    if (needed > this.#bytes.length) this.#grow(needed);
    this.#length += this.#bytes.write(text, this.#length);
    this.#bytes[this.#length++] = NEWLINE;
  }

  clear(): void {
    this.#length = 0;
    if (this.#bytes.length > KEPT_MAX_BYTES) this.#bytes = Buffer.allocUnsafe(INITIAL_BYTES);
  }

  #grow(needed: number): void {
    const larger = Buffer.allocUnsafeSlow(Math.max(needed, this.#bytes.length * 2));
    this.#bytes.copy(larger, 0, 0, this.#length);
    this.#bytes = larger;
  }
}
