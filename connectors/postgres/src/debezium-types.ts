import { logicalType, type Schema } from '@millrace/sdk';
import { unscaled } from './decimal-bytes.ts';
import { parseHstore } from './hstore-text.ts';
import { fullInterval, intervalMicros } from './pg-interval.ts';
import { dayMicros, epochDays, epochMicros, infinityOf, stampInUtc, timeInUtc } from './pg-time.ts';
import type { ColumnType, TypeModes, TypeRow } from './type-map.ts';

/** Names of Debezium's logical types, all of version 1. */
export const debeziumType = {
  variableScaleDecimal: 'io.debezium.data.VariableScaleDecimal',
  bits: 'io.debezium.data.Bits',
  enumeration: 'io.debezium.data.Enum',
  json: 'io.debezium.data.Json',
  uuid: 'io.debezium.data.Uuid',
  xml: 'io.debezium.data.Xml',
  ltree: 'io.debezium.data.Ltree',
  tsvector: 'io.debezium.data.Tsvector',
  point: 'io.debezium.data.geometry.Point',
  date: 'io.debezium.time.Date',
  time: 'io.debezium.time.Time',
  microTime: 'io.debezium.time.MicroTime',
  timestamp: 'io.debezium.time.Timestamp',
  microTimestamp: 'io.debezium.time.MicroTimestamp',
  zonedTime: 'io.debezium.time.ZonedTime',
  zonedTimestamp: 'io.debezium.time.ZonedTimestamp',
  isoDate: 'io.debezium.time.IsoDate',
  isoTime: 'io.debezium.time.IsoTime',
  isoTimestamp: 'io.debezium.time.IsoTimestamp',
  microDuration: 'io.debezium.time.MicroDuration',
  interval: 'io.debezium.time.Interval',
} as const;

const MICROS_MAX = 9_223_372_036_854_775_807n;
const INT32_MAX = 2_147_483_647;

const named = (
  type: Schema['type'],
  name: string,
  parse: ColumnType['parse'],
  more: object = {},
): ColumnType => ({
  schema: { type, name, version: 1, ...more },
  parse,
});
const same = (text: string): unknown => text;
const texts = (name: string): ColumnType => named('string', name, same);
const safe = (number: bigint): number | bigint =>
  number >= BigInt(Number.MIN_SAFE_INTEGER) && number <= BigInt(Number.MAX_SAFE_INTEGER)
    ? Number(number)
    : number;

/**
 * The column type that Debezium gives to a type of PostgreSQL; undefined where it gives what the flat form does too.
 *
 * Source: Debezium's documentation of its PostgreSQL connector, "Data type mappings", and records of version 3.7.
 */
export function debeziumColumnType(row: TypeRow, typmod: number, modes: TypeModes): ColumnType | undefined {
  if (row.kind === 'e')
    return named('string', debeziumType.enumeration, same, {
      parameters: { allowed: (row.labels ?? []).join(',') },
    });
  return (
    timeType(row.name, typmod, modes) ?? numberType(row.name, typmod, modes) ?? otherType(row.name, typmod)
  );
}

function otherType(name: string, typmod: number): ColumnType | undefined {
  switch (name) {
    case 'uuid':
      return texts(debeziumType.uuid);
    case 'json':
    case 'jsonb':
      return texts(debeziumType.json);
    case 'xml':
      return texts(debeziumType.xml);
    case 'ltree':
      return texts(debeziumType.ltree);
    case 'tsvector':
      return texts(debeziumType.tsvector);
    case 'bit':
      if (typmod === 1) return { schema: { type: 'boolean' }, parse: (text) => text === '1' };
      return bits(typmod);
    case 'varbit':
      return bits(typmod);
    case 'point':
      return point;
    default:
      return undefined;
  }
}

