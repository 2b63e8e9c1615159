import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Converter, parseConfig, type Schema } from '@millrace/sdk';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { avroConverter } from './avro-converter.ts';

interface Asked {
  readonly method: string;
  readonly path: string;
  readonly authorization: string | undefined;
}

/** A registry in memory, as far as a converter asks it: it numbers schemas from 1. */
class MemoryRegistry {
  readonly asked: Asked[] = [];
  readonly schemas: string[] = [];
  readonly subjects = new Map<string, number>();
  /** What it answers instead, once each. */
  readonly failures: { readonly status: number; readonly message: string }[] = [];
  readonly #server: Server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => {
      body += chunk;
    });
    request.on('end', () => {
      const path = decodeURIComponent(request.url ?? '');
      this.asked.push({ method: request.method ?? '', path, authorization: request.headers.authorization });
      const failure = this.failures.shift();
      const [status, answer] = failure
        ? [failure.status, { error_code: failure.status, message: failure.message }]
        : this.#answer(path, body);
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
    });
  });

  #answer(path: string, body: string): [number, object] {
    const [, kind, name = '', more] = path.split('/');
    if (kind === 'schemas') {
      const schema = this.schemas[Number(path.split('/')[3]) - 1];
      return schema === undefined ? [404, { message: 'Schema not found' }] : [200, { schema }];
    }
    const known = this.subjects.get(name);
    if (more === 'versions' && path.endsWith('latest'))
      return known === undefined
        ? [404, { message: 'Subject not found' }]
        : [200, { id: known, schema: this.schemas[known - 1] }];
    const { schema } = JSON.parse(body) as { schema: string };
    const at = this.schemas.indexOf(schema) + 1;
    if (more !== 'versions') return at === 0 ? [404, { message: 'Schema not found' }] : [200, { id: at }];
    const id = at === 0 ? this.schemas.push(schema) : at;
    this.subjects.set(name, id);
    return [200, { id }];
  }

  async start(): Promise<string> {
    await new Promise<void>((done) => this.#server.listen(0, '127.0.0.1', done));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((done) => this.#server.close(done));
  }
}

let fake: MemoryRegistry;
let url = '';

beforeEach(async () => {
  fake = new MemoryRegistry();
  url = await fake.start();
});

afterEach(() => fake.stop());

function converter(more: Readonly<Record<string, string>> = {}, isKey = false): Converter {
  const { values, problems } = parseConfig(avroConverter.config, { 'schema.registry.url': url, ...more });
  expect(problems).toEqual([]);
  return avroConverter.create(values, isKey);
}

async function write(made: Converter, schema: Schema | undefined, value: unknown, topic = 't') {
  await made.beforeFromConnect?.(topic, schema, value);
  return made.fromConnect(topic, schema, value);
}

async function read(made: Converter, bytes: Buffer | null, topic = 't') {
  await made.beforeToConnect?.(topic, bytes);
  return made.toConnect(topic, bytes);
}

/** The registered Avro schema that is the newest. */
const registered = () => JSON.parse(fake.schemas.at(-1) ?? 'null');

/** The bytes behind mark and id. */
const body = (bytes: Buffer | null) => bytes?.subarray(5).toString('hex');

const avro = (schema: unknown) => fake.schemas.push(JSON.stringify(schema));
const framed = (id: number, hex: string) =>
  Buffer.concat([Buffer.from([0, 0, 0, 0, id]), Buffer.from(hex, 'hex')]);

const struct = (fields: readonly object[], more: object = {}) =>
  ({ type: 'struct', fields, ...more }) as Schema;
const named = (name: string, type: string, more: object = {}) =>
  ({ type, name: `org.apache.kafka.connect.data.${name}`, version: 1, ...more }) as Schema;
const decimal = named('Decimal', 'bytes', { parameters: { scale: '2' } });

