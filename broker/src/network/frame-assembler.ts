import type { ComingFrame, FrameMemory } from './frame-memory.ts';

const SIZE_BYTES = 4;

export type FrameFault = { readonly sizeBytes: number };

/** Whose frames they are. */
export type FrameReader = Pick<ComingFrame, 'isRead' | 'readingChanged' | 'giveUp'>;

/**
 * Cuts a stream of bytes into frames: an int32 size, then so many bytes. A frame that came whole is a view of the chunk it came
 * in; one that is spread over several chunks is copied together. No memory is taken for bytes that have not come.
 */
export class FrameAssembler implements ComingFrame {
  readonly #maxBytes: number;
  readonly #memory: FrameMemory;
  readonly #reader: FrameReader;
  /** Of a size that is not there whole. */
  readonly #size = Buffer.alloc(SIZE_BYTES);
  #sizeHas = 0;
  /** The frame that is coming; null between two. */
  #partial: Buffer | null = null;
  #wantedBytes = 0;
  #hasBytes = 0;
  #fault: FrameFault | null = null;

  constructor(options: {
    readonly maxBytes: number;
    readonly memory: FrameMemory;
    readonly reader: FrameReader;
  }) {
    this.#maxBytes = options.maxBytes;
    this.#memory = options.memory;
    this.#reader = options.reader;
  }

  get wantedBytes(): number {
    return this.#wantedBytes;
  }

  get hasBytes(): number {
    return this.#hasBytes;
  }

  get isRead(): boolean {
    return this.#reader.isRead;
  }

  readingChanged(): void {
    this.#reader.readingChanged();
  }

  giveUp(reason: string): void {
    this.#reader.giveUp(reason);
  }

  /** What is wrong with the stream: a size that is negative or above the limit. Nothing can be read after it. */
  get fault(): FrameFault | null {
    return this.#fault;
  }

  /** Whether there is room for more of the frame that is coming; the reader hears of it when that changes. */
  get mayRead(): boolean {
    return this.#partial === null || this.#memory.mayRead(this);
  }

  /**
   * Takes what came, and gives each frame that is complete now, without its size, for as long as `onFrame` says to go on. The
   * chunk's and the frame's memory is used again after that: whoever keeps a frame copies it.
   * @returns how many bytes were taken: all, unless `onFrame` has stopped it or there is a {@link fault}
   */
  push(chunk: Buffer, onFrame: (frame: Buffer) => boolean): number {
    for (let at = 0; at < chunk.length; ) {
      if (this.#partial !== null) {
        at += this.#fill(this.#partial, chunk, at);
        if (this.#hasBytes === this.#wantedBytes && !this.#complete(onFrame)) return at;
        continue;
      }
      const sizeEnd = this.#readSize(chunk, at);
      if (sizeEnd < 0) return chunk.length;
      at = sizeEnd;
      const sizeBytes = this.#wantedBytes;
      if (sizeBytes < 0 || sizeBytes > this.#maxBytes) {
        this.#fault = { sizeBytes };
        return at;
      }
      if (chunk.length - at >= sizeBytes) {
        const frame = chunk.subarray(at, at + sizeBytes);
        at += sizeBytes;
        if (!onFrame(frame)) return at;
      } else {
        this.#hasBytes = 0;
        this.#partial = this.#memory.take(Math.min(sizeBytes, 2 * (chunk.length - at)));
        this.#memory.begun(this);
      }
    }
    return chunk.length;
  }

  /** The stream has ended: what was coming is given up. */
  close(): void {
    if (this.#partial === null) return;
    const partial = this.#partial;
    this.#partial = null;
    this.#memory.ended(this);
    this.#memory.giveBack(partial);
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
      this.#partial = into;
      this.#memory.giveBack(partial);
    }
    chunk.copy(into, this.#hasBytes, at, at + taken);
    this.#hasBytes = needed;
    return taken;
  }

  #complete(onFrame: (frame: Buffer) => boolean): boolean {
    const partial = this.#partial;
    if (partial === null) return true;
    this.#partial = null;
    this.#memory.ended(this);
    const goesOn = onFrame(partial.subarray(0, this.#wantedBytes));
    this.#memory.giveBack(partial);
    return goesOn;
  }
}
