import {
  type ConfigOf,
  type Converter,
  isMillraceError,
  logicalType,
  parseConfig,
  type Schema,
} from '@millrace/sdk';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { jsonConverter } from './json-converter.ts';
import golden from './testdata/kafka-4.3-json-converter.json' with { type: 'json' };

/** What Apache Kafka 4.3.1's own JsonConverter wrote and read for the same values. */
const encodedByKafka: Record<string, string> = golden.encoded;
const decodedByKafka: Record<
  string,
  { text: string | null; options: Record<string, string>; value: string; schema?: boolean }
> = golden.decoded;

function converter(options: Record<string, string> = {}): Converter {
  const parsed = parseConfig(jsonConverter.config, options);
  expect(parsed.problems).toEqual([]);
  return jsonConverter.create(parsed.values as ConfigOf<typeof jsonConverter.config>, false);
}

const decimal = (scale: number, more: Partial<Schema> = {}): Schema => ({
  type: 'bytes',
  name: logicalType.decimal,
  version: 1,
  parameters: { scale: String(scale) },
  ...more,
});
const date: Schema = { type: 'int32', name: logicalType.date, version: 1 };
const time: Schema = { type: 'int32', name: logicalType.time, version: 1 };
const timestamp: Schema = { type: 'int64', name: logicalType.timestamp, version: 1 };
const string: Schema = { type: 'string' };
const int32: Schema = { type: 'int32' };
const withDefault: Schema = { type: 'string', optional: true, default: 'dflt' };
const row: Schema = {
  type: 'struct',
  name: 'row',
  version: 3,
  doc: 'a row',
  fields: [
    { type: 'int64', field: 'id' },
    { type: 'string', optional: true, field: 'name' },
    { type: 'array', items: string, optional: true, field: 'tags' },
  ],
};
const off = { 'schemas.enable': 'false' };
const kept = { 'replace.null.with.default': 'false' };
const numeric = { 'decimal.format': 'NUMERIC' };
const schemaless = { a: 1, b: null, c: ['x', 1.5], d: 2n ** 63n - 1n, e: Buffer.from([1, 2]) };

type Case = readonly [schema: Schema | undefined, value: unknown, options?: Record<string, string>];