describe('bytes', () => {
  // The examples of the Avro specification.
  it.each<[string, Schema, unknown, string]>([
    [
      'a record',
      struct(
        [
          { field: 'a', type: 'int64' },
          { field: 'b', type: 'string' },
        ],
        { name: 'test' },
      ),
      { a: 27, b: 'foo' },
      '3606666f6f',
    ],
    ['an array', { type: 'array', items: { type: 'int64' } }, [3, 27], '04063600'],
    ['a string that may be null', { type: 'string', optional: true }, 'a', '020261'],
    ['a negative int', { type: 'int32' }, -64, '7f'],
    ['an int of two bytes', { type: 'int32' }, 64, '8001'],
    ['a boolean', { type: 'boolean' }, true, '01'],
    ['a double', { type: 'double' }, 1.5, '000000000000f83f'],
    ['the largest int64', { type: 'int64' }, 2n ** 63n - 1n, 'feffffffffffffffff01'],
    ['a decimal', decimal, '-1.50', '04ff6a'],
    ['a map', { type: 'map', keys: { type: 'string' }, values: { type: 'int32' } }, { a: 1 }, '0202610200'],
  ])('%s', async (_what, schema, value, expected) => {
    const made = converter();
    const bytes = await write(made, schema, value);
    expect(bytes?.subarray(0, 5)).toEqual(Buffer.from([0, 0, 0, 0, 1]));
    expect(body(bytes)).toBe(expected);
    expect((await read(made, bytes)).value).toEqual(value);
  });
});