/** Little-endian, as Java's BitSet. */
function bits(length: number): ColumnType {
  const parse = (text: string) => {
    const bytes = Buffer.alloc(Math.ceil(text.length / 8));
    for (let index = 0; index < text.length; index++) {
      const at = text.length - 1 - index;
      if (text[index] === '1') bytes[at >> 3] = (bytes[at >> 3] ?? 0) | (1 << (at & 7));
    }
    const used = bytes.findLastIndex((byte) => byte !== 0) + 1;
    return bytes.subarray(0, used);
  };
  const parameters = { length: String(length > 0 ? length : INT32_MAX) };
  return named('bytes', debeziumType.bits, parse, { parameters });
}

const point: ColumnType = named(
  'struct',
  debeziumType.point,
  (text) => {
    const [x = Number.NaN, y = Number.NaN] = text.replace(/[()]/g, '').split(',').map(Number);
    const wkb = Buffer.alloc(21);
    wkb.writeUInt8(1, 0);
    wkb.writeUInt32LE(1, 1);
    wkb.writeDoubleLE(x, 5);
    wkb.writeDoubleLE(y, 13);
    return { x, y, wkb, srid: null };
  },
  {
    doc: 'Geometry (POINT)',
    fields: [
      { field: 'x', type: 'double', optional: false },
      { field: 'y', type: 'double', optional: false },
      { field: 'wkb', type: 'bytes', optional: true },
      { field: 'srid', type: 'int32', optional: true },
    ],
  },
);

const variableScale: ColumnType = named(
  'struct',
  debeziumType.variableScaleDecimal,
  (text) => unscaled(text),
  {
    doc: 'Variable scaled decimal',
    fields: [
      { field: 'scale', type: 'int32', optional: false },
      { field: 'value', type: 'bytes', optional: false },
    ],
  },
);

function numberType(name: string, typmod: number, modes: TypeModes): ColumnType | undefined {
  const plain = (text: string) => (name === 'money' ? text.replace(/[$,]/g, '') : text);
  if (name !== 'numeric' && name !== 'money') return undefined;
  if (modes.decimals === 'string') return { schema: { type: 'string' }, parse: plain };
  if (modes.decimals === 'double')
    return { schema: { type: 'double' }, parse: (text) => Number(plain(text)) };
  if (name === 'money') return named('bytes', logicalType.decimal, plain, { parameters: { scale: '2' } });
  return typmod < 4 ? variableScale : undefined;
}

function timeType(name: string, typmod: number, modes: TypeModes): ColumnType | undefined {
  const digits = typmod >= 0 ? typmod : 6;
  switch (name) {
    case 'timestamptz':
      return named('string', debeziumType.zonedTimestamp, (text) =>
        infinityOf(text) === 0 ? stampInUtc(text, digits) : text,
      );
    case 'timetz':
      return named('string', debeziumType.zonedTime, timeInUtc);
    case 'interval':
      return modes.intervals === 'numeric'
        ? named('int64', debeziumType.microDuration, (text) => infinite(text) ?? safe(intervalMicros(text)))
        : named('string', debeziumType.interval, fullInterval);
    case 'date':
    case 'time':
    case 'timestamp':
      break;
    default:
      return undefined;
  }
  if (modes.times === 'connect') return undefined;
  return modes.times === 'isostring' ? isoTypes[name] : adaptiveType(name, digits, modes);
}

/** With the zone of UTC even where PostgreSQL has none. */
const isoTypes: Readonly<Record<string, ColumnType>> = {
  date: named('string', debeziumType.isoDate, (text) => (isOrdinary(text) ? `${text}Z` : text)),
  time: named('string', debeziumType.isoTime, (text) => `${text}Z`),
  timestamp: named('string', debeziumType.isoTimestamp, (text) =>
    isOrdinary(text) ? `${text.replace(' ', 'T')}Z` : text,
  ),
};

const isOrdinary = (text: string): boolean => infinityOf(text) === 0 && !text.endsWith('BC');