const cases: Record<string, Case> = {
  bool: [{ type: 'boolean' }, true],
  int8: [{ type: 'int8' }, -7],
  int16: [{ type: 'int16' }, 300],
  int32: [int32, 70000],
  'int64 safe': [{ type: 'int64' }, Number.MAX_SAFE_INTEGER],
  'int64 big': [{ type: 'int64' }, -(2n ** 63n)],
  'int64 max': [{ type: 'int64' }, 2n ** 63n - 1n],
  float: [{ type: 'float' }, 1.5],
  'double whole': [{ type: 'double' }, 3],
  double: [{ type: 'double' }, 0.1],
  'double nan': [{ type: 'double' }, Number.NaN],
  'double -inf': [{ type: 'double' }, Number.NEGATIVE_INFINITY],
  'double -0': [{ type: 'double' }, -0],
  string: [string, 'a"b\\c/\n\t\u0007\u007f\u2028é😀'],
  bytes: [{ type: 'bytes' }, Buffer.from([0, 1, 0xff, 0xfe])],
  'bytes empty': [{ type: 'bytes' }, Buffer.alloc(0)],
  array: [{ type: 'array', items: int32 }, [1, 2, 3]],
  'map string keys': [
    { type: 'map', keys: string, values: int32 },
    { a: 1, b: 2 },
  ],
  'map int keys': [
    { type: 'map', keys: int32, values: { type: 'string', optional: true } },
    new Map([
      [1, 'x'],
      [2, 'y'],
    ]),
  ],
  struct: [row, { id: 1, name: null, tags: ['x'] }],
  'struct off': [row, { id: 1, name: 'n' }, off],
  'decimal scale 0': [decimal(0), '-32768'],
  'decimal negative scale': [decimal(-2), '1200'],
  'decimal negative scale NUMERIC': [decimal(-2), '1.2E+3', numeric],
  'decimal wrong scale': [decimal(2), '1.505'],
  'decimal wrong scale NUMERIC': [decimal(2), '1.5', numeric],
  date: [date, new Date(86_400_000 * 20_000)],
  'date before 1970': [date, new Date(-86_400_000)],
  'date with time part': [date, new Date(86_400_000 * 20_000 + 1)],
  time: [time, new Date(3_723_004)],
  'time out of day': [time, new Date(86_400_000)],
  timestamp: [timestamp, new Date(1_700_000_000_123)],
  'null no schema': [undefined, null],
  'null no schema off': [undefined, null, off],
  'null optional': [{ type: 'string', optional: true }, null],
  'null optional off': [{ type: 'string', optional: true }, null, off],
  'null required': [string, null],
  'null default': [withDefault, null],
  'null default kept': [withDefault, null, kept],
  'default off': [withDefault, null, off],
  'struct default': [
    {
      type: 'struct',
      fields: [
        { ...withDefault, field: 's' },
        { type: 'int32', default: 7, field: 'd' },
      ],
    },
    {},
  ],
  'struct default kept': [{ type: 'struct', fields: [{ ...withDefault, field: 's' }] }, { s: null }, kept],
  'default of decimal': [
    { type: 'struct', fields: [{ ...decimal(2, { default: '1.25' }), field: 'p' }] },
    {},
  ],
  parameters: [{ type: 'string', parameters: { k: 'v', k2: 'v2' } }, 'x'],
  schemaless: [undefined, schemaless],
  'schemaless off': [undefined, schemaless, off],
  'schemaless mixed keys': [
    undefined,
    new Map<unknown, unknown>([
      [1, 'x'],
      ['y', 2],
    ]),
    off,
  ],
  'schemaless string': [undefined, 'plain', off],
  'schemaless nan': [undefined, Number.NaN, off],
};
for (const format of ['BASE64', 'NUMERIC']) {
  for (const text of [
    '1.50',
    '-1.50',
    '0.00',
    '-1.28',
    '1.27',
    '1.28',
    '-1.29',
    `${'1234567890'.repeat(3)}.12`,
  ]) {
    cases[`decimal ${format} ${text}`] = [decimal(2), text, { 'decimal.format': format }];
  }
}

/** Where the same JSON is written in other bytes, and why. */
const otherBytes: Record<string, string> = {
  string: 'Jackson escapes characters beyond the BMP; we write UTF-8',
  'decimal negative scale NUMERIC': 'Kafka writes an exponent; we write the plain number',
  'decimal wrong scale NUMERIC': 'we fill up to the scale of the schema',
};

/** Cases of Kafka's that JavaScript values cannot express. */
const inexpressible = new Set(['schemaless date', 'schemaless decimal']);

function attempt(run: () => string): string {
  try {
    return run();
  } catch (error) {
    if (!isMillraceError(error)) throw error;
    expect(error.class).toBe('poison');
    expect(error.details.hint).toBeTruthy();
    return '<error>';
  }
}

describe('writing, beside what Kafka writes', () => {
  for (const [name, text] of Object.entries(encodedByKafka).filter(([name]) => !inexpressible.has(name))) {
    it(name, () => {
      const [schema, value, options] = cases[name]!;
      const ours = attempt(() => converter(options).fromConnect('t', schema, value)?.toString() ?? '<null>');
      if (!(name in otherBytes)) expect(ours).toBe(text);
      else {
        expect(ours).not.toBe(text);
        expect(JSON.parse(ours)).toEqual(JSON.parse(text));
      }
    });
  }
});

