/** Why a walk over records stopped: the bytes are not what the format says. Never leaves this folder. */
export class MalformedRecordError extends Error {
  override readonly name = 'MalformedRecordError';
}

/** A place in a run of records, which moves forward as the fields are read; every step is held within `end`. */
export class RecordCursor {
  readonly buf: Buffer;
  readonly end: number;
  at: number;

  constructor(buf: Buffer, start: number, end: number) {
    this.buf = buf;
    this.at = start;
    this.end = end;
  }

  /** A zigzag varint of at most 32 bits. */
  varint(): number {
    const buf = this.buf;
    let at = this.at;
    let byte = at < this.end ? (buf[at] ?? 0) : cutShort();
    at += 1;
    let raw = byte & 0x7f;
    for (let shift = 7; byte > 0x7f; shift += 7) {
      if (shift > 28) throw new MalformedRecordError('a varint is longer than 5 bytes');
      byte = at < this.end ? (buf[at] ?? 0) : cutShort();
      at += 1;
      raw |= (byte & 0x7f) << shift;
    }
    this.at = at;
    return (raw >>> 1) ^ -(raw & 1);
  }

  /** A zigzag varint of at most 64 bits; what is no safe integer comes out rounded. */
  varlong(): number {
    const start = this.at;
    let low = 0;
    for (let shift = 0; shift < 28; shift += 7) {
      const byte = this.at < this.end ? (this.buf[this.at] ?? 0) : cutShort();
      this.at += 1;
      low |= (byte & 0x7f) << shift;
      if (byte < 0x80) return (low >>> 1) ^ -(low & 1);
    }
    return this.#longVarlong(start, low);
  }

  #longVarlong(start: number, low: number): number {
    let raw = BigInt(low);
    for (let shift = 28n; ; shift += 7n) {
      if (this.at - start >= 10) throw new MalformedRecordError('a varlong is longer than 10 bytes');
      const byte = this.at < this.end ? (this.buf[this.at] ?? 0) : cutShort();
      this.at += 1;
      raw |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) break;
    }
    raw = BigInt.asUintN(64, raw);
    return Number((raw >> 1n) ^ -(raw & 1n));
  }

  /** Steps over `length` bytes and gives where they begin. */
  skip(length: number): number {
    const from = this.at;
    if (length > this.end - from) throw new MalformedRecordError('a length reaches beyond its record');
    this.at = from + length;
    return from;
  }
}

/** The least that a record takes: length, attributes, two deltas, two null lengths, no headers; a byte each. */
export const RECORD_MIN_BYTES = 7;

function cutShort(): never {
  throw new MalformedRecordError('a record is cut short');
}