function adaptiveType(name: string, digits: number, modes: TypeModes): ColumnType {
  if (name === 'date') {
    return named('int32', debeziumType.date, (text) => {
      const infinity = infinityOf(text);
      return infinity === 0 ? epochDays(text) : infinity > 0 ? INT32_MAX : -INT32_MAX - 1;
    });
  }
  const coarse = digits <= 3;
  if (name === 'time') {
    if (coarse && modes.times === 'adaptive')
      return named('int32', debeziumType.time, (text) => Math.floor(dayMicros(text) / 1_000));
    return named('int64', debeziumType.microTime, dayMicros);
  }
  const unit = coarse ? 1_000n : 1n;
  return named('int64', coarse ? debeziumType.timestamp : debeziumType.microTimestamp, (text) => {
    const none = infinite(text);
    if (none !== null) return none;
    const number = floorDiv(epochMicros(text), unit);
    return number > MICROS_MAX ? MICROS_MAX : safe(number);
  });
}

/** What stands for an infinite time or interval; null for any other one. */
function infinite(text: string): bigint | null {
  const infinity = infinityOf(text);
  if (infinity === 0) return null;
  return infinity > 0 ? MICROS_MAX : -MICROS_MAX - 1n;
}

const floorDiv = (a: bigint, b: bigint): bigint => (a - (((a % b) + b) % b)) / b;

/** What stands for a required column whose value nobody knows, as of a deleted row without REPLICA IDENTITY FULL. */
export function emptyValue({ schema }: ColumnType): unknown {
  switch (schema.type) {
    case 'boolean':
      return false;
    case 'string':
      return schema.name === debeziumType.zonedTimestamp ? '1970-01-01T00:00:00Z' : '';
    case 'bytes':
      return schema.name === logicalType.decimal ? '0' : Buffer.alloc(0);
    case 'array':
      return [];
    case 'map':
      return {};
    case 'struct':
      return schema.name === debeziumType.variableScaleDecimal ? unscaled('0') : null;
    default:
      if (
        schema.name === logicalType.date ||
        schema.name === logicalType.time ||
        schema.name === logicalType.timestamp
      )
        return new Date(0);
      return 0;
  }
}

/** What stands for a TOASTed value that was not sent; undefined where the type has no room for it, and the field is left out. */
export function placeholderOf({ schema }: ColumnType, placeholder: string): unknown {
  if (schema.type === 'string') return placeholder;
  if (schema.type === 'bytes' && schema.name === undefined) return Buffer.from(placeholder);
  if (schema.type === 'array' && schema.items?.type === 'string') return [placeholder];
  return undefined;
}

/** hstore as JSON text or as a map. */
export function hstoreType(modes: TypeModes): ColumnType {
  if (modes.hstores === 'map') {
    return {
      schema: { type: 'map', keys: { type: 'string' }, values: { type: 'string', optional: true } },
      parse: (text) => Object.fromEntries(parseHstore(text)),
    };
  }
  return {
    schema: { type: 'string', name: debeziumType.json, ...(modes.form === 'envelope' && { version: 1 }) },
    parse: (text) => JSON.stringify(Object.fromEntries(parseHstore(text))),
  };
}

/** bytea as bytes, or as a text of them. */
export function binaryType({ binaries }: TypeModes): ColumnType {
  const bytes = (text: string) => Buffer.from(text.slice(2), 'hex');
  switch (binaries) {
    case 'bytes':
      return { schema: { type: 'bytes' }, parse: bytes };
    case 'hex':
      return { schema: { type: 'string' }, parse: (text) => text.slice(2) };
    case 'base64':
      return { schema: { type: 'string' }, parse: (text) => bytes(text).toString('base64') };
    case 'base64-url-safe':
      return {
        schema: { type: 'string' },
        // Java's encoder pads, Node's does not.
        parse: (text) => bytes(text).toString('base64').replaceAll('+', '-').replaceAll('/', '_'),
      };
  }
}
