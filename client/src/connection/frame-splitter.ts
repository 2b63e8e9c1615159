import { FRAME_SIZE_BYTES } from '@millrace/protocol';
import { networkError } from './network-error.ts';

/**
 * Cuts a stream of bytes into frames, size prefixes taken off. A frame is copied once, into memory of its own: the chunks are the
 * caller's again when `push` returns.
 */
export class FrameSplitter {
  readonly #maxFrameBytes: number;
  readonly #onFrame: (frame: Buffer) => void;
  #size = Buffer.alloc(FRAME_SIZE_BYTES);
  #sizeFilled = 0;
  #frame: Buffer | null = null;
  #frameFilled = 0;

  constructor(maxFrameBytes: number, onFrame: (frame: Buffer) => void) {
    this.#maxFrameBytes = maxFrameBytes;
    this.#onFrame = onFrame;
  }

  /** @throws {MillraceError} INVALID_RESPONSE for a size below zero or above the bound */
  push(chunk: Buffer): void {
    let at = 0;
    while (at < chunk.length) {
      if (this.#frame === null && this.#sizeFilled === 0 && chunk.length - at >= FRAME_SIZE_BYTES) {
        const size = this.#checked(chunk.readInt32BE(at));
        if (chunk.length - at - FRAME_SIZE_BYTES >= size) {
          at += FRAME_SIZE_BYTES + size;
          this.#onFrame(Buffer.from(chunk.subarray(at - size, at)));
          continue;
        }
      }
      at = this.#frame === null ? this.#fillSize(chunk, at) : this.#fillFrame(this.#frame, chunk, at);
    }
  }

  #fillSize(chunk: Buffer, at: number): number {
    const taken = chunk.copy(this.#size, this.#sizeFilled, at);
    this.#sizeFilled += taken;
    if (this.#sizeFilled === FRAME_SIZE_BYTES) {
      const size = this.#checked(this.#size.readInt32BE(0));
      this.#sizeFilled = 0;
      if (size === 0) this.#onFrame(Buffer.alloc(0));
      else {
        this.#frame = Buffer.allocUnsafeSlow(size);
        this.#frameFilled = 0;
      }
    }
    return at + taken;
  }

  #fillFrame(frame: Buffer, chunk: Buffer, at: number): number {
    const taken = chunk.copy(frame, this.#frameFilled, at);
    this.#frameFilled += taken;
    if (this.#frameFilled === frame.length) {
      this.#frame = null;
      this.#onFrame(frame);
    }
    return at + taken;
  }

  #checked(size: number): number {
    if (size >= 0 && size <= this.#maxFrameBytes) return size;
    throw networkError(
      'INVALID_RESPONSE',
      `a response of ${size} bytes was announced; at most ${this.#maxFrameBytes} are accepted`,
    );
  }
}
