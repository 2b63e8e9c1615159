const SIZE_BYTES = 4;

export type FrameFault = { readonly sizeBytes: number };

/**
 * Cuts a stream of bytes into frames: an int32 size, then so many bytes. Frames are views of the chunks they came in; only
 * one that is spread over several chunks is copied together, once. No memory is taken for bytes that have not come.
 */
export class FrameAssembler {
  readonly #maxBytes: number;
  #chunks: Buffer[] = [];
  #bytes = 0;
  /** Bytes of the frame at the front with its size; 0 while the size is not known. */
  #wantedBytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /**
   * Takes what came, and gives each frame that is complete now, without its size.
   * @returns what is wrong with the stream: a size that is negative or above the limit. Nothing can be read after it
   */
  push(chunk: Buffer, onFrame: (frame: Buffer) => void): FrameFault | null {
    if (this.#bytes === 0) return this.#cut(chunk, onFrame);
    this.#chunks.push(chunk);
    this.#bytes += chunk.length;
    if (this.#bytes < Math.max(this.#wantedBytes, SIZE_BYTES)) return null;
    const joined = this.#wantedBytes > 0 ? this.#takeWanted() : this.#takeAll();
    return this.#cut(joined, onFrame);
  }

  /** The frame at the front alone is copied together; what follows it stays as it came. */
  #takeWanted(): Buffer {
    const last = this.#chunks.at(-1);
    const surplus = this.#bytes - this.#wantedBytes;
    if (last === undefined || surplus === 0) return this.#takeAll();
    const rest = last.subarray(last.length - surplus);
    this.#chunks[this.#chunks.length - 1] = last.subarray(0, last.length - surplus);
    const joined = this.#takeAll();
    this.#rest = rest;
    return joined;
  }

  #rest: Buffer | null = null;

  #takeAll(): Buffer {
    const joined = Buffer.concat(
      this.#chunks,
      this.#chunks.reduce((sum, chunk) => sum + chunk.length, 0),
    );
    this.#chunks = [];
    this.#bytes = 0;
    this.#wantedBytes = 0;
    return joined;
  }

  #cut(bytes: Buffer, onFrame: (frame: Buffer) => void): FrameFault | null {
    let at = 0;
    while (bytes.length - at >= SIZE_BYTES) {
      const sizeBytes = bytes.readInt32BE(at);
      if (sizeBytes < 0 || sizeBytes > this.#maxBytes) return { sizeBytes };
      const end = at + SIZE_BYTES + sizeBytes;
      if (end > bytes.length) {
        this.#wantedBytes = SIZE_BYTES + sizeBytes;
        break;
      }
      onFrame(bytes.subarray(at + SIZE_BYTES, end));
      at = end;
    }
    const rest = this.#rest;
    this.#rest = null;
    if (rest !== null) return this.#cut(rest, onFrame);
    if (at < bytes.length) {
      this.#chunks = [bytes.subarray(at)];
      this.#bytes = bytes.length - at;
    }
    return null;
  }
}
