import {
  type ConfigOf,
  type ConfigValue,
  defineConfig,
  kindOf,
  logicalType,
  oneOf,
  type Schema,
} from '@millrace/sdk';
import { poison } from './failures.ts';
import { checksPaths, fieldSyntaxOption, nullOption, parseFieldPath } from './field-path.ts';
import { changeFields, fieldTree, planStruct } from './field-tree.ts';
import { type DateFormat, dateFormat } from './java-date-format.ts';
import {
  type Apply,
  defineSided,
  perSchema,
  type RecordSide,
  requireFields,
  requireStruct,
} from './record-side.ts';

const DAY_MS = 86_400_000;

function checkFormat(value: ConfigValue, all: Readonly<Record<string, ConfigValue>>): string | null {
  const pattern = String(value);
  if (pattern.trim() === '')
    return all['target.type'] === 'string' ? 'is needed where the target is a string' : null;
  try {
    dateFormat(pattern);
    return null;
  } catch (error) {
    return `must be a pattern of Java's SimpleDateFormat: ${(error as Error).message}`;
  }
}

const config = defineConfig({
  field: {
    type: 'string',
    default: '',
    importance: 'high',
    docs: 'The field that holds the time; empty where the whole is a time.',
    validate: Object.assign(
      checksPaths((field) => (field === '' ? '``' : field)),
      {
        allows: 'a field, or empty',
      },
    ),
  },
  'target.type': {
    type: 'string',
    importance: 'high',
    docs: 'What to make of it: string, unix, Date, Time or Timestamp.',
    validate: oneOf('string', 'unix', 'Date', 'Time', 'Timestamp'),
    recommend: ['string', 'unix', 'Date', 'Time', 'Timestamp'],
  },
  format: {
    type: 'string',
    default: '',
    importance: 'medium',
    docs: "How times are written as text, in UTC, for reading and writing: a pattern of Java's SimpleDateFormat.",
    validate: Object.assign(checkFormat, { allows: 'a date pattern' }),
  },
  'unix.precision': {
    type: 'string',
    default: 'milliseconds',
    importance: 'low',
    docs: 'What unix times count, for reading and writing. Parts of a millisecond are lost.',
    validate: oneOf('nanoseconds', 'microseconds', 'milliseconds', 'seconds'),
    recommend: ['nanoseconds', 'microseconds', 'milliseconds', 'seconds'],
  },
  'field.syntax.version': fieldSyntaxOption,
  'replace.null.with.default': nullOption,
});

/** Kafka Connect's TimestampConverter, for nested fields too. */
export const timestampConverter = defineSided({
  name: 'TimestampConverter',
  docs: 'Converts times of the {side} between text, unix time and dates.',
  config,
  create: (values, side) => {
    const times = new Times(values);
    return values.field === '' ? convertWhole(side, times) : convertField(side, times, values);
  },
});

function convertWhole(side: RecordSide, times: Times): Apply {
  const schemaFor = perSchema((schema) => times.targetSchema(schema));
  return (record) => {
    const schema = side.schema(record);
    const converted = times.convert(schema, side.value(record));
    return side.replace(record, converted, schema === undefined ? undefined : schemaFor(schema));
  };
}

function convertField(side: RecordSide, times: Times, values: ConfigOf<typeof config>): Apply {
  const path = parseFieldPath(values.field, values['field.syntax.version']);
  const tree = fieldTree([[path, true as const]]);
  const plan = perSchema((schema) =>
    planStruct(
      schema,
      tree,
      (field) => ({
        schema: times.targetSchema(field),
        change: (value) => times.convert(field, value),
      }),
      values['replace.null.with.default'],
    ),
  );
  return (record) => {
    const value = side.value(record) ?? null;
    const schema = side.schema(record);
    if (schema === undefined) {
      if (value === null) return record;
      const fields = requireFields(side.transform, value);
      return side.replace(
        record,
        changeFields(fields, tree, (time) => times.convert(undefined, time)),
        undefined,
      );
    }
    const planned = plan(schema);
    const struct = value === null ? null : requireStruct(side.transform, schema, value);
    return side.replace(record, struct && planned.change(struct), planned.schema);
  };
}

