import { avroConverter } from '@millrace/converters';
import { type Converter, parseConfig, type Schema } from '@millrace/sdk';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Service, startService, unavailable } from '../support/service.ts';

const reason = unavailable('schema-registry');

const V1: Schema = {
  type: 'struct',
  name: 'shop.Order',
  fields: [
    { field: 'id', type: 'int64' },
    { field: 'note', type: 'string', optional: true },
    {
      field: 'price',
      type: 'bytes',
      name: 'org.apache.kafka.connect.data.Decimal',
      version: 1,
      parameters: { scale: '2' },
    },
  ],
};
const V2: Schema = {
  ...V1,
  fields: [...(V1.fields ?? []), { field: 'count', type: 'int32', optional: true }],
};
const BROKEN: Schema = { ...V1, fields: [...(V1.fields ?? []), { field: 'must', type: 'int32' }] };
const VALUE = { id: 2n ** 60n, note: null, price: '12.50' };

describe.skipIf(reason !== undefined)('AvroConverter with a registry', () => {
  let server: Service;

  beforeAll(async () => {
    server = await startService('schema-registry');
  });

  afterAll(() => server?.stop());

  const converter = (more: Readonly<Record<string, string>> = {}): Converter => {
    const { values, problems } = parseConfig(avroConverter.config, {
      'schema.registry.url': server.url,
      ...more,
    });
    expect(problems).toEqual([]);
    return avroConverter.create(values, false);
  };

  const write = async (
    made: Converter,
    topic: string,
    schema: Schema,
    value: unknown,
  ): Promise<Buffer | null> => {
    await made.beforeFromConnect?.(topic, schema, value);
    return made.fromConnect(topic, schema, value);
  };

  const read = async (made: Converter, topic: string, bytes: Buffer | null) => {
    await made.beforeToConnect?.(topic, bytes);
    return made.toConnect(topic, bytes);
  };

  it('writes what another one reads, and the same schema gets the same id', async () => {
    const bytes = await write(converter(), 'orders', V1, VALUE);
    const again = await write(converter(), 'orders', structuredClone(V1), VALUE);
    expect(again).toEqual(bytes);
    const { value, schema } = await read(converter(), 'orders', bytes);
    expect(value).toEqual(VALUE);
    expect(schema).toEqual(V1);
  });

  it('takes schemas that grow, and reads old and new ones side by side', async () => {
    const made = converter();
    const old = await write(made, 'growing', V1, VALUE);
    const grown = await write(made, 'growing', V2, { ...VALUE, count: 3 });
    const reader = converter();
    expect((await read(reader, 'growing', old)).value).toEqual(VALUE);
    expect((await read(reader, 'growing', grown)).value).toEqual({ ...VALUE, count: 3 });
  });

  it('refuses an incompatible schema as config, with the words of the registry', async () => {
    const made = converter();
    await write(made, 'strict', V1, VALUE);
    const failure = await write(made, 'strict', BROKEN, { ...VALUE, must: 1 }).catch((error) => error);
    expect(failure).toMatchObject({ class: 'config', code: 'SCHEMA_INCOMPATIBLE' });
    expect(failure.message).toMatch(/strict-value \(409\): ./);
  });

  it('registers nothing where it may not', async () => {
    const made = converter({ 'auto.register.schemas': 'false' });
    await expect(write(made, 'closed', V1, VALUE)).rejects.toMatchObject({
      class: 'config',
      code: 'SCHEMA_NOT_FOUND',
    });
  });

  it('writes by the newest schema with use.latest.version', async () => {
    await write(converter(), 'latest', V2, { ...VALUE, count: 1 });
    const made = converter({ 'auto.register.schemas': 'false', 'use.latest.version': 'true' });
    const bytes = await write(made, 'latest', V1, VALUE);
    expect((await read(made, 'latest', bytes)).value).toEqual({ ...VALUE, count: null });
  });

  it('says of an id that nobody knows that it is not there', async () => {
    const bytes = Buffer.from([0, 0x7f, 0, 0, 1, 2]);
    await expect(read(converter(), 'orders', bytes)).rejects.toMatchObject({ code: 'SCHEMA_NOT_FOUND' });
  });
});
