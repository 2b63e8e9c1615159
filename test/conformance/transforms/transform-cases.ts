import type { Envelope, TransformCase } from './oracle.ts';

const plain = (payload: unknown): Envelope => ({ schema: null, payload });
const typed = (schema: unknown, payload: unknown): Envelope => ({ schema, payload });
const field = (name: string, type: string, more: object = {}) => ({
  field: name,
  type,
  optional: false,
  ...more,
});
const struct = (fields: readonly object[], more: object = {}) => ({
  type: 'struct',
  optional: false,
  fields,
  ...more,
});
const decimal = (name: string, scale: number, more: object = {}) =>
  field(name, 'bytes', {
    name: 'org.apache.kafka.connect.data.Decimal',
    version: 1,
    parameters: { scale: String(scale) },
    ...more,
  });
const date = (name: string, more: object = {}) =>
  field(name, 'int32', { name: 'org.apache.kafka.connect.data.Date', version: 1, ...more });
const time = (name: string, more: object = {}) =>
  field(name, 'int32', { name: 'org.apache.kafka.connect.data.Time', version: 1, ...more });
const timestamp = (name: string, more: object = {}) =>
  field(name, 'int64', { name: 'org.apache.kafka.connect.data.Timestamp', version: 1, ...more });

const ORDER = struct(
  [
    field('id', 'int64'),
    field('name', 'string', { optional: true }),
    field('price', 'double'),
    field('count', 'int32', { optional: true, default: 7 }),
    field('paid', 'boolean', { optional: true }),
    struct([field('city', 'string'), field('zip', 'int32', { optional: true, default: 1000 })], {
      field: 'address',
      optional: true,
      name: 'Address',
    }),
  ],
  { name: 'Order', version: 3, doc: 'An order.', parameters: { a: 'b' } },
);
const ORDER_VALUE = {
  id: 12,
  name: 'pen',
  price: 1.5,
  count: null,
  paid: true,
  address: { city: 'Bern', zip: null },
};
const order = typed(ORDER, ORDER_VALUE);
const orderMap = plain(ORDER_VALUE);
const NUMBERS = [0, 1, -1, 127, 128, 300, -129, 70000, 2147483648, 1.5, -1.5, 1e10, 3.7e21, 0.0001];
const TEXTS = [
  '12',
  '-7',
  '+5',
  '300',
  '1.5',
  ' 1',
  '',
  'x',
  'true',
  'TRUE',
  '1e3',
  'NaN',
  '-Infinity',
  '99999999999',
  '1f',
  '0x1p3',
];
const TARGETS = ['int8', 'int16', 'int32', 'int64', 'float32', 'float64', 'boolean', 'string'];
const FLAT = struct([field('a', 'string')]);

