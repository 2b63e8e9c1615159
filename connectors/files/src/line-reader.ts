import type { RowBoundary } from './csv.ts';

const NEWLINE = 0x0a;
const CARRIAGE_RETURN = 0x0d;
/** How much is asked of the file at once. */
const CHUNK_BYTES = 262_144;

/** What is read from the beginning to the end: a file as it stands, or what a compressed one holds. */
export interface Bytes {
  read(into: Buffer, at: number, length: number, position: number): Promise<{ readonly bytesRead: number }>;
}

export interface Line {
  /** Without its end. Null: it was longer than the limit. */
  readonly text: string | null;
  /** In place of the text, where a whole file is given as bytes. */
  readonly bytes?: Buffer;
  /** The byte in the file where the line begins, and the one after its newline. */
  readonly start: number;
  readonly end: number;
}

/**
 * Cuts a file into lines, in chunks: memory holds one chunk and one line, whatever the size of the file. A line is
 * decoded only when it is whole, so that no character is cut; one without its newline is held back.
 */
export class LineReader {
  readonly #bytes: Bytes;
  readonly #lineMax: number;
  /** Left out: each newline ends a line. */
  readonly #boundary: RowBoundary | null;
  #buffer: Buffer = Buffer.alloc(0);
  /** The part of the buffer that is not given out yet. */
  #from = 0;
  #to = 0;
  /** How far behind `#from` there is surely no newline. */
  #searched = 0;
  /** Where in the file `#from` is. */
  #position: number;
  /** Where a line that is too long began, while its end is looked for. */
  #tooLongFrom: number | null = null;

  constructor(bytes: Bytes, position: number, lineMax: number, boundary: RowBoundary | null = null) {
    this.#bytes = bytes;
    this.#position = position;
    this.#lineMax = lineMax;
    this.#boundary = boundary;
  }

  /** The byte up to which lines were given out. */
  get position(): number {
    return this.#tooLongFrom ?? this.#position;
  }

  /** The byte up to which the file was read. */
  get readTo(): number {
    return this.#position + this.#to - this.#from;
  }

  /** The next lines, at most `max`; none where the file has no whole line more. */
  async lines(max: number): Promise<Line[]> {
    const out: Line[] = [];
    while (!this.#cut(out, max)) {
      if (out.length > 0) return out;
      if (!(await this.#fill())) {
        this.#shrink();
        return out;
      }
    }
    return out;
  }

  /** What stands behind the last newline, for a file that will not grow any more. */
  rest(): Line | null {
    if (this.readTo === this.position) return null;
    const start = this.position;
    const text = this.#tooLongFrom === null ? this.#text(this.#from, this.#to) : null;
    this.#position = this.readTo;
    this.#from = 0;
    this.#to = 0;
    this.#tooLongFrom = null;
    return { text, start, end: this.#position };
  }

  /** Gives out what is in the buffer; true once there are `max`. */
  #cut(out: Line[], max: number): boolean {
    while (out.length < max) {
      const at = this.#end();
      if (at === -1 || at >= this.#to) {
        this.#searched = this.#to - this.#from;
        this.#dropTooLong();
        return false;
      }
      const start = this.position;
      const end = this.#position + at + 1 - this.#from;
      const fits = this.#tooLongFrom === null && at - this.#from <= this.#lineMax;
      out.push({ text: fits ? this.#text(this.#from, at) : null, start, end });
      this.#from = at + 1;
      this.#searched = 0;
      this.#position = end;
      this.#tooLongFrom = null;
    }
    return true;
  }

  #end(): number {
    // What is too long is given up at its next newline, quotes or not.
    return this.#boundary === null || this.#tooLongFrom !== null
      ? this.#buffer.indexOf(NEWLINE, this.#from + this.#searched)
      : this.#boundary.find(this.#buffer, this.#from, this.#to, this.#searched);
  }

  // The bytes of a line that is too long are not kept, only where it began.
  #dropTooLong(): void {
    if (this.#tooLongFrom === null && this.#to - this.#from <= this.#lineMax) return;
    this.#tooLongFrom ??= this.#position;
    this.#position = this.readTo;
    this.#from = 0;
    this.#to = 0;
    this.#searched = 0;
  }

  // A file that waits for growth holds no more than its unfinished line.
  #shrink(): void {
    this.#buffer = Buffer.from(this.#buffer.subarray(this.#from, this.#to));
    this.#to -= this.#from;
    this.#from = 0;
  }

  #text(from: number, to: number): string {
    const end = to > from && this.#buffer[to - 1] === CARRIAGE_RETURN ? to - 1 : to;
    return this.#buffer.toString('utf8', from, end);
  }

  /** Reads one chunk more; false at the end of the file. */
  async #fill(): Promise<boolean> {
    const held = this.#to - this.#from;
    if (this.#buffer.length - held < CHUNK_BYTES) {
      const wider = Buffer.allocUnsafe(Math.max(held * 2, held + CHUNK_BYTES));
      this.#buffer.copy(wider, 0, this.#from, this.#to);
      this.#buffer = wider;
    } else this.#buffer.copyWithin(0, this.#from, this.#to);
    this.#from = 0;
    this.#to = held;
    const room = this.#buffer.length - held;
    const { bytesRead } = await this.#bytes.read(this.#buffer, held, room, this.#position + held);
    this.#to += bytesRead;
    return bytesRead > 0;
  }
}
