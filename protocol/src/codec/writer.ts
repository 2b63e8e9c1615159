import { type Uuid, ZERO_UUID } from '@millrace/foundation/types';
import { INT64_MAX } from './int64.ts';
import { outOfRange } from './protocol-error.ts';

const DEFAULT_INITIAL_BYTES = 1_024;
const MAX_MESSAGE_BYTES = 0x7fffffff;
const MAX_STRING_BYTES = 0x7fff;
/** From here on, writing a piece by reference costs less than copying it. */
const OWN_PART_MIN_BYTES = 8_192;
const SHORT_TEXT_CHARS = 32;
/** A string of so many UTF-16 units takes one byte of compact length at most: 3 bytes each, plus 1, is below 128. */
const ONE_BYTE_LENGTH_CHARS = 42;
const TWO_POW_32 = 4_294_967_296;

/**
 * Writes Kafka's primitives into a buffer that grows. Large `records` are kept by reference and become parts of their
 * own (see {@link finishParts}): they must not change until the parts are sent.
 *
 * Every method throws {@link ProtocolError} VALUE_OUT_OF_RANGE where the value does not fit the type. A writer is used
 * for one message, or for messages one after the other, and is finished once.
 */
export class Writer {
  #buf: Buffer;
  #view: DataView;
  #pos = 0;
  /** Where in `#buf` the bytes begin that are in no part yet. */
  #open = 0;
  #parts: Buffer[] = [];
  #partsBytes = 0;
  #tagDepth = 0;

  constructor(initialBytes = DEFAULT_INITIAL_BYTES) {
    this.#buf = Buffer.allocUnsafe(initialBytes);
    this.#view = viewOf(this.#buf);
  }

  /** Bytes written so far. */
  get sizeBytes(): number {
    return this.#partsBytes + this.#pos - this.#open;
  }

