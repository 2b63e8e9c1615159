import type { ComingFrame } from './frame-memory.ts';

/** Once shut, it opens when one part in so many of its room is free: else each byte would open and shut it again. */
const OPENS_AT = 16;
/** What the one request that is read before a shut gate brings from one look to the next, or it makes way for others. */
const TURN_MIN_BYTES = 64 * 1024;

/**
 * Says of requests that are coming in which of them are read on: all while there is room, and one, the oldest, while there is
 * none. It is read to its end whatever it takes, so that requests that hold all the memory, none of them whole, cannot wait for
 * each other for ever; it has to be quick about it.
 */
export class ReadingGate {
  readonly #maxBytes: number;
  /** In the order in which they began. */
  readonly #frames = new Set<ComingFrame>();
  #isShut = false;
  #turn: ComingFrame | null = null;
  /** What it had when its turn began, and at the last look; null before its first one. */
  #turnBeganBytes = 0;
  #turnHadBytes: number | null = null;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  isOpenTo(frame: ComingFrame): boolean {
    return !this.#isShut || this.#turn === frame;
  }

  join(frame: ComingFrame): void {
    this.#frames.add(frame);
    if (this.#isShut && this.#turn === null) this.#nextTurn();
  }

  leave(frame: ComingFrame): void {
    this.#frames.delete(frame);
    if (this.#turn === frame) this.#nextTurn();
  }

  /** Opens and shuts by what is used now. */
  follow(usedBytes: number): void {
    if (this.#isShut) {
      if (usedBytes > this.#maxBytes - Math.ceil(this.#maxBytes / OPENS_AT)) return;
      this.#isShut = false;
      this.#turn = null;
      for (const frame of this.#frames) frame.readingChanged();
      return;
    }
    if (usedBytes < this.#maxBytes) return;
    this.#isShut = true;
    this.#nextTurn();
    for (const frame of this.#frames) frame.readingChanged();
  }

  /** Now and then: whoever has the turn and makes nothing of it makes way for the next. */
  look(): void {
    const frame = this.#turn;
    if (frame === null) return;
    const hadBytes = this.#turnHadBytes;
    this.#turnHadBytes = frame.hasBytes;
    if (hadBytes === null || frame.hasBytes - hadBytes >= TURN_MIN_BYTES) return;
    if (!frame.isRead && frame.hasBytes === this.#turnBeganBytes) {
      // Its connection is not read for reasons of its own, and it took nothing beyond what there was.
      this.#frames.delete(frame);
      this.#frames.add(frame);
      this.#nextTurn();
    } else {
      frame.giveUp('a request that is slow while others wait for its memory');
    }
  }

  #nextTurn(): void {
    const [oldest] = this.#frames;
    this.#turn = this.#isShut ? (oldest ?? null) : null;
    this.#turnBeganBytes = this.#turn?.hasBytes ?? 0;
    this.#turnHadBytes = null;
    this.#turn?.readingChanged();
  }
}