describe('schemas', () => {
  it.each<[string, Schema, unknown]>([
    ['plain types', { type: 'int32' }, 'int'],
    ['narrow types', { type: 'int8' }, { type: 'int', 'connect.type': 'int8' }],
    ['optional types', { type: 'string', optional: true }, ['null', 'string']],
    [
      'defaults, which come first in a union',
      { type: 'int32', optional: true, default: 5 },
      [{ type: 'int', 'connect.default': 5 }, 'null'],
    ],
    [
      'dates',
      named('Date', 'int32'),
      {
        type: 'int',
        logicalType: 'date',
        'connect.version': 1,
        'connect.name': 'org.apache.kafka.connect.data.Date',
      },
    ],
    [
      'decimals',
      decimal,
      {
        type: 'bytes',
        logicalType: 'decimal',
        precision: 64,
        scale: 2,
        'connect.version': 1,
        'connect.parameters': { scale: '2' },
        'connect.name': 'org.apache.kafka.connect.data.Decimal',
      },
    ],
    [
      'structs',
      struct(
        [
          { field: 'id', type: 'int32', doc: 'The id.' },
          { field: 'note', type: 'string', optional: true },
        ],
        { name: 'shop.Order', version: 2 },
      ),
      {
        type: 'record',
        name: 'Order',
        namespace: 'shop',
        fields: [
          { name: 'id', type: { type: 'int', 'connect.doc': 'The id.' } },
          { name: 'note', type: ['null', 'string'], default: null },
        ],
        'connect.version': 2,
        'connect.name': 'shop.Order',
      },
    ],
    [
      'structs without a name, which are numbered',
      struct([{ field: 'inner', ...struct([]) }]),
      {
        type: 'record',
        name: 'ConnectDefault',
        namespace: 'io.confluent.connect.avro',
        fields: [
          {
            name: 'inner',
            type: {
              type: 'record',
              name: 'ConnectDefault2',
              namespace: 'io.confluent.connect.avro',
              fields: [],
            },
          },
        ],
      },
    ],
    [
      'maps by other keys than text',
      { type: 'map', keys: { type: 'int32' }, values: { type: 'string' } },
      {
        type: 'array',
        items: {
          type: 'record',
          name: 'MapEntry',
          namespace: 'io.confluent.connect.avro',
          fields: [
            { name: 'key', type: 'int' },
            { name: 'value', type: 'string' },
          ],
        },
      },
    ],
  ])('of %s are as Confluent writes them', async (_what, schema, expected) => {
    const made = converter();
    await made.beforeFromConnect?.('t', schema, 1);
    expect(registered()).toEqual(expected);
  });

  it('come back whole, with values', async () => {
    const row = struct(
      [
        { field: 'id', type: 'int64' },
        { field: 'small', type: 'int16' },
        { field: 'price', ...decimal },
        { field: 'day', ...named('Date', 'int32') },
        { field: 'at', ...named('Time', 'int32') },
        { field: 'when', ...named('Timestamp', 'int64', { optional: true }) },
        { field: 'raw', type: 'bytes' },
        { field: 'count', type: 'int32', optional: true, default: 3 },
        { field: 'tags', type: 'array', items: { type: 'string', optional: true } },
        { field: 'numbers', type: 'map', keys: { type: 'int32' }, values: { type: 'string' } },
        {
          field: 'inner',
          ...struct([{ field: 'x', type: 'float' }], { name: 'shop.Inner', optional: true }),
        },
        { field: 'again', ...struct([{ field: 'x', type: 'float' }], { name: 'shop.Inner' }) },
      ],
      { name: 'shop.Row', version: 4, doc: 'A row.', parameters: { p: 'q' } },
    );
    const value = {
      id: 2n ** 60n,
      small: -5,
      price: '12.50',
      day: new Date('2020-02-29'),
      at: new Date(3_600_001),
      when: null,
      raw: Buffer.from([1, 2]),
      count: 4,
      tags: ['a', null],
      numbers: new Map([[1, 'one']]),
      inner: null,
      again: { x: 1.5 },
    };
    const made = converter();
    const back = await read(made, await write(made, row, value));
    expect(back.value).toEqual(value);
    expect(back.schema).toEqual(row);
  });

  it('of others, without properties of Connect, are read too', async () => {
    avro({
      type: 'record',
      name: 'Event',
      namespace: 'a',
      doc: 'x',
      fields: [
        { name: 'kind', type: { type: 'enum', name: 'Kind', symbols: ['A', 'B'] } },
        { name: 'digest', type: { type: 'fixed', name: 'Digest', size: 2 } },
        { name: 'other', type: 'Kind' },
        {
          name: 'sum',
          type: [
            'null',
            'string',
            'int',
            { type: 'record', name: 'Deep', fields: [{ name: 'y', type: 'int' }] },
          ],
        },
        { name: 'size', type: 'int', default: 7 },
        { name: 'day', type: { type: 'int', logicalType: 'date' } },
      ],
    });
    const { value, schema } = await read(converter(), framed(1, '02' + '0102' + '00' + '0606' + '0a' + '02'));
    expect(value).toEqual({
      kind: 'B',
      digest: Buffer.from([1, 2]),
      other: 'A',
      sum: { string: null, int: null, Deep: { y: 3 } },
      size: 5,
      day: new Date(86_400_000),
    });
    expect(schema?.name).toBe('a.Event');
    expect(schema?.fields?.map(({ field, type, name }) => [field, type, name])).toEqual([
      ['kind', 'string', 'a.Kind'],
      ['digest', 'bytes', 'a.Digest'],
      ['other', 'string', 'a.Kind'],
      ['sum', 'struct', 'io.confluent.connect.avro.Union'],
      ['size', 'int32', undefined],
      ['day', 'int32', 'org.apache.kafka.connect.data.Date'],
    ]);
    expect(schema?.fields?.[0]?.parameters).toEqual({
      'io.confluent.connect.avro.Enum': 'a.Kind',
      'io.confluent.connect.avro.Enum.A': 'A',
      'io.confluent.connect.avro.Enum.B': 'B',
    });
    expect(schema?.fields?.[4]?.default).toBe(7);
  });

  it('that were read can be written again: enums, fixed and unions', async () => {
    const id = avro({
      type: 'record',
      name: 'Event',
      fields: [
        { name: 'kind', type: { type: 'enum', name: 'Kind', symbols: ['A', 'B'] } },
        { name: 'digest', type: { type: 'fixed', name: 'Digest', size: 2 } },
        { name: 'sum', type: ['null', 'string', 'int'] },
      ],
    });
    const made = converter({ 'enhanced.avro.schema.support': 'true' });
    for (const hex of ['0201020206' + '616263', '00010200', '0001020402']) {
      const { value, schema } = await read(made, framed(id, hex));
      expect(body(await write(made, schema, value))).toBe(hex);
    }
  });

  it('that hold themselves are refused', async () => {
    avro({ type: 'record', name: 'Node', fields: [{ name: 'next', type: ['null', 'Node'] }] });
    await expect(read(converter(), framed(1, '00'))).rejects.toMatchObject({
      class: 'poison',
      message: expect.stringMatching(/holds itself/),
    });
  });

  it('with names that Avro lacks are refused, or scrubbed', async () => {
    const schema = struct([{ field: 'a-b', type: 'int32' }], { name: 'shop.1-x' });
    await expect(write(converter(), schema, { 'a-b': 1 })).rejects.toMatchObject({
      class: 'poison',
      message: expect.stringContaining('which Avro does not allow'),
    });
    const made = converter({ 'scrub.invalid.names': 'true' });
    expect(body(await write(made, schema, { 'a-b': 1 }))).toBe('02');
    expect(registered()).toMatchObject({ name: '_1_x', fields: [{ name: 'a_b' }] });
  });
});