const LOGICAL: Readonly<Record<string, Schema>> = {
  Date: { type: 'int32', name: logicalType.date, version: 1 },
  Time: { type: 'int32', name: logicalType.time, version: 1 },
  Timestamp: { type: 'int64', name: logicalType.timestamp, version: 1 },
  string: { type: 'string' },
  unix: { type: 'int64' },
};

const LOGICAL_NAMES: ReadonlySet<string> = new Set([
  logicalType.date,
  logicalType.time,
  logicalType.timestamp,
]);

/** By precision: how many of its units are in a millisecond, or the other way round. */
const UNITS = { nanoseconds: 1_000_000n, microseconds: 1_000n, milliseconds: 1n, seconds: 1n } as const;

/** Times between their forms, as one configuration asks for. */
class Times {
  readonly #target: string;
  readonly #format: DateFormat | null;
  readonly #precision: keyof typeof UNITS;

  constructor(values: ConfigOf<typeof config>) {
    this.#target = values['target.type'];
    this.#format = values.format.trim() === '' ? null : dateFormat(values.format);
    this.#precision = values['unix.precision'] as keyof typeof UNITS;
  }

  /** @throws {MillraceError} class poison where the schema is of no time */
  targetSchema(schema: Schema): Schema {
    const isTime =
      LOGICAL_NAMES.has(schema.name ?? '') || schema.type === 'string' || schema.type === 'int64';
    if (!isTime) throw noTime(`a schema of type ${schema.type}`);
    const { optional } = schema;
    return {
      ...(LOGICAL[this.#target] as Schema),
      ...(optional === true ? { optional } : {}),
    };
  }

  convert(schema: Schema | undefined, value: unknown): unknown {
    if (value === null || value === undefined) return null;
    const date = this.#read(schema, value);
    const ms = date.getTime();
    switch (this.#target) {
      case 'string':
        return this.#format?.format(date);
      case 'unix':
        return this.#unix(ms);
      case 'Date':
        return new Date(Math.floor(ms / DAY_MS) * DAY_MS);
      case 'Time':
        return new Date(ms - Math.floor(ms / DAY_MS) * DAY_MS);
      default:
        return date;
    }
  }

  #read(schema: Schema | undefined, value: unknown): Date {
    const isLogical = schema?.name !== undefined && LOGICAL_NAMES.has(schema.name);
    if (value instanceof Date && (isLogical || schema === undefined)) return value;
    if (!isLogical && typeof value === 'string' && (schema?.type ?? 'string') === 'string')
      return this.#parse(value);
    const isUnix = !isLogical && (schema?.type ?? 'int64') === 'int64';
    if (isUnix && (typeof value === 'bigint' || Number.isInteger(value))) {
      const ms = this.#millis(value as number | bigint);
      if (Math.abs(ms) <= 8.64e15) return new Date(ms);
    }
    throw noTime(`${kindOf(value)}${schema === undefined ? '' : ` of schema type ${schema.type}`}`);
  }

  #parse(text: string): Date {
    const date = this.#format?.parse(text) ?? null;
    if (date !== null) return date;
    throw poison(
      'NOT_A_TIME',
      this.#format === null
        ? 'TimestampConverter can\'t read a time from text without "format".'
        : 'TimestampConverter found a text that is not of its "format".',
      'Give the pattern that the times are written in as "format".',
    );
  }

  #millis(unix: number | bigint): number {
    if (this.#precision === 'seconds') return Number(unix) * 1_000;
    const units = UNITS[this.#precision];
    return units === 1n ? Number(unix) : Number(BigInt(unix) / units);
  }

  #unix(ms: number): number | bigint {
    if (this.#precision === 'seconds') return Math.trunc(ms / 1_000);
    const unix = BigInt(ms) * UNITS[this.#precision];
    return Number.isSafeInteger(Number(unix)) ? Number(unix) : unix;
  }
}

const noTime = (found: string) =>
  poison(
    'NOT_A_TIME',
    `TimestampConverter found no time: ${found}.`,
    'Times are text, int64 (unix time) or dates; cast other numbers to int64 before.',
  );
