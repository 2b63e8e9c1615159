import {
  type AnyPlugin,
  type ConnectRecord,
  parseConfig,
  type Schema,
  type TransformPlugin,
} from '@millrace/sdk';
import { describe, expect, it } from 'vitest';
import manifest from './index.ts';

const pluginOf = (name: string) =>
  manifest.plugins.find((plugin: AnyPlugin) => plugin.class === name) as TransformPlugin;

function frozen<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !(value instanceof Date) && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const inner of Object.values(value)) frozen(inner);
  }
  return value;
}

const SCHEMA: Schema = frozen({
  type: 'struct',
  name: 'Order',
  fields: [
    { field: 'id', type: 'int64' },
    { field: 'a.b', type: 'string', optional: true },
    {
      field: 'address',
      type: 'struct',
      optional: true,
      fields: [
        { field: 'city', type: 'string' },
        { field: 'zip', type: 'int32', optional: true, default: 1000 },
        { field: 'since', type: 'int64' },
      ],
    },
  ],
});
const VALUE = { id: 1, 'a.b': 'x', address: { city: 'Bern', zip: null, since: 86_400_000 } };

const withSchema: ConnectRecord = frozen({
  topic: 'orders',
  partition: 0,
  key: null,
  value: VALUE,
  valueSchema: SCHEMA,
  headers: [{ key: 'h', value: 1 }],
  timestamp: 5,
});
const without: ConnectRecord = frozen({ ...withSchema, valueSchema: undefined });

async function made(name: string, config: Readonly<Record<string, string>>) {
  const plugin = pluginOf(name);
  const { values, problems } = parseConfig(plugin.config, config);
  expect(problems).toEqual([]);
  return plugin.create(values, { connector: 'c', name: 't' });
}

/** What the transform makes of the record with and without a schema; neither can be written to. */
async function both(name: string, config: Readonly<Record<string, string>>) {
  const transform = await made(name, { ...config, 'field.syntax.version': 'V2' });
  return [await transform.apply(withSchema), await transform.apply(without)] as readonly [
    ConnectRecord,
    ConnectRecord,
  ];
}

const fieldNames = (schema: Schema | undefined, ...path: string[]): string[] => {
  const at = path.reduce<Schema | undefined>(
    (inner, step) => inner?.fields?.find(({ field }) => field === step),
    schema,
  );
  return (at?.fields ?? []).map(({ field }) => field);
};

describe('nested fields', () => {
  it('are cast', async () => {
    const [typed, plain] = await both('Cast$Value', {
      spec: 'address.since:string,`a.b`:string,address.zip:int64',
    });
    expect(typed.value).toEqual({ ...VALUE, address: { city: 'Bern', zip: 1000, since: '86400000' } });
    expect(plain.value).toEqual({ ...VALUE, address: { city: 'Bern', zip: null, since: '86400000' } });
    expect(typed.valueSchema?.fields?.[2]?.fields?.map(({ type }) => type)).toEqual([
      'string',
      'int64',
      'string',
    ]);
  });

  it('are masked', async () => {
    for (const record of await both('MaskField$Value', { fields: 'address.city,`a.b`' }))
      expect(record.value).toMatchObject({ 'a.b': '', address: { city: '', since: 86_400_000 } });
  });

  it('are dropped, kept and renamed', async () => {
    const [typed, plain] = await both('ReplaceField$Value', {
      exclude: 'address.zip',
      renames: 'address.city:town,id:key',
    });
    for (const record of [typed, plain])
      expect(record.value).toEqual({ key: 1, 'a.b': 'x', address: { town: 'Bern', since: 86_400_000 } });
    expect(fieldNames(typed.valueSchema, 'address')).toEqual(['town', 'since']);
    for (const record of await both('ReplaceField$Value', { include: 'address.city' }))
      expect(record.value).toEqual({ address: { city: 'Bern' } });
  });

  it('become headers', async () => {
    const [typed, plain] = await both('HeaderFrom$Value', {
      fields: 'address.city',
      headers: 'city',
      operation: 'move',
    });
    for (const record of [typed, plain]) {
      expect(record.headers.map(({ key, value }) => [key, value])).toEqual([
        ['h', 1],
        ['city', 'Bern'],
      ]);
      expect(record.value).toEqual({ ...VALUE, address: expect.not.objectContaining({ city: 'Bern' }) });
    }
    expect(fieldNames(typed.valueSchema, 'address')).toEqual(['zip', 'since']);
  });

  it('become keys', async () => {
    const [typed, plain] = await both('ValueToKey', { fields: 'id,address.city' });
    for (const record of [typed, plain]) expect(record.key).toEqual({ id: 1, city: 'Bern' });
    expect(fieldNames(typed.keySchema)).toEqual(['id', 'city']);
  });

  it('are times that are converted', async () => {
    for (const record of await both('TimestampConverter$Value', {
      field: 'address.since',
      'target.type': 'Timestamp',
    }))
      expect(record.value).toMatchObject({ address: { since: new Date(86_400_000) } });
  });

  it('are inserted, with what is missing on the way', async () => {
    const [typed, plain] = await both('InsertField$Value', {
      'topic.field': 'meta.kafka.topic!',
      'static.field': 'address.by',
      'static.value': 'me',
    });
    for (const record of [typed, plain])
      expect(record.value).toMatchObject({
        meta: { kafka: { topic: 'orders' } },
        address: { city: 'Bern', by: 'me' },
      });
    expect(fieldNames(typed.valueSchema, 'meta', 'kafka')).toEqual(['topic']);
    expect(fieldNames(typed.valueSchema, 'address')).toEqual(['city', 'zip', 'since', 'by']);
  });

  it('in a struct that is null stay away', async () => {
    const transform = await made('Cast$Value', { spec: 'address.zip:string', 'field.syntax.version': 'V2' });
    const record = { ...withSchema, value: { id: 1, address: null } };
    expect(await transform.apply(record)).toMatchObject({ value: { id: 1, address: null } });
  });
});

