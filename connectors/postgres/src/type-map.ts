import { logicalType, type Schema } from '@millrace/sdk';
import { type ArrayText, parseArrayText } from './array-text.ts';
import { binaryType, debeziumColumnType, debeziumType, hstoreType } from './debezium-types.ts';

/** Names of logical types: Debezium's where it has one, so that consumers that know those understand ours. */
export const postgresType = {
  numeric: 'io.millrace.data.Numeric',
  json: 'io.debezium.data.Json',
  xml: 'io.debezium.data.Xml',
  uuid: 'io.debezium.data.Uuid',
  date: 'io.debezium.time.IsoDate',
  time: 'io.debezium.time.IsoTime',
  zonedTime: 'io.debezium.time.ZonedTime',
  timestamp: 'io.debezium.time.IsoTimestamp',
  zonedTimestamp: 'io.debezium.time.ZonedTimestamp',
  interval: 'io.debezium.time.Interval',
} as const;

/** How a column's values become record values. */
export interface ColumnType {
  /** Of one value that is not null. */
  readonly schema: Schema;
  readonly parse: (text: string) => unknown;
  /** What a null becomes, where it is not null: a mask hides that too. */
  readonly whenNull?: unknown;
}

/** How values are given that have more than one form. */
export interface TypeModes {
  /** envelope: Debezium's logical types; flat: PostgreSQL's own text for what Connect has no type for. */
  readonly form: 'flat' | 'envelope';
  readonly decimals: 'string' | 'precise' | 'double';
  readonly times: 'isostring' | 'connect' | 'adaptive' | 'adaptive_time_microseconds';
  readonly intervals: 'string' | 'numeric';
  readonly binaries: 'bytes' | 'base64' | 'base64-url-safe' | 'hex';
  readonly hstores: 'json' | 'map';
}

/** A row of `pg_type`. */
export interface TypeRow {
  readonly name: string;
  /** `typtype`: b base, d domain, e enum, c composite, r range, m multirange. */
  readonly kind: string;
  /** Element type where the type is a true array, else 0. */
  readonly element: number;
  /** Base type of a domain, else 0. */
  readonly base: number;
  /** Of a domain. */
  readonly baseTypmod: number;
  /** Of an enum, in their order. */
  readonly labels?: readonly string[];
}

const text: ColumnType = { schema: { type: 'string' }, parse: (value) => value };
const named = (name: string, parse: ColumnType['parse'] = (value) => value): ColumnType => ({
  schema: { type: 'string', name },
  parse,
});

const whole = (value: string): number | bigint => {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : BigInt(value);
};

const plain: Readonly<Record<string, ColumnType>> = {
  bool: { schema: { type: 'boolean' }, parse: (value) => value === 't' || value === 'true' },
  int2: { schema: { type: 'int16' }, parse: Number },
  int4: { schema: { type: 'int32' }, parse: Number },
  int8: { schema: { type: 'int64' }, parse: whole },
  oid: { schema: { type: 'int64' }, parse: Number },
  json: named(postgresType.json),
  jsonb: named(postgresType.json),
  xml: named(postgresType.xml),
  uuid: named(postgresType.uuid),
  interval: named(postgresType.interval),
  timetz: named(postgresType.zonedTime),
};

const isoTimes: Readonly<Record<string, ColumnType>> = {
  date: named(postgresType.date),
  time: named(postgresType.time),
  timestamp: named(postgresType.timestamp, isoTimestamp),
  timestamptz: named(postgresType.zonedTimestamp, isoTimestamp),
};

const connectTimes: Readonly<Record<string, ColumnType>> = {
  date: {
    schema: { type: 'int32', name: logicalType.date, version: 1 },
    parse: (v) => instant(`${v}T00:00Z`),
  },
  time: {
    schema: { type: 'int32', name: logicalType.time, version: 1 },
    parse: (value) => instant(`1970-01-01T${value}Z`),
  },
  timestamp: {
    schema: { type: 'int64', name: logicalType.timestamp, version: 1 },
    parse: (value) => instant(`${isoTimestamp(value)}Z`),
  },
  timestamptz: {
    schema: { type: 'int64', name: logicalType.timestamp, version: 1 },
    parse: (value) => instant(isoTimestamp(value)),
  },
};