const casts: TransformCase[] = TARGETS.flatMap((target): TransformCase[] => [
  ...NUMBERS.map((number) => cast(target, plain({ v: number }), `${number} without schema`)),
  ...NUMBERS.filter((number) => !Number.isInteger(number) || number < 100).map((number) =>
    cast(target, typed(struct([field('v', 'double')]), { v: number }), `double ${number}`),
  ),
  ...[0, -1, 300, 70000, 2147483648].map((number) =>
    cast(target, typed(struct([field('v', 'int64')]), { v: number }), `int64 ${number}`),
  ),
  ...TEXTS.map((text) => cast(target, typed(struct([field('v', 'string')]), { v: text }), `text "${text}"`)),
  ...[true, false].map((value) => cast(target, plain({ v: value }), String(value))),
  cast(target, typed(struct([field('v', 'float')]), { v: 0.1 }), 'float 0.1'),
  cast(target, typed(struct([field('v', 'float')]), { v: 16777216 }), 'float 2^24'),
  cast(target, plain({ w: 1 }), 'a field that is not there'),
  cast(target, plain({ v: [1] }), 'a list'),
  cast(target, plain({ v: { a: 1 } }), 'a map'),
  cast(target, plain('7'), 'not a map'),
  cast(target, null, 'a tombstone'),
  cast(target, typed(struct([field('v', 'bytes')]), { v: 'AQI=' }), 'bytes'),
  cast(target, typed(struct([decimal('v', 2)]), { v: 'ATk=' }), 'Decimal 3.13'),
  cast(target, typed(struct([decimal('v', 8)]), { v: 'AQ==' }), 'a small Decimal'),
  cast(target, typed(struct([date('v')]), { v: 18000 }), 'Date'),
  cast(target, typed(struct([time('v')]), { v: 3600000 }), 'Time'),
  cast(target, typed(struct([timestamp('v')]), { v: 1600000000123 }), 'Timestamp'),
  cast(target, typed(struct([timestamp('v')]), { v: -5 }), 'Timestamp before 1970'),
  cast(
    target,
    typed(struct([field('v', 'int32', { optional: true, default: 5, doc: 'd', name: 'n' })]), { v: null }),
    'null with a default',
  ),
  {
    what: `the whole, to ${target}`,
    type: 'Cast$Value',
    config: { spec: target },
    value: typed({ type: 'int32', optional: true, default: 3, name: 'n', doc: 'd' }, 300),
  },
  {
    what: `the whole without schema, to ${target}`,
    type: 'Cast$Key',
    config: { spec: target },
    key: plain(12.7),
    value: plain(1),
  },
  {
    what: `a whole date, to ${target}`,
    type: 'Cast$Value',
    config: { spec: target },
    value: typed(
      { type: 'int64', optional: false, name: 'org.apache.kafka.connect.data.Timestamp', version: 1 },
      1600000000000,
    ),
  },
]);

function cast(target: string, value: Envelope, what: string): TransformCase {
  return { what: `${what}, to ${target}`, type: 'Cast$Value', config: { spec: `v:${target}` }, value };
}

const KEEP_NULLS = { 'replace.null.with.default': 'false' };

/** Each transform on the same records: with schema, without, no map at all, a tombstone, a source's. */
function everywhere(type: string, config: Readonly<Record<string, string>>): TransformCase[] {
  const on = (what: string, more: Partial<TransformCase>): TransformCase => ({
    what: `${JSON.stringify(config)} on ${what}`,
    type,
    config,
    ...more,
  });
  return [
    on('a struct', { value: order, key: order }),
    on('a struct, nulls kept', { value: order, key: order, config: { ...config, ...KEEP_NULLS } }),
    on('a map', { value: orderMap, key: orderMap }),
    on('text', { value: plain('x'), key: plain('x') }),
    on('text with a schema', { value: typed({ type: 'string', optional: true }, 'x'), key: plain(1) }),
    on('a tombstone', { value: null, key: null }),
    on('a null with a schema', {
      value: typed({ ...ORDER, optional: true }, null),
      key: typed({ ...ORDER, optional: true }, null),
    }),
    on('an optional struct', { value: typed({ ...ORDER, optional: true }, ORDER_VALUE), key: order }),
    on('a record of a source', { value: order, key: order, source: true, timestamp: null }),
    on('a record with headers', {
      value: order,
      key: order,
      headers: [
        { key: 'h', value: plain('1') },
        { key: 'g', value: typed({ type: 'int32', optional: false }, 1) },
        { key: 'h', value: plain('2') },
      ],
    }),
  ];
}

const sided = (type: string, config: Readonly<Record<string, string>>) => [
  ...everywhere(`${type}$Value`, config),
  ...everywhere(`${type}$Key`, config),
];

const wrong = (type: string, config: Readonly<Record<string, string>>): TransformCase => ({
  what: `wrong options ${JSON.stringify(config)}`,
  type,
  config,
  value: orderMap,
});