describe('a record', () => {
  it('shares what a transform does not touch', async () => {
    const transform = await made('Cast$Value', { spec: 'id:string' });
    const out = (await transform.apply(withSchema)) as ConnectRecord;
    expect((out.value as typeof VALUE).address).toBe(VALUE.address);
    expect(out.headers).toBe(withSchema.headers);
    expect(out.valueSchema?.fields?.[2]).toBe(SCHEMA.fields?.[2]);
  });

  it('gets the same schema object for the same schema, so that converters know it again', async () => {
    const transform = await made('ReplaceField$Value', { exclude: 'id' });
    const [one, other] = [
      await transform.apply(withSchema),
      await transform.apply(withSchema),
    ] as ConnectRecord[];
    expect(one?.valueSchema).toBe(other?.valueSchema);
  });

  it('of a sink keeps where it was read from', async () => {
    const transform = await made('RegexRouter', { regex: '.*', replacement: 'x' });
    expect(await transform.apply({ ...withSchema, offset: 9 } as ConnectRecord)).toMatchObject({
      topic: 'x',
      offset: 9,
    });
  });

  it('has no fields but its own', async () => {
    const transform = await made('ExtractField$Value', { field: 'constructor' });
    expect(await transform.apply(without)).toMatchObject({ value: null });
  });

  it('that does not fit is poison, with the field but not with its content', async () => {
    const transform = await made('Cast$Value', { spec: 'a.b:int8' });
    const failure = await (async () =>
      transform.apply({ ...withSchema, value: { ...VALUE, 'a.b': 's3cret' } }))().catch((error) => error);
    expect(failure).toMatchObject({ class: 'poison', code: 'VALUE_NOT_CAST' });
    expect(JSON.stringify(failure.report())).not.toContain('s3cret');
  });
});

describe('a wrong option', () => {
  it.each<[string, Record<string, string>, string]>([
    ['Cast$Value', { spec: 'a:int9' }, 'spec'],
    ['Cast$Value', { spec: '`a:int8', 'field.syntax.version': 'V2' }, 'spec'],
    ['ExtractField$Value', { field: '`a', 'field.syntax.version': 'V2' }, 'field'],
    ['ExtractField$Value', { field: 'a', 'field.syntax.version': 'V3' }, 'field.syntax.version'],
    ['HeaderFrom$Key', { fields: 'a', headers: 'b,c', operation: 'copy' }, 'headers'],
    ['InsertField$Value', { 'static.field': 'a' }, 'static.value'],
    ['MaskField$Value', { fields: 'a', replacement: '' }, 'replacement'],
    ['RegexRouter', { regex: '(', replacement: '' }, 'regex'],
    ['RegexRouter', { regex: 'a', replacement: '$1' }, 'replacement'],
    ['ReplaceField$Value', { renames: 'a' }, 'renames'],
    ['SetSchemaMetadata$Value', {}, 'schema.name'],
    ['TimestampConverter$Value', { 'target.type': 'string' }, 'format'],
    ['TimestampConverter$Value', { 'target.type': 'string', format: 'bb' }, 'format'],
    ['TimestampRouter', { 'timestamp.format': "'" }, 'timestamp.format'],
    ['ValueToKey', { fields: 'a.x,b.x', 'field.syntax.version': 'V2' }, 'fields'],
    ['ExtractNewRecordState', { 'delete.tombstone.handling.mode': 'keep' }, 'delete.tombstone.handling.mode'],
    ['ExtractNewRecordState', { 'add.fields': 'a:b:c' }, 'add.fields'],
  ])('of %s: %j is named', (name, config, key) => {
    expect(parseConfig(pluginOf(name).config, config).problems.map((problem) => problem.key)).toEqual([key]);
  });
});

describe('the manifest', () => {
  it("answers to Kafka's and Debezium's class names", () => {
    const aliases = manifest.plugins.flatMap((plugin) =>
      plugin.type === 'transform' ? (plugin.aliases ?? []) : [],
    );
    expect(aliases).toContain('org.apache.kafka.connect.transforms.Cast$Key');
    expect(aliases).toContain('org.apache.kafka.connect.transforms.RegexRouter');
    expect(aliases).toContain('io.debezium.transforms.ExtractNewRecordState');
    expect(aliases).toHaveLength(26 + 1);
  });
});
