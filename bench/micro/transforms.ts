/**
 * What one record costs in each of the common transforms, in ns: `node bench/micro/transforms.ts`. The record has a struct of ten fields
 * with a schema, as JsonConverter reads it; the best of five runs counts.
 */
import { type ConnectRecord, parseConfig, type Schema, type TransformPlugin } from '@millrace/sdk';
import transforms from '@millrace/transforms';

const RUNS = 5;
const RECORDS = 300_000;

const schema: Schema = {
  type: 'struct',
  name: 'Order',
  fields: [
    ...['a', 'b', 'c', 'd'].map((field) => ({ field, type: 'string' as const })),
    ...['e', 'f', 'g', 'h'].map((field) => ({ field, type: 'int64' as const, optional: true })),
    { field: 'price', type: 'double' },
    {
      field: 'at',
      type: 'struct',
      fields: [
        { field: 'city', type: 'string' },
        { field: 'zip', type: 'int32' },
      ],
    },
  ],
};
const value = {
  a: 'a',
  b: 'b',
  c: 'c',
  d: 'd',
  e: 1,
  f: 2,
  g: 3,
  h: null,
  price: 1.5,
  at: { city: 'Bern', zip: 3000 },
};

const CASES: readonly (readonly [string, Record<string, string>])[] = [
  ['RegexRouter', { regex: 'ord(.*)', replacement: 'x$1' }],
  ['InsertField$Value', { 'topic.field': 'topic', 'static.field': 'by', 'static.value': 'me' }],
  ['Cast$Value', { spec: 'e:string,price:int32' }],
  ['ReplaceField$Value', { exclude: 'a', renames: 'b:bb' }],
  ['MaskField$Value', { fields: 'a,e' }],
  ['TimestampConverter$Value', { field: 'e', 'target.type': 'Timestamp' }],
  ['Flatten$Value', {}],
  ['ExtractField$Value', { field: 'at.city', 'field.syntax.version': 'V2' }],
  ['ValueToKey', { fields: 'a,e' }],
  ['InsertHeader', { header: 'h', 'value.literal': '1' }],
  ['Function', { 'function.code': '(record) => ({ topic: "x" })' }],
];

const records = Array.from({ length: 1_000 }, (_, index): ConnectRecord & { offset: number } => ({
  topic: 'orders',
  partition: 0,
  offset: index,
  key: null,
  value: { ...value, e: index },
  valueSchema: schema,
  headers: [],
  timestamp: 1,
}));

for (const [name, config] of CASES) {
  const plugin = transforms.plugins.find((one) => one.class === name) as TransformPlugin;
  const context = { connector: 'bench', name: 't', inlineAllowed: true };
  const transform = await plugin.create(parseConfig(plugin.config, config).values, context);
  let best = Number.POSITIVE_INFINITY;
  for (let run = 0; run < RUNS; run++) {
    const start = process.hrtime.bigint();
    for (let index = 0; index < RECORDS; index++)
      void transform.apply(records[index % 1_000] as ConnectRecord);
    best = Math.min(best, Number(process.hrtime.bigint() - start) / RECORDS);
  }
  console.log(`${name.padEnd(26)} ${best.toFixed(0).padStart(5)} ns`);
}