const TIMES: readonly (readonly [string, Envelope])[] = [
  ['text', typed(struct([field('t', 'string', { optional: true })]), { t: '2020-02-30 25:61:07.5' })],
  ['other text', plain({ t: 'soon' })],
  ['unix', typed(struct([field('t', 'int64')]), { t: 1600000000123 })],
  ['unix without schema', plain({ t: 1600000000123, u: 1 })],
  ['negative unix', plain({ t: -1 })],
  ['int32', typed(struct([field('t', 'int32')]), { t: 5 })],
  ['Date', typed(struct([date('t', { optional: true })]), { t: 18000 })],
  ['Time', typed(struct([time('t')]), { t: 3600001 })],
  [
    'Timestamp',
    typed(struct([timestamp('t')], { optional: true, name: 'n', version: 2 }), { t: 1600000000123 }),
  ],
  [
    'Timestamp with a default',
    typed(struct([timestamp('t', { optional: true, default: 86400000 })]), { t: null }),
  ],
  ['null', plain({ t: null })],
  ['no such field', typed(FLAT, { a: 'x' })],
  ['no such field without schema', plain({ a: 'x' })],
  ['a tombstone', null],
  ['a null with a schema', typed(struct([timestamp('t')], { optional: true }), null)],
  ['a fraction', plain({ t: 1.5 })],
  ['a boolean', plain({ t: true })],
];

const times: TransformCase[] = ['string', 'unix', 'Date', 'Time', 'Timestamp'].flatMap((target) =>
  TIMES.flatMap(([what, value]) =>
    ['milliseconds', 'seconds', 'microseconds', 'nanoseconds'].map(
      (precision): TransformCase => ({
        what: `${what} to ${target}, ${precision}`,
        type: 'TimestampConverter$Value',
        config: {
          field: 't',
          'target.type': target,
          format: 'yyyy-MM-dd HH:mm:ss.SSS',
          'unix.precision': precision,
        },
        value,
      }),
    ),
  ),
);

const PATTERNS = [
  'yyyyMMdd',
  'yy-M-d',
  "yyyy-MM-dd'T'HH:mm:ss.SSSX",
  'EEE, d MMM yyyy HH:mm:ss Z',
  'EEEE MMMM dd',
  'hh:mm a',
  'k K H h',
  'D w W F u',
  'YYYY-ww',
  "yyyy 'o''clock' ''",
  'G y',
  'z zzzz XX XXX',
  'S SS SSSS',
  'yyy',
  'yyyyy',
  'LLL',
  'MMM',
  'HHmmss',
  '',
  'b',
  "'open",
];
const INSTANTS = [
  0, 1600000000123, 1577750400000, 1609459199999, 951782400000, 1704067199000, -1, 946684799999,
];

const formats: TransformCase[] = PATTERNS.flatMap((format) =>
  INSTANTS.map(
    (t): TransformCase => ({
      what: `${t} as "${format}"`,
      type: 'TimestampConverter$Value',
      config: { 'target.type': 'string', format },
      value: plain(t),
    }),
  ),
);

const READ: readonly (readonly [format: string, text: string])[] = [
  ['yyyyMMdd', '20200229'],
  ['yyyyMMdd', '2020'],
  ['yyyyMMddHHmmss', '20200229235959'],
  ['yyyy-MM-dd', '2020-2-9'],
  ['yyyy-MM-dd', '20-02-09'],
  ['yyyy-MM-dd', '2020-13-45 and more'],
  ['yy-MM-dd', '45-01-01'],
  ['yy-MM-dd', '47-01-01'],
  ['yy-MM-dd', '1999-01-01'],
  ['d MMM yyyy', '5 feb 2020'],
  ['d MMMM yyyy', '5 Feb 2020'],
  ['d MMM yyyy', '5 february 2020'],
  ['EEE d MMM yyyy', 'Wed 5 Feb 2020'],
  ['hh:mm a', '12:30 AM'],
  ['hh:mm a', '12:30 pm'],
  ['KK:mm a', '00:30 PM'],
  ['kk:mm', '24:30'],
  ["yyyy-MM-dd'T'HH:mm:ssX", '2020-02-09T01:02:03Z'],
  ["yyyy-MM-dd'T'HH:mm:ssXXX", '2020-02-09T01:02:03+02:00'],
  ["yyyy-MM-dd'T'HH:mm:ssXX", '2020-02-09T01:02:03-0330'],
  ["yyyy-MM-dd'T'HH:mm:ssX", '2020-02-09T01:02:03+02'],
  ['yyyy-MM-dd HH:mm:ss Z', '2020-02-09 01:02:03 +0100'],
  ['yyyy-MM-dd HH:mm:ss z', '2020-02-09 01:02:03 UTC'],
  ['yyyy-MM-dd HH:mm:ss z', '2020-02-09 01:02:03 GMT+02:00'],
  ['yyyy-MM-dd HH:mm:ss z', '2020-07-09 01:02:03 PDT'],
  ['HH:mm:ss.SSS', '01:02:03.5'],
  ['HH:mm:ss.SSS', '01:02:03.123456'],
  ['yyyy-MM-dd', ' 2020-02-09'],
  ['yyyy-MM-dd', '-5-02-09'],
  ['yyyy DDD', '2020 060'],
  ['G yyyy', 'BC 0044'],
  ['yyyy-MM-dd', 'x'],
];

