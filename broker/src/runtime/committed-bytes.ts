/** More is merged: only how finely bytes are counted suffers. */
const MARKS_MAX = 1_024;

interface Mark {
  readonly offset: number;
  readonly bytes: number;
}

/** How many bytes came below the high watermark, which may lag behind what is written. */
export class CommittedBytes {
  #marks: Mark[] = [];
  #bytes: number;
  #highWatermark: number;

  constructor(highWatermark: number, bytes: number) {
    this.#highWatermark = highWatermark;
    this.#bytes = bytes;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** So many bytes were written in all when the log was written up to `offset`. */
  wrote(offset: number, bytes: number): void {
    if (offset <= this.#highWatermark || this.#marks.at(-1)?.offset === offset) return;
    if (this.#marks.length >= MARKS_MAX) this.#marks = this.#marks.filter((_, index) => index % 2 === 1);
    this.#marks.push({ offset, bytes });
  }

  committed(highWatermark: number): void {
    this.#highWatermark = highWatermark;
    const reached = this.#marks.findLastIndex(({ offset }) => offset <= highWatermark);
    if (reached < 0) return;
    this.#bytes = Math.max(this.#bytes, this.#marks[reached]?.bytes ?? 0);
    this.#marks.splice(0, reached + 1);
  }
}