describe('the registry', () => {
  const row = struct([{ field: 'id', type: 'int32' }], { name: 'shop.Row' });

  it('is asked once for a schema and a topic', async () => {
    const made = converter();
    expect(made.beforeFromConnect?.('t', row, { id: 1 })).toBeInstanceOf(Promise);
    await write(made, row, { id: 1 });
    expect(made.beforeFromConnect?.('t', row, { id: 2 })).toBeNull();
    const equal = structuredClone(row);
    await write(made, equal, { id: 2 });
    await write(made, row, { id: 1 }, 'u');
    // The first call of this test and `write` both began before an answer was there.
    expect(fake.asked.map(({ path }) => path)).toEqual([
      '/subjects/t-value/versions',
      '/subjects/t-value/versions',
      '/subjects/u-value/versions',
    ]);
  });

  it('is asked once for an id', async () => {
    avro('string');
    const made = converter();
    await read(made, framed(1, '0261'));
    expect(made.beforeToConnect?.('t', framed(1, '0262'))).toBeNull();
    expect(fake.asked).toHaveLength(1);
  });

  it.each([
    ['TopicNameStrategy', 't-value'],
    ['io.confluent.kafka.serializers.subject.RecordNameStrategy', 'shop.Row'],
    ['io.confluent.kafka.serializers.subject.TopicRecordNameStrategy', 't-shop.Row'],
  ])('is told the subject by %s', async (strategy, subject) => {
    await write(converter({ 'value.subject.name.strategy': strategy }), row, { id: 1 });
    expect([...fake.subjects.keys()]).toEqual([subject]);
  });

  it('is told the subject of keys', async () => {
    await write(converter({}, true), row, { id: 1 });
    expect([...fake.subjects.keys()]).toEqual(['t-key']);
  });

  it('registers nothing with auto.register.schemas=false', async () => {
    const made = converter({ 'auto.register.schemas': 'false' });
    await expect(write(made, row, { id: 1 })).rejects.toMatchObject({
      class: 'config',
      code: 'SCHEMA_NOT_FOUND',
    });
    await write(converter(), row, { id: 1 });
    expect(body(await write(made, row, { id: 1 }))).toBe('02');
    expect(fake.asked.filter(({ path }) => path.endsWith('/versions'))).toHaveLength(1);
  });

  it('gives the newest schema with use.latest.version', async () => {
    const id = avro({
      type: 'record',
      name: 'Row',
      namespace: 'shop',
      fields: [
        { name: 'more', type: 'string', default: 'x' },
        { name: 'id', type: 'long' },
      ],
    });
    fake.subjects.set('t-value', id);
    const made = converter({ 'auto.register.schemas': 'false', 'use.latest.version': 'true' });
    expect(body(await write(made, row, { id: 1 }))).toBe('027802');
  });

  it.each([
    ['USER_INFO', { 'basic.auth.credentials.source': 'USER_INFO', 'basic.auth.user.info': 'me:s3cret' }],
    [
      'USER_INFO by its older name',
      { 'basic.auth.credentials.source': 'USER_INFO', 'schema.registry.basic.auth.user.info': 'me:s3cret' },
    ],
  ])('is given user and password from %s', async (_what, more) => {
    await write(converter(more), row, { id: 1 });
    expect(fake.asked[0]?.authorization).toBe(`Basic ${Buffer.from('me:s3cret').toString('base64')}`);
  });

  it('is given user and password from the address, and no message shows them', async () => {
    const made = converter({ 'schema.registry.url': url.replace('http://', 'http://me:s3cret@') });
    fake.failures.push({ status: 401, message: 'no' });
    const failure = await write(made, row, { id: 1 }).catch((error) => error);
    expect(fake.asked[0]?.authorization).toBe(`Basic ${Buffer.from('me:s3cret').toString('base64')}`);
    expect(failure).toMatchObject({ class: 'auth', code: 'SCHEMA_REGISTRY_REFUSED' });
    expect(JSON.stringify(failure.report()) + failure.stack).not.toContain('s3cret');
  });

  it.each([
    [409, 'config', 'SCHEMA_INCOMPATIBLE', /Schema being registered is incompatible/],
    [422, 'config', 'SCHEMA_REFUSED', /incompatible/],
    [429, 'throttled', 'SCHEMA_REGISTRY_FAILED', /429/],
    [500, 'transient', 'SCHEMA_REGISTRY_FAILED', /500/],
    [403, 'auth', 'SCHEMA_REGISTRY_REFUSED', /403/],
  ])('that answers %d fails as %s, and is asked again', async (status, errorClass, code, message) => {
    const made = converter();
    fake.failures.push({
      status,
      message: 'Schema being registered is incompatible with an earlier schema',
    });
    await expect(write(made, row, { id: 1 })).rejects.toMatchObject({
      class: errorClass,
      code,
      message: expect.stringMatching(message),
    });
    expect(body(await write(made, row, { id: 1 }))).toBe('02');
  });

  it('that does not answer is transient, and the next address is asked', async () => {
    const gone = 'http://127.0.0.1:1';
    await expect(write(converter({ 'schema.registry.url': gone }), row, { id: 1 })).rejects.toMatchObject({
      class: 'transient',
      code: 'SCHEMA_REGISTRY_UNREACHABLE',
    });
    expect(body(await write(converter({ 'schema.registry.url': `${gone},${url}` }), row, { id: 1 }))).toBe(
      '02',
    );
  });

  it('keeps as many schemas as schemas.cache.config says', async () => {
    const made = converter({ 'schemas.cache.config': '2' });
    for (const type of ['int', 'long', 'string']) avro(type);
    for (const id of [1, 2, 3]) await read(made, framed(id, '00'));
    expect(made.beforeToConnect?.('t', framed(3, '00'))).toBeNull();
    expect(made.beforeToConnect?.('t', framed(2, '00'))).toBeNull();
    await made.beforeToConnect?.('t', framed(1, '00'));
    expect(fake.asked).toHaveLength(4);
  });
});