const reads: TransformCase[] = READ.map(([format, text]) => ({
  what: `"${text}" read as "${format}"`,
  type: 'TimestampConverter$Value',
  config: { 'target.type': 'unix', format },
  value: plain(text),
}));

const routes: TransformCase[] = [
  ['ord(.*)', 'x$1'],
  ['ord(.*)', '$0-$1'],
  ['(?<a>o)(.*)', '${a}-$2'],
  ['(o)(.*)', '$2\\$1'],
  ['o|orders', 'x'],
  ['nothing', 'x'],
  ['(?i)ORDERS', 'low'],
  ['(.)(.)(.*)', '$11'],
  ['orders', ''],
  ['\\Qorders\\E', 'quoted'],
  ['[\\p{Alpha}]+', 'letters'],
  ['\\Aorders\\z', 'anchored'],
  ['(', 'x'],
  ['(o).*', '$2'],
  ['o(x)?.*', 'a$1b'],
  ['orders', '$'],
].map(([regex = '', replacement = '']) => ({
  what: `${regex} to ${replacement}`,
  type: 'RegexRouter',
  config: { regex, replacement },
  value: plain(1),
}));

const VALUES = [
  'x',
  '1',
  '128',
  '-40000',
  '99999999999',
  '1.5',
  '1.0',
  '1e3',
  '1e39',
  '1e400',
  '.5',
  '-.5',
  '+5',
  'true',
  'True',
  'null',
  '',
  ' ',
  '[]',
  '{}',
  '[1,2]',
  '[1,2.5]',
  '[1,"a"]',
  '["a","b"]',
  '[1,null]',
  '[null]',
  '{"a":1}',
  '{"a":1,"b":70000}',
  '{"a":null}',
  '{"a":[1,2]}',
  '{1:2}',
  '[true,false]',
  '["2020-02-03"]',
  '[2020-02-03]',
  '2020-02-03',
  '2020-13-45',
  '12:34:56.789Z',
  '2020-02-03T01:02:03.004Z',
  '12345678901234567890',
  '123456789012345678901234567890',
  '{"a":"b\\"c"}',
  '"quoted"',
  '[1,2',
  '{a:1}',
  'a:b',
  '[1,]',
  '{"a":1,}',
  '[,1]',
  '{"a" 1}',
  'true}',
  '1,2',
  ' 7 ',
  '{"a": 1 , "b": 2}',
  '[ 1 , 2 ]',
  '[[1],[2]]',
  '0x10',
  '1L',
  'NaN',
] as const;

/** What InsertHeader is given, and what SimpleHeaderConverter reads. */
export const headerTexts: readonly string[] = VALUES;

