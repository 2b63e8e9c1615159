import { parseConfig } from '@millrace/sdk';
import { describe, expect, test } from 'vitest';
import { debeziumPostgres, jdbcSink } from './aliases.ts';
import { sinkConfig, sourceConfig } from './config.ts';

const debezium = {
  name: 'inventory',
  'connector.class': debeziumPostgres.class,
  'database.hostname': 'db',
  'database.port': '5432',
  'database.user': 'postgres',
  'database.password': 'postgres',
  'database.dbname': 'inventory',
  'topic.prefix': 'dbserver1',
  'table.include.list': 'public.orders',
  'plugin.name': 'pgoutput',
  'time.precision.mode': 'connect',
  'slot.drop.on.stop': 'false',
  transforms: 'unwrap',
  'transforms.unwrap.type': 'io.debezium.transforms.ExtractNewRecordState',
};

describe('a config of Debezium’s connector', () => {
  test('moves over, with Debezium’s own defaults', () => {
    const { config, problems } = debeziumPostgres.translate(debezium);
    expect(problems).toEqual([]);
    const parsed = parseConfig(sourceConfig, config);
    expect(parsed.problems).toEqual([]);
    expect(parsed.values).toMatchObject({
      'topic.prefix': 'dbserver1',
      'slot.name': 'debezium',
      'publication.name': 'dbz_publication',
      'decimal.handling.mode': 'precise',
    });
  });

  test('keeps its transforms, which get the envelope that they expect', () => {
    const { config } = debeziumPostgres.translate(debezium);
    expect(config).toMatchObject({ 'output.format': 'envelope', transforms: 'unwrap' });
  });

  test('gives its masks, whose options carry values in their names', () => {
    const { config, problems } = debeziumPostgres.translate({
      ...debezium,
      'column.mask.with.4.chars': 'public.orders.a, public.orders.b',
      'column.truncate.to.20.chars': 'public.orders.c',
      'column.mask.hash.SHA-256.with.salt.a.b,c': 'public.orders.d',
      'column.mask.hash.v2.SHA-256.with.salt.x': 'public.orders.e',
    });
    const parsed = parseConfig(sourceConfig, config);
    expect([...problems, ...parsed.problems]).toEqual([]);
    expect(parsed.values['column.masks']?.split(';')).toEqual([
      'public.orders.a|public.orders.b=stars(4)',
      'public.orders.c=truncate(20)',
      'public.orders.d=hash(SHA-256,a.b,c)',
      'public.orders.e=hash-v2(SHA-256,x)',
    ]);
  });

  test('by the names of older versions too', () => {
    const { 'topic.prefix': _, ...rest } = debezium;
    const { config, keys } = debeziumPostgres.translate({ ...rest, 'database.server.name': 'old' });
    expect(config['topic.prefix']).toBe('old');
    expect(keys).toEqual({ 'topic.prefix': 'database.server.name' });
  });

  test.each([
    ['heartbeat.interval.ms', '0'],
    ['heartbeat.interval.ms', '10000'],
    ['heartbeat.topics.prefix', '__debezium-heartbeat'],
    ['topic.naming.strategy', 'io.debezium.schema.SchemaTopicNamingStrategy'],
  ])('may say %s=%s, which asks for nothing that we lack', (key, value) => {
    const { config, problems } = debeziumPostgres.translate({ ...debezium, [key]: value });
    expect([...problems, ...parseConfig(sourceConfig, config).problems]).toEqual([]);
    expect(parseConfig(sourceConfig, config).values['heartbeat.interval.ms']).toBe(10_000);
  });

  test.each([
    ['topic.naming.strategy', 'io.debezium.schema.DefaultUnicodeTopicNamingStrategy'],
    ['replica.identity.autoset.values', 'public.orders:FULL'],
    ['event.processing.failure.handling.mode', 'skip'],
    ['guardrail.collections.max', '10'],
    ['signal.enabled.channels', 'source,kafka'],
    ['plugin.name', 'decoderbufs'],
    ['snapshot.mode', 'always'],
    ['time.precision.mode', 'nanoseconds'],
    ['provide.transaction.metadata', 'true'],
    ['column.propagate.source.type', '.*'],
  ])('is refused for %s=%s, which we lack, by that name', (key, value) => {
    const { problems } = debeziumPostgres.translate({ ...debezium, [key]: value });
    expect(problems.map((problem) => problem.key)).toEqual([key]);
    expect(problems[0]?.message).toContain(`"${key}"`);
  });
});

describe('a config of Confluent’s JDBC sink', () => {
  const jdbc = {
    name: 'sink',
    'connector.class': jdbcSink.class,
    topics: 'orders',
    'connection.url': 'jdbc:postgresql://db:5432/shop',
    'connection.user': 'postgres',
    'connection.password': 'postgres',
    'insert.mode': 'upsert',
    'pk.mode': 'record_key',
    'pk.fields': 'id',
    'auto.create': 'true',
    'dialect.name': 'PostgreSqlDatabaseDialect',
  };

  test('moves over, with its own defaults', () => {
    const { config, problems } = jdbcSink.translate(jdbc);
    expect(problems).toEqual([]);
    expect(parseConfig(sinkConfig, config)).toMatchObject({
      problems: [],
      values: { 'insert.mode': 'upsert', 'delete.enabled': false, 'auto.create': true },
    });
    const { 'insert.mode': _i, 'pk.mode': _m, 'pk.fields': _f, ...plain } = jdbc;
    expect(parseConfig(sinkConfig, jdbcSink.translate(plain).config)).toMatchObject({
      problems: [],
      values: { 'insert.mode': 'insert', 'pk.mode': 'none' },
    });
  });

  test.each([
    ['pk.mode', 'kafka'],
    ['fields.whitelist', 'id'],
    ['db.timezone', 'Europe/Berlin'],
  ])('is refused for %s=%s, which we lack, by that name', (key, value) => {
    expect(jdbcSink.translate({ ...jdbc, [key]: value }).problems.map((problem) => problem.key)).toEqual([
      key,
    ]);
  });
});
