import type { Lsn } from './lsn.ts';

/** A column as a Relation message describes it. */
export interface RelationColumn {
  readonly name: string;
  readonly typeOid: number;
  /** `atttypmod`; -1 where the type has none. */
  readonly typmod: number;
  /** Part of the replica identity. */
  readonly isKey: boolean;
}

/** A table's shape; sent before its first change in a session and after each change of the shape. */
export interface Relation {
  readonly kind: 'relation';
  readonly oid: number;
  readonly schema: string;
  readonly table: string;
  /** `relreplident`: d default, i index, f full, n nothing. */
  readonly identity: string;
  readonly columns: readonly RelationColumn[];
}

/** Text values by column; undefined stands for a TOASTed value that did not change and so was not sent. */
export type Tuple = readonly (string | null | undefined)[];

export type RowChange =
  | { readonly kind: 'insert'; readonly relation: number; readonly row: Tuple }
  | {
      readonly kind: 'update';
      readonly relation: number;
      readonly row: Tuple;
      /** The row before: all of it with replica identity FULL, else the key's columns, and only where the key changed. */
      readonly old: { readonly whole: boolean; readonly row: Tuple } | null;
    }
  | {
      readonly kind: 'delete';
      readonly relation: number;
      readonly old: { readonly whole: boolean; readonly row: Tuple };
    };

export type LogicalMessage =
  | {
      readonly kind: 'begin';
      readonly commitLsn: Lsn;
      /** Since the Unix epoch. */
      readonly commitTimeMicros: number;
      readonly transactionId: number;
    }
  | { readonly kind: 'commit'; readonly commitLsn: Lsn; readonly endLsn: Lsn }
  | Relation
  | RowChange
  | { readonly kind: 'truncate'; readonly relations: readonly number[] }
  /** Of `pg_logical_emit_message`. */
  | { readonly kind: 'message'; readonly prefix: string; readonly content: string }
  /** Origin, Type and whatever later servers add: nothing of it concerns the rows. */
  | { readonly kind: 'other' };

/** Microseconds from the Unix epoch to PostgreSQL's, 2000-01-01. */
const POSTGRES_EPOCH_MICROS = 946_684_800_000_000;

/** PostgreSQL's time stamps count microseconds since 2000. */
const toUnixMicros = (microseconds: bigint): number => POSTGRES_EPOCH_MICROS + Number(microseconds);

/**
 * Reads one message of the pgoutput plugin, protocol version 1 (PostgreSQL documentation, "Logical Replication
 * Message Formats").
 *
 * @throws {RangeError} where the bytes end too early
 */
export function decodeLogicalMessage(bytes: Buffer): LogicalMessage {
  const reader = new Reader(bytes);
  const tag = reader.char();
  switch (tag) {
    case 'B': {
      const commitLsn = reader.uint64();
      const commitTimeMicros = toUnixMicros(reader.int64());
      return { kind: 'begin', commitLsn, commitTimeMicros, transactionId: reader.uint32() };
    }
    case 'C':
      reader.skip(1);
      return { kind: 'commit', commitLsn: reader.uint64(), endLsn: reader.uint64() };
    case 'R':
      return relation(reader);
    case 'I': {
      const oid = reader.uint32();
      reader.skip(1);
      return { kind: 'insert', relation: oid, row: reader.tuple() };
    }
    case 'U': {
      const oid = reader.uint32();
      const first = reader.char();
      if (first === 'N') return { kind: 'update', relation: oid, row: reader.tuple(), old: null };
      const old = { whole: first === 'O', row: reader.tuple() };
      reader.skip(1);
      return { kind: 'update', relation: oid, row: reader.tuple(), old };
    }
    case 'D': {
      const oid = reader.uint32();
      const whole = reader.char() === 'O';
      return { kind: 'delete', relation: oid, old: { whole, row: reader.tuple() } };
    }
    case 'T': {
      const count = reader.uint32();
      reader.skip(1);
      return { kind: 'truncate', relations: Array.from({ length: count }, () => reader.uint32()) };
    }
    case 'M':
      // Flags, and where it lies.
      reader.skip(9);
      return { kind: 'message', prefix: reader.text(), content: reader.sized() };
    default:
      return { kind: 'other' };
  }
}

function relation(reader: Reader): Relation {
  const oid = reader.uint32();
  const schema = reader.text() || 'pg_catalog';
  const table = reader.text();
  const identity = reader.char();
  const columns: RelationColumn[] = [];
  for (let left = reader.uint16(); left > 0; left--) {
    const isKey = (reader.byte() & 1) === 1;
    columns.push({ isKey, name: reader.text(), typeOid: reader.uint32(), typmod: reader.int32() });
  }
  return { kind: 'relation', oid, schema, table, identity, columns };
}

/** Up to here the texts of a message may be cut out of one text, which lives as long as any of them. */
const WHOLE_MAX_BYTES = 4_096;

class Reader {
  readonly #bytes: Buffer;
  /** The whole message, a character for each byte; null: it is too long for that. */
  readonly #whole: string | null;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
    this.#whole = bytes.length <= WHOLE_MAX_BYTES ? bytes.toString('latin1') : null;
  }

  #take(length: number): number {
    const at = this.#at;
    if (at + length > this.#bytes.length)
      throw new RangeError('a logical replication message ended too early');
    this.#at += length;
    return at;
  }

  skip(length: number): void {
    this.#take(length);
  }

  byte(): number {
    return this.#bytes.readUInt8(this.#take(1));
  }

  char(): string {
    return String.fromCharCode(this.byte());
  }

  uint16(): number {
    return this.#bytes.readUInt16BE(this.#take(2));
  }

  uint32(): number {
    return this.#bytes.readUInt32BE(this.#take(4));
  }

  int32(): number {
    return this.#bytes.readInt32BE(this.#take(4));
  }

  uint64(): bigint {
    return this.#bytes.readBigUInt64BE(this.#take(8));
  }

  int64(): bigint {
    return this.#bytes.readBigInt64BE(this.#take(8));
  }

  /** Up to the next zero byte. */
  text(): string {
    const end = this.#bytes.indexOf(0, this.#at);
    if (end < 0) throw new RangeError('a logical replication message ended within a text');
    const text = this.#bytes.toString('utf8', this.#at, end);
    this.#at = end + 1;
    return text;
  }

  /** Behind its length. */
  sized(): string {
    const length = this.uint32();
    const at = this.#take(length);
    return this.#whole !== null && this.#isAscii(at, at + length)
      ? this.#whole.substring(at, at + length)
      : this.#bytes.toString('utf8', at, at + length);
  }

  #isAscii(from: number, to: number): boolean {
    const bytes = this.#bytes;
    for (let at = from; at < to; at++) if ((bytes[at] as number) > 0x7f) return false;
    return true;
  }

  tuple(): Tuple {
    const values: (string | null | undefined)[] = [];
    for (let left = this.uint16(); left > 0; left--) {
      const kind = this.byte();
      if (kind === 0x74) values.push(this.sized());
      else values.push(kind === 0x75 ? undefined : null);
    }
    return values;
  }
}
