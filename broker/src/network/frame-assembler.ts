import type { FrameMemory } from './frame-memory.ts';

const SIZE_BYTES = 4;

export type FrameFault = { readonly sizeBytes: number };

/**
 * Cuts a stream of bytes into frames: an int32 size, then so many bytes. A frame that came whole is a view of the chunk it came
 * in; one that is spread over several chunks is copied together, once. No memory is taken for bytes that have not come.
 */
export class FrameAssembler {
  readonly #maxBytes: number;
  readonly #memory: FrameMemory;
  /** Of a size that is not there whole. */
  readonly #size = Buffer.alloc(SIZE_BYTES);
  #sizeHas = 0;
  /** The frame that is coming; null between two. */
  #partial: Buffer | null = null;
  #wantedBytes = 0;
  #hasBytes = 0;
  /** Whether the frame that is coming is counted in the memory of all. */
  #isCounted = false;

  constructor(maxBytes: number, memory: FrameMemory) {
    this.#maxBytes = maxBytes;
    this.#memory = memory;
  }

  /** Whether a frame has begun for which there is no room: nothing more should be read until {@link begin} finds some. */
  get needsRoom(): boolean {
    return this.#partial !== null && !this.#isCounted;
  }

  /** Counts the frame that is coming, where there is room for it. */
  begin(): void {
    if (this.#memory.isFull) return;
    this.#isCounted = true;
    this.#memory.count(this.#wantedBytes);
  }

  /**
   * Takes what came, and gives each frame that is complete now, without its size. The chunk's and the frame's memory is used
   * again after that: whoever keeps a frame copies it.
   * @returns what is wrong with the stream: a size that is negative or above the limit. Nothing can be read after it
   */
  push(chunk: Buffer, onFrame: (frame: Buffer) => void): FrameFault | null {
    for (let at = 0; at < chunk.length; ) {
      if (this.#partial !== null) {
        at += this.#fill(this.#partial, chunk, at);
        if (this.#hasBytes === this.#wantedBytes) this.#complete(onFrame);
        continue;
      }
      const sizeEnd = this.#readSize(chunk, at);
      if (sizeEnd < 0) return null;
      at = sizeEnd;
      const sizeBytes = this.#wantedBytes;
      if (sizeBytes < 0 || sizeBytes > this.#maxBytes) return { sizeBytes };
      if (chunk.length - at >= sizeBytes) {
        onFrame(chunk.subarray(at, at + sizeBytes));
        at += sizeBytes;
      } else {
        this.#hasBytes = 0;
        this.begin();
        const cameBytes = chunk.length - at;
        this.#partial = this.#memory.take(Math.min(sizeBytes, this.#isCounted ? 2 * cameBytes : cameBytes));
      }
    }
    return null;
  }

  /** The stream has ended: what was coming is given up. */
  close(): void {
    if (this.#partial === null) return;
    this.#uncount();
    this.#memory.giveBack(this.#partial);
    this.#partial = null;
  }

  #uncount(): void {
    if (this.#isCounted) this.#memory.release(this.#wantedBytes);
    this.#isCounted = false;
  }

  /** Gives where the size ends, -1 where it is not there yet. */
  #readSize(chunk: Buffer, at: number): number {
    if (this.#sizeHas === 0 && chunk.length - at >= SIZE_BYTES) {
      this.#wantedBytes = chunk.readInt32BE(at);
      return at + SIZE_BYTES;
    }
    const taken = chunk.copy(this.#size, this.#sizeHas, at, at + SIZE_BYTES - this.#sizeHas);
    this.#sizeHas += taken;
    if (this.#sizeHas < SIZE_BYTES) return -1;
    this.#sizeHas = 0;
    this.#wantedBytes = this.#size.readInt32BE(0);
    return at + taken;
  }

  #fill(partial: Buffer, chunk: Buffer, at: number): number {
    const taken = Math.min(this.#wantedBytes - this.#hasBytes, chunk.length - at);
    const needed = this.#hasBytes + taken;
    let into = partial;
    if (needed > partial.length) {
      into = this.#memory.take(Math.min(this.#wantedBytes, Math.max(needed, 2 * partial.length)));
      partial.copy(into, 0, 0, this.#hasBytes);
      this.#memory.giveBack(partial);
      this.#partial = into;
    }
    chunk.copy(into, this.#hasBytes, at, at + taken);
    this.#hasBytes = needed;
    return taken;
  }

  #complete(onFrame: (frame: Buffer) => void): void {
    const partial = this.#partial;
    if (partial === null) return;
    this.#partial = null;
    this.#uncount();
    onFrame(partial.subarray(0, this.#wantedBytes));
    this.#memory.giveBack(partial);
  }
}