  /** All that was written, in one buffer. */
  finish(): Buffer {
    const parts = this.finishParts();
    return parts.length === 1 && parts[0] ? parts[0] : Buffer.concat(parts, this.#partsBytes);
  }

  /** All that was written, in order, for one `writev`; large records are the buffers that were given. */
  finishParts(): Buffer[] {
    this.#closePart();
    return this.#parts;
  }

  #closePart(): void {
    if (this.#pos === this.#open && this.#parts.length > 0) return;
    this.#parts.push(this.#buf.subarray(this.#open, this.#pos));
    this.#partsBytes += this.#pos - this.#open;
    this.#open = this.#pos;
  }

  /** Makes room and moves on; gives the index at which to write. */
  #reserve(bytes: number): number {
    if (this.#pos + bytes > this.#buf.length) this.#grow(bytes);
    const at = this.#pos;
    this.#pos = at + bytes;
    return at;
  }

  #grow(bytes: number): void {
    const kept = this.#pos - this.#open;
    const needed = kept + bytes;
    if (this.#partsBytes + needed > MAX_MESSAGE_BYTES)
      throw outOfRange('a message of more than 2^31 - 1 bytes');
    const next = Buffer.allocUnsafe(Math.max(needed, Math.min(this.#buf.length * 2, MAX_MESSAGE_BYTES)));
    this.#buf.copy(next, 0, this.#open, this.#pos);
    this.#buf = next;
    this.#view = viewOf(next);
    this.#open = 0;
    this.#pos = kept;
  }

  bool(value: boolean): void {
    const at = this.#reserve(1);
    this.#view.setInt8(at, value ? 1 : 0);
  }

  int8(value: number): void {
    if ((value << 24) >> 24 !== value) throw outOfRange(`${value} is no int8`);
    const at = this.#reserve(1);
    this.#view.setInt8(at, value);
  }

  int16(value: number): void {
    if ((value << 16) >> 16 !== value) throw outOfRange(`${value} is no int16`);
    const at = this.#reserve(2);
    this.#view.setInt16(at, value);
  }

  uint16(value: number): void {
    if ((value & 0xffff) !== value) throw outOfRange(`${value} is no uint16`);
    const at = this.#reserve(2);
    this.#view.setUint16(at, value);
  }

  int32(value: number): void {
    if ((value | 0) !== value) throw outOfRange(`${value} is no int32`);
    const at = this.#reserve(4);
    this.#view.setInt32(at, value);
  }

  uint32(value: number): void {
    if (value >>> 0 !== value) throw outOfRange(`${value} is no uint32`);
    const at = this.#reserve(4);
    this.#view.setUint32(at, value);
  }

  /** A safe integer, or {@link INT64_MAX}. */
  int64(value: number): void {
    const max = checkInt64(value);
    const low = max ? 0xffffffff : value >>> 0;
    const at = this.#reserve(8);
    this.#view.setInt32(at, max ? 0x7fffffff : (value - low) / TWO_POW_32);
    this.#view.setUint32(at + 4, low);
  }

  float64(value: number): void {
    const at = this.#reserve(8);
    this.#view.setFloat64(at, value);
  }

  /** Zigzag, 32 bits. */
  varint(value: number): void {
    if ((value | 0) !== value) throw outOfRange(`${value} is no int32`);
    this.unsignedVarint(((value << 1) ^ (value >> 31)) >>> 0);
  }

  /** Zigzag, 64 bits, as {@link int64}. */
  varlong(value: number): void {
    const max = checkInt64(value);
    const high = max ? 0x7fffffff : Math.floor(value / TWO_POW_32) | 0;
    const low = max ? -1 : value | 0;
    const sign = high >> 31;
    let zigHigh = ((high << 1) | (low >>> 31)) ^ sign;
    let zigLow = (low << 1) ^ sign;
    while (zigHigh !== 0 || zigLow >>> 7 !== 0) {
      const at = this.#reserve(1);
      this.#view.setUint8(at, (zigLow & 0x7f) | 0x80);
      zigLow = (zigLow >>> 7) | (zigHigh << 25);
      zigHigh >>>= 7;
    }
    const at = this.#reserve(1);
    this.#view.setUint8(at, zigLow);
  }

  unsignedVarint(value: number): void {
    if (value >>> 0 !== value) throw outOfRange(`${value} is no uint32`);
    let rest = value;
    while (rest >= 0x80) {
      const at = this.#reserve(1);
      this.#view.setUint8(at, (rest & 0x7f) | 0x80);
      rest >>>= 7;
    }
    const at = this.#reserve(1);
    this.#view.setUint8(at, rest);
  }

  uuid(value: Uuid): void {
    const at = this.#reserve(16);
    if (value === ZERO_UUID) {
      this.#buf.fill(0, at, at + 16);
    } else if (value.length !== 22 || this.#buf.write(value, at, 16, 'base64url') !== 16) {
      throw outOfRange(`${JSON.stringify(value)} is no uuid of 22 base64url characters`);
    }
  }

  string(value: string): void {
    const chars = value.length;
    if (chars > MAX_STRING_BYTES) throw outOfRange(`a string of ${chars} characters`);
    const at = this.#reserve(2 + chars * 3);
    const bytes = this.#text(value, at + 2);
    this.#view.setInt16(at, bytes);
    this.#pos = at + 2 + bytes;
  }

  nullableString(value: string | null): void {
    if (value === null) this.int16(-1);
    else this.string(value);
  }

  compactString(value: string): void {
    const chars = value.length;
    if (chars > ONE_BYTE_LENGTH_CHARS) {
      const bytes = Buffer.byteLength(value);
      if (bytes > MAX_STRING_BYTES) throw outOfRange(`a string of ${bytes} bytes`);
      this.unsignedVarint(bytes + 1);
      const at = this.#reserve(bytes);
      this.#buf.write(value, at, bytes, 'utf8');
      return;
    }
    const at = this.#reserve(1 + chars * 3);
    const bytes = this.#text(value, at + 1);
    this.#view.setUint8(at, bytes + 1);
    this.#pos = at + 1 + bytes;
  }

  compactNullableString(value: string | null): void {
    if (value === null) this.unsignedVarint(0);
    else this.compactString(value);
  }

  /** UTF-8 at an index that has room for it; gives its bytes. Short ASCII, which most names are, never leaves JS. */
  #text(value: string, at: number): number {
    const chars = value.length;
    const buf = this.#buf;
    if (chars <= SHORT_TEXT_CHARS) {
      let i = 0;
      for (; i < chars; i++) {
        const code = value.charCodeAt(i);
        if (code >= 0x80) break;
        buf[at + i] = code;
      }
      if (i === chars) return chars;
    }
    const bytes = buf.write(value, at, chars * 3, 'utf8');
    if (bytes > MAX_STRING_BYTES) throw outOfRange(`a string of ${bytes} bytes`);
    return bytes;
  }

  bytes(value: Buffer): void {
    this.int32(value.length);
    this.raw(value);
  }

  nullableBytes(value: Buffer | null): void {
    if (value === null) this.int32(-1);
    else this.bytes(value);
  }

  compactBytes(value: Buffer): void {
    this.unsignedVarint(value.length + 1);
    this.raw(value);
  }

  compactNullableBytes(value: Buffer | null): void {
    if (value === null) this.unsignedVarint(0);
    else this.compactBytes(value);
  }

  /** The bytes as they are, copied. */
  raw(value: Buffer): void {
    const at = this.#reserve(value.length);
    value.copy(this.#buf, at);
  }

  records(value: Buffer): void {
    this.int32(value.length);
    this.#reference(value);
  }

  nullableRecords(value: Buffer | null): void {
    if (value === null) this.int32(-1);
    else this.records(value);
  }

  compactRecords(value: Buffer): void {
    this.unsignedVarint(value.length + 1);
    this.#reference(value);
  }

  compactNullableRecords(value: Buffer | null): void {
    if (value === null) this.unsignedVarint(0);
    else this.compactRecords(value);
  }

  /** A tagged field's size stands before its value, so nothing inside one may leave the buffer. */
  #reference(value: Buffer): void {
    if (value.length < OWN_PART_MIN_BYTES || this.#tagDepth > 0) {
      this.raw(value);
      return;
    }
    if (this.sizeBytes + value.length > MAX_MESSAGE_BYTES)
      throw outOfRange('a message of more than 2^31 - 1 bytes');
    this.#closePart();
    this.#parts.push(value);
    this.#partsBytes += value.length;
  }

  arrayLength(length: number): void {
    this.int32(length);
  }

  compactArrayLength(length: number): void {
    this.unsignedVarint(length + 1);
  }

  /** Starts a tagged field; its value follows, then {@link endTag} with what this gives. */
  beginTag(tag: number): number {
    this.unsignedVarint(tag);
    this.#reserve(1);
    this.#tagDepth++;
    return this.#pos - this.#open;
  }

  endTag(mark: number): void {
    this.#tagDepth--;
    const size = this.#pos - this.#open - mark;
    const extra = unsignedVarintBytes(size) - 1;
    this.#reserve(extra);
    const start = this.#open + mark;
    if (extra > 0) this.#buf.copyWithin(start + extra, start, start + size);
    let at = start - 1;
    let rest = size;
    for (; rest >= 0x80; rest >>>= 7) this.#view.setUint8(at++, (rest & 0x7f) | 0x80);
    this.#view.setUint8(at, rest);
  }
}

function viewOf(buf: Buffer): DataView {
  return new DataView(buf.buffer, buf.byteOffset, buf.byteLength);
}

function unsignedVarintBytes(value: number): number {
  let bytes = 1;
  for (let rest = value >>> 7; rest > 0; rest >>>= 7) bytes++;
  return bytes;
}

/** Whether it is the one value beyond the safe integers that is carried. */
function checkInt64(value: number): boolean {
  if (Number.isSafeInteger(value)) return false;
  if (value === INT64_MAX) return true;
  throw outOfRange(`${value} is no int64 that a number holds exactly`);
}