/** A value in the words of the golden file. */
function show(value: unknown, isDecimal = false): string {
  if (value === null || value === undefined) return 'null';
  if (isDecimal) return `decimal ${value}`;
  if (typeof value === 'bigint' || Number.isInteger(value)) return `int ${value}`;
  if (typeof value === 'number') return `float ${value}`;
  if (value instanceof Date) return `date ${value.getTime()}`;
  if (Buffer.isBuffer(value)) return `bytes ${value.toString('base64')}`;
  if (Array.isArray(value)) return `[${value.map((item) => `${show(item)}; `).join('')}]`;
  if (typeof value === 'object') {
    const entries = value instanceof Map ? [...value] : Object.entries(value);
    return `{${entries
      .map(([key, item]) => `${show(key)}: ${show(item)}; `)
      .sort()
      .join('')}}`;
  }
  return `${typeof value} ${value}`;
}

/** JavaScript has one kind of number: a whole double is an int there. */
const oneKindOfNumber = (text: string) =>
  text.replaceAll(/float (-?[\d.]+(?:E\d+)?)/g, (_, number) => show(Number(number)));

/** Where Kafka silently reads something else than what was written, we refuse or read what was meant. */
const otherReadings: Record<string, string> = {
  'int8 300': '<error>',
  'int32 5.5': '<error>',
  'int32 "5"': '<error>',
  'int32 99999999999': '<error>',
  'int64 9223372036854775808': '<error>',
  'double "NaN"': 'float NaN',
  'double 12345678901234567890': 'int 12345678901234567000',
  'boolean "true"': '<error>',
  'boolean 1': '<error>',
  'string 5': '<error>',
  trailing: '<error>',
};

describe('writing what comes again', () => {
  const fields = [
    { field: 'd', type: 'double' as const },
    { field: 's', type: 'string' as const, optional: true },
    { field: 'n', type: 'int64' as const },
  ];
  const schema: Schema = { type: 'struct', fields };

  it('tells zeros, nulls, types and values apart, however often they come', () => {
    const json = converter(off);
    const values = [
      ...[
        { d: 0, s: 'a', n: 1 },
        { d: -0, s: 'a', n: 1n },
        { d: 0, s: null, n: 1 },
        { d: 1, s: 'a', n: 1 },
      ],
      ...[
        { d: Number.NaN, s: 'a', n: 1 },
        { d: Number.NaN, s: '1', n: 1 },
        { d: 1, s: 'x'.repeat(200), n: 2 },
      ],
    ];
    const texts = Array.from({ length: 40 }, () => values)
      .flat()
      .map((value) => String(json.fromConnect('t', schema, value)));
    const long = 'x'.repeat(200);
    const expected = [
      ...['{"d":0.0,"s":"a","n":1}', '{"d":-0.0,"s":"a","n":1}', '{"d":0.0,"s":null,"n":1}'],
      ...['{"d":1.0,"s":"a","n":1}', '{"d":"NaN","s":"a","n":1}', '{"d":"NaN","s":"1","n":1}'],
      `{"d":1.0,"s":"${long}","n":2}`,
    ];
    expect(texts).toEqual(Array.from({ length: 40 }, () => expected).flat());
  });

  it('refuses what does not fit where it fitted before', () => {
    const write = converter(off);
    write.fromConnect('t', schema, { d: 1, s: 'a', n: 1 });
    expect(() => write.fromConnect('t', schema, { d: '1', s: 'a', n: 1 })).toThrow('must be a number');
    expect(() => write.fromConnect('t', schema, { d: null, s: 'a', n: 1 })).toThrow('neither optional');
  });
});

