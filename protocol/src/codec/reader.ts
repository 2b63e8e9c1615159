import { type Uuid, ZERO_UUID } from '@millrace/foundation/types';
import { INT64_MAX } from './int64.ts';
import { malformed, outOfRange } from './protocol-error.ts';

const MAX_STRING_BYTES = 0x7fff;
/** An element may take one byte on the wire and a hundred in memory: a frame of 100 MB must not cost gigabytes. */
const MAX_ARRAY_ELEMENTS = 4_000_000;
const TWO_POW_32 = 4_294_967_296;

/**
 * Reads Kafka's primitives from `buf[start, end)`, forwards only. Every length is compared with the bytes that are
 * left before anything is made of it, and all arrays together have {@link MAX_ARRAY_ELEMENTS} elements at most, so
 * memory stays in proportion to the input.
 *
 * Buffers that it returns (`bytes`, `records`) are views of `buf`, not copies: whoever keeps one keeps the whole input
 * alive, and must copy it where the input's memory is used again.
 *
 * Every method throws {@link ProtocolError}: MALFORMED_MESSAGE, or VALUE_OUT_OF_RANGE for an int64 outside the safe
 * integers. After a throw the position means nothing.
 */
export class Reader {
  readonly #buf: Buffer;
  readonly #view: DataView;
  readonly #end: number;
  #pos: number;
  readonly #maxElements: number;
  #elementsLeft: number;

  /** @param maxElements what all arrays together may have, where less is wanted than {@link MAX_ARRAY_ELEMENTS} */
  constructor(buf: Buffer, start = 0, end = buf.length, maxElements = MAX_ARRAY_ELEMENTS) {
    if (!(start >= 0 && start <= end && end <= buf.length)) {
      throw outOfRange(`no range ${start} to ${end} in ${buf.length} bytes`);
    }
    this.#buf = buf;
    this.#view = new DataView(buf.buffer, buf.byteOffset, buf.byteLength);
    this.#pos = start;
    this.#end = end;
    this.#maxElements = maxElements;
    this.#elementsLeft = maxElements;
  }

  /** Index in the input of the next byte. */
  get position(): number {
    return this.#pos;
  }

  get remainingBytes(): number {
    return this.#end - this.#pos;
  }

  /** A reader of its own on the same bytes, for looking ahead. */
  fork(): Reader {
    return new Reader(this.#buf, this.#pos, this.#end);
  }

  #take(bytes: number): number {
    const at = this.#pos;
    const next = at + bytes;
    if (next > this.#end) throw malformed(`${bytes} bytes expected at ${at}, ${this.#end - at} left`);
    this.#pos = next;
    return at;
  }

  bool(): boolean {
    return this.#view.getInt8(this.#take(1)) !== 0;
  }

  int8(): number {
    return this.#view.getInt8(this.#take(1));
  }

  int16(): number {
    return this.#view.getInt16(this.#take(2));
  }

  uint16(): number {
    return this.#view.getUint16(this.#take(2));
  }

  int32(): number {
    return this.#view.getInt32(this.#take(4));
  }

  uint32(): number {
    return this.#view.getUint32(this.#take(4));
  }

  /** An int64 as a safe integer, or {@link INT64_MAX}. */
  int64(): number {
    const at = this.#take(8);
    return safeInt64(this.#view.getInt32(at), this.#view.getUint32(at + 4));
  }

  float64(): number {
    return this.#view.getFloat64(this.#take(8));
  }

  /** Zigzag, 32 bits. */
  varint(): number {
    const raw = this.unsignedVarint();
    return (raw >>> 1) ^ -(raw & 1);
  }

  /** Zigzag, 64 bits, as {@link int64}. */
  varlong(): number {
    let low = 0;
    let high = 0;
    for (let shift = 0; ; shift += 7) {
      if (shift > 63) throw malformed('a varlong longer than 10 bytes');
      const byte = this.#view.getUint8(this.#take(1));
      const bits = byte & 0x7f;
      if (shift < 32) low |= bits << shift;
      if (shift === 28) high |= bits >>> 4;
      if (shift > 28) high |= bits << (shift - 32);
      if (shift === 63 && byte > 1) throw malformed('a varlong of more than 64 bits');
      if (byte < 0x80) break;
    }
    const sign = -(low & 1);
    return safeInt64((high >>> 1) ^ sign, (((low >>> 1) | (high << 31)) ^ sign) >>> 0);
  }

  /** At most 5 bytes, 32 bits. */
  unsignedVarint(): number {
    const first = this.#view.getUint8(this.#take(1));
    if (first < 0x80) return first;
    let value = first & 0x7f;
    for (let shift = 7; ; shift += 7) {
      const byte = this.#view.getUint8(this.#take(1));
      if (shift === 28 && byte > 0x0f) throw malformed('a varint of more than 32 bits');
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value >>> 0;
    }
  }

  uuid(): Uuid {
    const at = this.#take(16);
    const view = this.#view;
    if (view.getInt32(at) === 0 && view.getInt32(at + 4) === 0) {
      if (view.getInt32(at + 8) === 0 && view.getInt32(at + 12) === 0) return ZERO_UUID;
    }
    return this.#buf.toString('base64url', at, at + 16);
  }

  string(): string {
    const length = this.int16();
    if (length < 0) throw malformed('null where a string must be');
    return this.#text(length);
  }

  nullableString(): string | null {
    const length = this.int16();
    return length < 0 ? null : this.#text(length);
  }

  compactString(): string {
    const length = this.unsignedVarint() - 1;
    if (length < 0) throw malformed('null where a string must be');
    return this.#text(length);
  }

  compactNullableString(): string | null {
    const length = this.unsignedVarint() - 1;
    return length < 0 ? null : this.#text(length);
  }

  #text(length: number): string {
    if (length > MAX_STRING_BYTES) throw malformed(`a string of ${length} bytes`);
    if (length === 0) return '';
    const at = this.#take(length);
    return this.#buf.toString('utf8', at, at + length);
  }

  bytes(): Buffer {
    return this.#present(this.nullableBytes());
  }

  nullableBytes(): Buffer | null {
    const length = this.int32();
    return length < 0 ? null : this.raw(length);
  }

  compactBytes(): Buffer {
    return this.#present(this.compactNullableBytes());
  }

  compactNullableBytes(): Buffer | null {
    const length = this.unsignedVarint() - 1;
    return length < 0 ? null : this.raw(length);
  }

  #present(bytes: Buffer | null): Buffer {
    if (bytes === null) throw malformed('null where bytes must be');
    return bytes;
  }