/** The table that Apache Kafka and we go through side by side. */
export const transformCases: readonly TransformCase[] = [
  ...casts,
  ...sided('Cast', { spec: 'id:string,price:int32,count:int8' }),
  ...sided('Cast', { spec: 'string' }),
  ...sided('Cast', { spec: ' id : STRING ' }),
  wrong('Cast$Value', { spec: 'a:b:c' }),
  wrong('Cast$Value', { spec: 'a:bytes' }),
  wrong('Cast$Value', { spec: 'int8,int16' }),
  wrong('Cast$Value', { spec: '' }),
  wrong('Cast$Value', {}),
  ...everywhere('DropHeaders', { headers: 'h' }),
  ...everywhere('DropHeaders', { headers: 'nothing' }),
  ...sided('ExtractField', { field: 'name' }),
  ...sided('ExtractField', { field: 'count' }),
  ...sided('ExtractField', { field: 'address' }),
  ...sided('ExtractField', { field: 'nothing' }),
  ...sided('ExtractField', { field: 'address.city', 'field.syntax.version': 'V2' }),
  ...sided('ExtractField', { field: 'address.zip', 'field.syntax.version': 'v2' }),
  ...sided('ExtractField', { field: 'name.x', 'field.syntax.version': 'V2' }),
  ...[
    '`a.b`.c',
    'a.`b`',
    '`a``b`',
    '`a\\`.b`',
    '`a',
    '`a`b`',
    'a..b',
    'a.',
    '.a',
    '',
    'a`b',
    '`a.b`',
    '`a`.`b.c`',
    '``',
  ].map(
    (path): TransformCase => ({
      what: `the path ${path}`,
      type: 'ExtractField$Value',
      config: { field: path, 'field.syntax.version': 'V2' },
      value: plain({
        'a.b': { c: 1 },
        a: { b: 2, '': { b: 3 }, 'b.c': 8 },
        'a``b': 4,
        'a`.b': 5,
        'a`b': 6,
        '': { a: 7, '': 10 },
        '`a': 9,
      }),
    }),
  ),
  wrong('ExtractField$Value', { field: 'a', 'field.syntax.version': 'V3' }),
  ...everywhere('Filter', {}),
  ...sided('Flatten', {}),
  ...sided('Flatten', { delimiter: '_' }),
  ...sided('Flatten', { delimiter: '' }),
  {
    what: 'lists',
    type: 'Flatten$Value',
    config: {},
    value: plain({ a: [1], b: { c: [2], d: null, e: {} }, f: 1 }),
  },
  {
    what: 'lists, maps and defaults with a schema',
    type: 'Flatten$Value',
    config: {},
    value: typed(
      struct([
        { field: 'a', type: 'array', items: { type: 'int32' } },
        struct([field('c', 'int32', { optional: true, default: 4 }), field('d', 'string')], {
          field: 'b',
          optional: true,
        }),
      ]),
      { a: [1], b: null },
    ),
  },
  {
    what: 'a map with a schema',
    type: 'Flatten$Value',
    config: {},
    value: typed(struct([{ field: 'm', type: 'map', keys: { type: 'string' }, values: { type: 'int32' } }]), {
      m: { a: 1 },
    }),
  },
  {
    what: 'a map as the whole',
    type: 'Flatten$Value',
    config: {},
    value: typed({ type: 'map', keys: { type: 'string' }, values: { type: 'int32' } }, { a: 1 }),
  },
  ...sided('HeaderFrom', { fields: 'name,count', headers: 'n,c', operation: 'copy' }),
  ...sided('HeaderFrom', { fields: 'name,count', headers: 'n,c', operation: 'move' }),
  ...sided('HeaderFrom', { fields: 'nothing', headers: 'n', operation: 'move' }),
  wrong('HeaderFrom$Value', { fields: 'a,b', headers: 'n', operation: 'move' }),
  wrong('HeaderFrom$Value', { fields: 'a', headers: 'n', operation: 'take' }),
  wrong('HeaderFrom$Value', { fields: '', headers: '', operation: 'move' }),
  ...sided('HoistField', { field: 'wrapped' }),
  ...sided('InsertField', {
    'topic.field': 'topic',
    'partition.field': 'part!',
    'timestamp.field': 'at?',
    'static.field': 'who',
    'static.value': 'me',
  }),
  ...sided('InsertField', { 'offset.field': 'offset' }),
  ...sided('InsertField', { 'static.field': 'who' }),
  ...sided('InsertField', { 'topic.field': 'name' }),
  ...sided('InsertField', {}),
  ...everywhere('InsertHeader', { header: 'h', 'value.literal': '5' }),
  ...VALUES.map(
    (text): TransformCase => ({
      what: `the value ${text}`,
      type: 'InsertHeader',
      config: { header: 'h', 'value.literal': text },
      value: plain(1),
    }),
  ),
  ...sided('MaskField', { fields: 'id,name,price,paid,nothing' }),
  ...sided('MaskField', { fields: 'address' }),
  ...sided('MaskField', { fields: 'name', replacement: '***' }),
  ...sided('MaskField', { fields: 'id,price,count', replacement: '42' }),
  ...sided('MaskField', { fields: 'id', replacement: '***' }),
  ...sided('MaskField', { fields: 'paid', replacement: '1' }),
  wrong('MaskField$Value', { fields: 'id', replacement: '' }),
  ...['int8', 'int16', 'int32', 'int64', 'float', 'double', 'string', 'boolean', 'bytes'].flatMap((type) =>
    [undefined, '300', '-1.9', '1e2', 'x'].map(
      (replacement): TransformCase => ({
        what: `${type} by ${replacement ?? 'nothing'}`,
        type: 'MaskField$Value',
        config: { fields: 'v', ...(replacement === undefined ? {} : { replacement }) },
        value: typed(struct([field('v', type)]), {
          v: type === 'string' ? 'x' : type === 'boolean' ? true : type === 'bytes' ? 'AQ==' : 1,
        }),
      }),
    ),
  ),
  {
    what: 'lists and maps',
    type: 'MaskField$Value',
    config: { fields: 'a,m,d' },
    value: typed(
      struct([
        { field: 'a', type: 'array', items: { type: 'int32' } },
        { field: 'm', type: 'map', keys: { type: 'string' }, values: { type: 'int32' } },
        timestamp('d'),
      ]),
      { a: [1], m: { a: 1 }, d: 5 },
    ),
  },
  ...routes,
  ...sided('ReplaceField', { exclude: 'name,nothing', renames: 'id:key' }),
  ...sided('ReplaceField', { include: 'id,address' }),
  ...sided('ReplaceField', { include: 'id,name', exclude: 'name' }),
  ...sided('ReplaceField', { renames: 'id:name,name:id' }),
  ...sided('ReplaceField', {}),
  wrong('ReplaceField$Value', { renames: 'a' }),
  wrong('ReplaceField$Value', { renames: 'a:b:c' }),
  ...sided('SetSchemaMetadata', { 'schema.name': 'Renamed' }),
  ...sided('SetSchemaMetadata', { 'schema.name': 'Renamed', 'schema.version': '9' }),
  ...sided('SetSchemaMetadata', {}),
  {
    what: 'a list',
    type: 'SetSchemaMetadata$Value',
    config: { 'schema.name': 'L' },
    value: typed({ type: 'array', optional: false, items: { type: 'int32', optional: false } }, [1]),
  },
  ...times,
  ...formats,
  ...reads,
  ...sided('TimestampConverter', { 'target.type': 'Timestamp' }),
  wrong('TimestampConverter$Value', { 'target.type': 'string' }),
  wrong('TimestampConverter$Value', { 'target.type': 'date' }),
  wrong('TimestampConverter$Value', { 'target.type': 'unix', 'unix.precision': 'days' }),
  ...everywhere('TimestampRouter', {}),
  ...everywhere('TimestampRouter', {
    'topic.format': '${timestamp}.${topic}.${topic}',
    'timestamp.format': 'yyyy/MM',
  }),
  ...everywhere('ValueToKey', { fields: 'id,name,count' }),
  ...everywhere('ValueToKey', { fields: 'nothing' }),
];