describe('writing what is frozen', () => {
  const place: Schema = { type: 'struct', fields: [{ type: 'string', field: 'at' }] };
  const places: Schema = { type: 'struct', fields: [{ type: 'array', items: string, field: 'at' }] };
  const texts = (schema: Schema, values: readonly unknown[]) => {
    const json = converter(off);
    return values.map((value) => json.fromConnect('t', schema, value)?.toString());
  };

  it('gives each its own text', () => {
    const [one, other] = [Object.freeze({ at: 'one' }), Object.freeze({ at: 'other' })];
    expect(texts(place, [one, one, other, one, { at: 'third' }])).toEqual(
      ['one', 'one', 'other', 'one', 'third'].map((at) => JSON.stringify({ at })),
    );
  });

  it('sees what changes within', () => {
    const json = converter(off);
    const value = Object.freeze({ at: ['one'] });
    json.fromConnect('t', places, value);
    value.at.push('two');
    expect(json.fromConnect('t', places, value)?.toString()).toBe('{"at":["one","two"]}');
  });

  it('sees what changes where it is not frozen', () => {
    const json = converter(off);
    const value = { at: 'one' };
    json.fromConnect('t', place, value);
    value.at = 'two';
    expect(json.fromConnect('t', place, value)?.toString()).toBe('{"at":"two"}');
  });
});

describe('reading, beside what Kafka reads', () => {
  for (const [name, { text, options, value, schema }] of Object.entries(decodedByKafka)) {
    it(name, () => {
      const ours = attempt(() => {
        const read = converter(options).toConnect('t', text === null ? null : Buffer.from(text));
        expect(read.schema !== undefined).toBe(schema ?? true);
        return show(read.value, read.schema?.name === logicalType.decimal);
      });
      expect(ours).toBe(otherReadings[name] ?? oneKindOfNumber(value));
    });
  }

  it('reads what it wrote, and gives one schema object for equal schemas', () => {
    const json = converter();
    const value = { id: 2n ** 60n, name: 'é', tags: ['a', 'b'] };
    const first = json.toConnect('t', json.fromConnect('t', row, value));
    const second = json.toConnect('t', json.fromConnect('t', row, { ...value, name: 'ü' }));
    expect(first.value).toEqual(value);
    expect(second.value).toEqual({ ...value, name: 'ü' });
    expect(second.schema).toBe(first.schema);
  });

  it('does not take a known head for the whole envelope', () => {
    const json = converter();
    const text = json.fromConnect('t', int32, 5)!.toString();
    expect(json.toConnect('t', Buffer.from(text)).value).toBe(5);
    expect(() => json.toConnect('t', Buffer.from(text.replace('5}', '5,"x":1}')))).toThrow(/envelope/);
    expect(() => json.toConnect('t', Buffer.from(text.replace('5}', '5')))).toThrow(/not JSON/);
    expect(json.toConnect('t', Buffer.from(text.replace('5}', '5,"payload":6}'))).value).toBe(6);
  });

  it('keeps many schemas apart, and as few as schemas.cache.size says', () => {
    const json = converter({ 'schemas.cache.size': '2' });
    const schemas = Array.from({ length: 30 }, (_, index): Schema => ({ type: 'int32', name: `s${index}` }));
    const bytes = schemas.map((schema, index) => json.fromConnect('t', schema, index));
    for (let round = 0; round < 3; round++) {
      const read = bytes.map((each) => json.toConnect('t', each));
      expect(read.map(({ value }) => value)).toEqual(schemas.map((_, index) => index));
      expect(read.map(({ schema }) => schema?.name)).toEqual(schemas.map(({ name }) => name));
    }
  });

  it('reads bare values by schema.content', () => {
    const json = converter({ 'schema.content': '{"type":"int64"}' });
    expect(json.toConnect('t', Buffer.from('9007199254740993'))).toEqual({
      value: 9007199254740993n,
      schema: { type: 'int64', optional: false },
    });
    expect(() => converter({ 'schema.content': '{"type":"wat"}' })).toThrow(/schema.content/);
  });

  it('names the place of what does not fit, and not its content', () => {
    const json = converter();
    const nested: Schema = { type: 'struct', fields: [{ ...row, field: 'a/b' }] };
    const secret = { 'a/b': { id: 1, tags: ['x', 17_171_717] } };
    try {
      json.fromConnect('orders', nested, secret);
      expect.unreachable();
    } catch (error) {
      expect(isMillraceError(error) && error.details.path).toBe('/a~1b/tags/1');
      expect(String(error)).toMatch(/topic orders at \/a~1b\/tags\/1: must be a string, not a number/);
      expect(String(error)).not.toContain('17171717');
    }
  });

  it('takes __proto__ and toString for fields like any other', () => {
    const odd: Schema = {
      type: 'struct',
      fields: ['__proto__', 'toString'].map((field) => ({ type: 'string', optional: true, field })),
    };
    const json = converter();
    const bytes = json.fromConnect('t', odd, JSON.parse('{"__proto__":"x"}'));
    expect(bytes!.toString()).toMatch(/"payload":\{"__proto__":"x","toString":null\}\}$/);
    expect(Object.entries(json.toConnect('t', bytes).value as object)).toEqual([
      ['__proto__', 'x'],
      ['toString', null],
    ]);
  });
});