describe('what is refused', () => {
  const row = struct([{ field: 'inner', ...struct([{ field: 'id', type: 'int32' }]) }]);

  it('names the place and not the value', async () => {
    const failure = await write(converter(), row, { inner: { id: 's3cret' } }).catch((error) => error);
    expect(failure).toMatchObject({
      class: 'poison',
      code: 'VALUE_NOT_OF_SCHEMA',
      details: { path: '/inner/id' },
    });
    expect(JSON.stringify(failure.report())).not.toContain('s3cret');
  });

  it.each<[string, string, RegExp]>([
    ['JSON', Buffer.from('{"a":1}').toString('hex'), /mark of a registered schema/],
    ['too few bytes', '0000', /mark/],
    ['a body that ends early', '000000000106', /ends too early|is not of/],
    ['a body that goes on', '00000000010261ff', /goes on/],
  ])('%s', async (_what, hex, message) => {
    avro('string');
    await expect(read(converter(), Buffer.from(hex, 'hex'))).rejects.toMatchObject({
      class: 'poison',
      message: expect.stringMatching(message),
    });
  });

  it('values without a schema', async () => {
    await expect(write(converter(), undefined, { a: 1 })).rejects.toMatchObject({
      code: 'VALUE_WITHOUT_SCHEMA',
    });
  });

  it('but tombstones pass', async () => {
    const made = converter();
    expect(await write(made, undefined, null)).toBeNull();
    expect(await write(made, { type: 'string', optional: true }, null)).toBeNull();
    expect(await read(made, null)).toEqual({ value: null });
    expect(fake.asked).toEqual([]);
  });

  it.each([
    [{ 'schema.registry.url': 'ftp://x' }, 'schema.registry.url'],
    [{ 'schema.registry.url': '' }, 'schema.registry.url'],
    [{ 'value.subject.name.strategy': 'Mine' }, 'value.subject.name.strategy'],
    [{ 'schemas.cache.config': '0' }, 'schemas.cache.config'],
  ])('options such as %j, by their key', (more, key) => {
    const { problems } = parseConfig(avroConverter.config, { 'schema.registry.url': url, ...more });
    expect(problems.map((problem) => problem.key)).toEqual([key]);
  });
});