/** `2024-01-02 03:04:05.678901+00` in ISO 8601; infinity and years before Christ stay as PostgreSQL writes them. */
function isoTimestamp(value: string): string {
  if (value.endsWith('BC') || value.endsWith('infinity')) return value;
  return value.replace(' ', 'T').replace(/\+00$/, 'Z');
}

/** Null where JavaScript's Date can't hold it, such as infinity. */
function instant(iso: string): Date | null {
  const date = new Date(iso);
  return Number.isNaN(date.getTime()) ? null : date;
}

/** JSON has no NaN and no infinity, so that such values travel as PostgreSQL's text. */
const float = (type: 'float' | 'double'): ColumnType => ({ schema: { type }, parse: Number });

function numeric(typmod: number, modes: TypeModes): ColumnType {
  if (modes.decimals === 'double') return float('double');
  if (modes.decimals === 'string' || typmod < 4) return named(postgresType.numeric);
  const scale = (((typmod - 4) & 0x7ff) ^ 1024) - 1024;
  const precision = ((typmod - 4) >> 16) & 0xffff;
  return {
    schema: {
      type: 'bytes',
      name: logicalType.decimal,
      version: 1,
      parameters: { scale: String(Math.max(0, scale)), 'connect.decimal.precision': String(precision) },
    },
    parse: (value) => (/^-?\d/.test(value) ? value : null),
  };
}

/**
 * The column type for a type of PostgreSQL; types without a counterpart, such as enums, ranges, addresses and
 * composites, travel as PostgreSQL's own text, which its input functions read back exactly.
 *
 * @param find gives rows of `pg_type`; undefined for a type that is gone
 */
export function columnType(
  oid: number,
  typmod: number,
  modes: TypeModes,
  find: (oid: number) => TypeRow | undefined,
): ColumnType {
  const row = find(oid);
  if (!row) return text;
  if (row.kind === 'd') return columnType(row.base, row.baseTypmod, modes, find);
  if (row.element !== 0) return arrayType(columnType(row.element, typmod, modes, find), row, find);
  if (row.name === 'bytea') return binaryType(modes);
  if (row.name === 'hstore') return hstoreType(modes);
  const theirs =
    modes.form === 'envelope' ? debeziumColumnType(row, typmod, modes) : adaptedType(row, typmod, modes);
  if (theirs) return theirs;
  if (row.name === 'numeric') return numeric(typmod, modes);
  if (row.name === 'float4') return float('float');
  if (row.name === 'float8') return float('double');
  const times = modes.times === 'connect' ? connectTimes : isoTimes;
  return plain[row.name] ?? times[row.name] ?? text;
}

const ADAPTED = new Set(['date', 'time', 'timestamp', 'interval']);

/** Where the flat form is asked for Debezium's numbers instead of text. */
function adaptedType(row: TypeRow, typmod: number, modes: TypeModes): ColumnType | undefined {
  if (!ADAPTED.has(row.name)) return undefined;
  const isNumber =
    row.name === 'interval' ? modes.intervals === 'numeric' : modes.times.startsWith('adaptive');
  return isNumber ? debeziumColumnType(row, typmod, modes) : undefined;
}

function arrayType(
  element: ColumnType,
  row: TypeRow,
  find: (oid: number) => TypeRow | undefined,
): ColumnType {
  // The one type whose arrays are separated by something else than a comma, and two of the catalog's that are written without braces.
  if (find(row.element)?.name === 'box' || row.name === 'int2vector' || row.name === 'oidvector') return text;
  const convert = (items: ArrayText): unknown[] =>
    items.map((item) => {
      if (item === null) return null;
      return typeof item === 'string' ? element.parse(item) : convert(item);
    });
  // Debezium's enums in arrays are the one element that is never null.
  const optional = element.schema.name !== debeziumType.enumeration;
  return {
    schema: { type: 'array', items: { ...element.schema, optional } },
    parse: (value) => convert(parseArrayText(value)),
  };
}