describe('any value', () => {
  const leaf = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.boolean(),
    fc.constant(null),
    fc.maxSafeInteger(),
    fc.double({ noNaN: true, noDefaultInfinity: true }).map((number) => (Object.is(number, -0) ? 0 : number)),
    fc.bigInt({ min: 2n ** 53n, max: 2n ** 63n - 1n }),
  );
  const { tree } = fc.letrec((tie) => ({
    tree: fc.oneof(
      { depthSize: 'small' },
      leaf,
      fc.array(tie('tree')),
      fc.dictionary(fc.string(), tie('tree')),
    ),
  }));

  it('survives without a schema', () => {
    const json = converter(off);
    fc.assert(
      fc.property(tree, (value) => {
        const read = json.toConnect('t', json.fromConnect('t', undefined, value)).value;
        expect(read).toEqual(exactly(value));
      }),
    );
  });

  /** A double that is whole and beyond 2^53 reads back as a bigint: JSON text does not tell the two apart. */
  function exactly(value: unknown): unknown {
    if (typeof value === 'number' && Number.isInteger(value) && !Number.isSafeInteger(value)) {
      const text = JSON.stringify(value);
      return /^-?\d+$/.test(text) ? BigInt(text) : value;
    }
    if (Array.isArray(value)) return value.map(exactly);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, exactly(item)]));
  }

  const int64 = fc.oneof(fc.maxSafeInteger(), fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }));

  it('of int64 and decimal survives with a schema, in both formats', () => {
    const schema: Schema = {
      type: 'struct',
      fields: [
        { type: 'int64', field: 'n' },
        { ...decimal(3), field: 'd' },
      ],
    };
    for (const json of [converter(), converter(numeric)]) {
      fc.assert(
        fc.property(int64, fc.bigInt(), (n, unscaled) => {
          const digits = String(unscaled < 0n ? -unscaled : unscaled).padStart(4, '0');
          const d = `${unscaled < 0n ? '-' : ''}${digits.slice(0, -3)}.${digits.slice(-3)}`;
          const read = json.toConnect('t', json.fromConnect('t', schema, { n, d })).value;
          expect(read).toEqual({ n: Number.isSafeInteger(Number(n)) ? Number(n) : n, d });
        }),
      );
    }
  });

  it('that is a cycle or a function is refused', () => {
    const cycle: Record<string, unknown> = {};
    cycle.self = cycle;
    expect(() => converter(off).fromConnect('t', undefined, cycle)).toThrow(/deeper than/);
    expect(() => converter(off).fromConnect('t', undefined, { a: () => 1 })).toThrow(/at \/a: .*function/);
  });

  it('of bytes that are not UTF-8 JSON never throws anything but poison', () => {
    const json = converter();
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        expect(attempt(() => show(json.toConnect('t', Buffer.from(bytes)).value))).toBe('<error>');
      }),
    );
  });
});