  /** The next `length` bytes as they are. */
  raw(length: number): Buffer {
    const at = this.#take(length);
    return this.#buf.subarray(at, at + length);
  }

  /**
   * Length of an array whose elements take at least `minElementBytes` each; -1 for null. A length that the bytes left
   * cannot hold is refused.
   */
  nullableArrayLength(minElementBytes: number): number {
    return this.#fitting(this.int32(), minElementBytes);
  }

  /** As {@link nullableArrayLength}, null refused. */
  arrayLength(minElementBytes: number): number {
    const length = this.#fitting(this.int32(), minElementBytes);
    if (length < 0) throw malformed('null where an array must be');
    return length;
  }

  /** As {@link nullableArrayLength}, in compact form. */
  compactNullableArrayLength(minElementBytes: number): number {
    return this.#fitting(this.unsignedVarint() - 1, minElementBytes);
  }

  /** As {@link arrayLength}, in compact form. */
  compactArrayLength(minElementBytes: number): number {
    const length = this.#fitting(this.unsignedVarint() - 1, minElementBytes);
    if (length < 0) throw malformed('null where an array must be');
    return length;
  }

  #fitting(length: number, minElementBytes: number): number {
    if (length < 0) return -1;
    if (length * minElementBytes > this.#end - this.#pos) {
      throw malformed(`an array of ${length} elements in ${this.#end - this.#pos} bytes`);
    }
    this.#elementsLeft -= length;
    if (this.#elementsLeft < 0) throw malformed(`arrays of more than ${this.#maxElements} elements in all`);
    return length;
  }

  /** Reads the size that stands before a tagged field's value; gives the position at which the value ends. */
  tagEnd(): number {
    const size = this.unsignedVarint();
    const end = this.#pos + size;
    if (end > this.#end)
      throw malformed(`a tagged field of ${size} bytes with ${this.#end - this.#pos} left`);
    return end;
  }

  /** Refuses a tagged field whose value did not end where its size said. */
  closeTag(end: number): void {
    if (this.#pos !== end) throw malformed(`a tagged field ends at ${this.#pos}, its size says ${end}`);
  }

  /** Jumps over a tagged field that is not known. */
  skipTo(end: number): void {
    this.#take(end - this.#pos);
  }

  /** Jumps over a whole section of tagged fields. */
  skipTags(): void {
    for (let count = this.unsignedVarint(); count > 0; count--) {
      this.unsignedVarint();
      this.skipTo(this.tagEnd());
    }
  }

  /** For whoever holds that a message must fill its frame. */
  expectEnd(): void {
    if (this.#pos !== this.#end)
      throw malformed(`${this.#end - this.#pos} bytes after the end of the message`);
  }
}

function safeInt64(high: number, low: number): number {
  const value = high * TWO_POW_32 + low;
  if (Number.isSafeInteger(value)) return value;
  if (high === 0x7fffffff && low === 0xffffffff) return INT64_MAX;
  throw outOfRange('an int64 beyond 2^53');
}
