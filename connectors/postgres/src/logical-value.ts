import type { Schema } from '@millrace/sdk';
import { debeziumType } from './debezium-types.ts';
import { decimalText } from './decimal-bytes.ts';
import { isoStamp } from './pg-time.ts';

const INT32_MAX = 2_147_483_647;
const INT64_MAX = 9_223_372_036_854_775_807n;
const DAY_MICROS = 86_400_000_000n;
const NANO_TIME = 'io.debezium.time.NanoTime';
const NANO_TIMESTAMP = 'io.debezium.time.NanoTimestamp';

/** A value of one of Debezium's logical types as text that PostgreSQL reads; others stay what they are. */
export function logicalValue(value: unknown, schema: Schema | undefined): unknown {
  if (value === null || value === undefined || schema === undefined) return value;
  if (schema.type === 'array' && Array.isArray(value)) {
    const { items } = schema;
    return items?.name === undefined ? value : value.map((item) => logicalValue(item, items));
  }
  if (schema.name === undefined) return value;
  if (typeof value === 'bigint') return ofNumber(value, schema.name) ?? value;
  if (typeof value === 'number')
    return Number.isInteger(value) ? (ofNumber(BigInt(value), schema.name) ?? value) : value;
  if (typeof value === 'string') return ofText(value, schema.name);
  return ofStruct(value, schema);
}

function ofNumber(number: bigint, name: string): string | null {
  switch (name) {
    case debeziumType.date:
      if (number === BigInt(INT32_MAX)) return 'infinity';
      if (number === BigInt(-INT32_MAX - 1)) return '-infinity';
      return stamp(number * DAY_MICROS).replace(/T\S*/, '');
    case debeziumType.time:
      return clock(number * 1_000n);
    case debeziumType.microTime:
      return clock(number);
    case NANO_TIME:
      return clock(number / 1_000n);
    case debeziumType.timestamp:
      return bounded(number) ?? stamp(number * 1_000n);
    case debeziumType.microTimestamp:
      return bounded(number) ?? stamp(number);
    case NANO_TIMESTAMP:
      return bounded(number) ?? stamp(number / 1_000n);
    case debeziumType.microDuration:
      return bounded(number) ?? `${number} microseconds`;
    default:
      return null;
  }
}

const bounded = (number: bigint): string | null => {
  // A reader without exact numbers has rounded them.
  if (number >= INT64_MAX - 1_000n) return 'infinity';
  return number <= -INT64_MAX + 1_000n ? '-infinity' : null;
};

/** ISO 8601 without zone; years before Christ as PostgreSQL counts them. */
function stamp(micros: bigint): string {
  return readable(isoStamp(micros, 6)).replace(/Z( BC)?$/, '$1');
}

function clock(micros: bigint): string {
  if (micros === DAY_MICROS) return '24:00:00';
  return isoStamp(micros, 6).slice('1970-01-01T'.length, -1);
}

const ISO_TYPES = new Set<string>([debeziumType.isoDate, debeziumType.isoTime, debeziumType.isoTimestamp]);

function ofText(text: string, name: string): string {
  if (ISO_TYPES.has(name)) return readable(text.replace(/Z$/, ''));
  return name === debeziumType.zonedTimestamp ? readable(text) : text;
}

/** Java's years: `-0043-03-15…` is the year 44 BC, and a plus stands before more than four digits. */
function readable(text: string): string {
  const [, sign, year, rest = ''] = /^([+-]?)(\d{4,})(-\d\d-\d\d.*)$/.exec(text) ?? [];
  if (year === undefined || (sign === '' && year !== '0000')) return text;
  if (sign === '+') return year + rest;
  return `${String(Number(year) + 1).padStart(4, '0')}${rest} BC`;
}

function ofStruct(value: unknown, { name, parameters }: Schema): unknown {
  if (name === debeziumType.bits && value instanceof Uint8Array)
    return bitText(value, Number(parameters?.length ?? 0));
  const struct = value as Readonly<Record<string, unknown>>;
  if (name === debeziumType.variableScaleDecimal && struct.value instanceof Uint8Array)
    return decimalText({ scale: Number(struct.scale), value: Buffer.from(struct.value) });
  if (name === debeziumType.point) return `(${String(struct.x)},${String(struct.y)})`;
  return value;
}

/** From little-endian bytes; of a length that nobody bounds, the digits that are there. */
function bitText(bytes: Uint8Array, length: number): string {
  const digits = [...bytes]
    .map((byte) => byte.toString(2).padStart(8, '0'))
    .reverse()
    .join('');
  if (length <= 0 || length === INT32_MAX) return digits.replace(/^0+(?=.)/, '');
  return digits.slice(-length).padStart(length, '0');
}
