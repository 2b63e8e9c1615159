import { parseConfig } from '@millrace/sdk';
import { describe, expect, test } from 'vitest';
import { debeziumMongo, mongoKafkaSink, mongoKafkaSource } from './aliases.ts';
import { sinkConfig, sourceConfig } from './config.ts';

describe('a config of MongoDB’s source', () => {
  const config = {
    name: 'orders',
    'connector.class': mongoKafkaSource.class,
    'connection.uri': 'mongodb://db/?replicaSet=rs0',
    database: 'shop',
    collection: 'orders',
    'topic.prefix': 'mongo',
    pipeline: '[{"$match": {"operationType": "insert"}}]',
  };

  test('moves over, with its own defaults', () => {
    const { config: ours, problems } = mongoKafkaSource.translate(config);
    expect(problems).toEqual([]);
    const parsed = parseConfig(sourceConfig, ours);
    expect(parsed.problems).toEqual([]);
    expect(parsed.values).toMatchObject({
      'startup.mode': 'latest',
      'publish.full.document.only': false,
      'output.format.value': 'json',
      'output.json.formatter': 'strict',
      'heartbeat.interval.ms': 0,
    });
  });

  test('keeps what is the runtime’s', () => {
    const runtime = { 'errors.log.enable': 'true', 'errors.tolerance': 'all', 'tasks.max': '1' };
    expect(mongoKafkaSource.translate({ ...config, ...runtime }).config).toMatchObject(runtime);
  });

  test.each([
    [{ 'copy.existing': 'true' }, { 'startup.mode': 'copy_existing' }],
    [{ 'startup.mode': 'copy_existing', 'copy.existing': 'false' }, { 'startup.mode': 'copy_existing' }],
    [
      { 'output.json.formatter': 'com.mongodb.kafka.connect.source.json.formatter.SimplifiedJson' },
      { 'output.json.formatter': 'plain' },
    ],
  ])('says %j in our words', (more, expected) => {
    const { config: ours, problems } = mongoKafkaSource.translate({ ...config, ...more });
    expect(problems).toEqual([]);
    expect(ours).toMatchObject(expected);
  });

  test.each([
    ['output.format.value', 'schema'],
    ['collation', '{"locale": "de"}'],
    ['topic.mapper', 'my.Mapper'],
    ['topic.namespace.map', '{"/shop.*": "all"}'],
    ['startup.mode.copy.existing.pipeline', '[{"$match": {}}]'],
    ['output.json.formatter', 'my.Formatter'],
    ['connection.ssl.truststore', '/etc/trust.jks'],
  ])('is refused for %s=%s, which we lack, by that name', (key, value) => {
    const { problems } = mongoKafkaSource.translate({ ...config, [key]: value });
    expect(problems.map((problem) => problem.key)).toEqual([key]);
  });
});

describe('a config of MongoDB’s sink', () => {
  const config = {
    name: 'sink',
    'connector.class': mongoKafkaSink.class,
    topics: 'orders',
    'connection.uri': 'mongodb://db/?replicaSet=rs0',
    database: 'shop',
    'writemodel.strategy': 'com.mongodb.kafka.connect.sink.writemodel.strategy.ReplaceOneDefaultStrategy',
    'document.id.strategy': 'com.mongodb.kafka.connect.sink.processor.id.strategy.ProvidedInKeyStrategy',
    'delete.on.null.values': 'true',
  };

  test('moves over, with its own defaults', () => {
    const { config: ours, problems } = mongoKafkaSink.translate(config);
    expect(problems).toEqual([]);
    expect(parseConfig(sinkConfig, ours)).toMatchObject({
      problems: [],
      values: {
        'writemodel.strategy': 'replace',
        'document.id.strategy': 'provided_in_key',
        'bulk.write.ordered': true,
      },
    });
    const { 'document.id.strategy': _i, 'delete.on.null.values': _d, ...plain } = config;
    expect(parseConfig(sinkConfig, mongoKafkaSink.translate(plain).config)).toMatchObject({
      problems: [],
      values: { 'document.id.strategy': 'object_id', 'delete.on.null.values': false },
    });
  });

  test.each([
    ['com.mongodb.kafka.connect.sink.cdc.mongodb.ChangeStreamHandler', 'mongodb'],
    ['com.mongodb.kafka.connect.sink.cdc.debezium.mongodb.ChangeStreamHandler', 'debezium.mongodb'],
    ['com.mongodb.kafka.connect.sink.cdc.debezium.rdbms.postgres.PostgresHandler', 'debezium.rdbms'],
  ])('takes the handler %s', (handler, ours) => {
    const { config: made, problems } = mongoKafkaSink.translate({
      ...config,
      'change.data.capture.handler': handler,
    });
    expect(problems).toEqual([]);
    expect(made['change.data.capture.handler']).toBe(ours);
  });

  test.each([
    ['change.data.capture.handler', 'com.mongodb.kafka.connect.sink.cdc.qlik.rdbms.RdbmsHandler'],
    ['topic.override.orders.collection', 'o'],
    ['post.processor.chain', 'com.mongodb.kafka.connect.sink.processor.KafkaMetaAdder'],
    ['namespace.mapper', 'com.mongodb.kafka.connect.sink.namespace.mapping.FieldPathNamespaceMapper'],
    ['rate.limiting.every.n', '5'],
    ['timeseries.timefield', 't'],
    ['writemodel.strategy', 'my.Strategy'],
  ])('is refused for %s=%s, which we lack, by that name', (key, value) => {
    const { problems } = mongoKafkaSink.translate({ ...config, [key]: value });
    expect(problems.map((problem) => problem.key)).toEqual([key]);
  });
});

describe('a config of Debezium’s source', () => {
  const config = {
    name: 'inventory',
    'connector.class': debeziumMongo.class,
    'mongodb.connection.string': 'mongodb://db/?replicaSet=rs0',
    'mongodb.user': 'debezium',
    'mongodb.password': 'dbz',
    'topic.prefix': 'dbserver1',
    'collection.include.list': 'inventory.*',
    'snapshot.mode': 'initial',
    transforms: 'unwrap,route',
    'transforms.unwrap.type': 'io.debezium.connector.mongodb.transforms.ExtractNewDocumentState',
    'transforms.route.type': 'RegexRouter',
  };

  test('moves over, without the transform that has nothing left to do', () => {
    const { config: ours, problems } = debeziumMongo.translate(config);
    expect(problems).toEqual([]);
    expect(ours.transforms).toBe('route');
    expect(parseConfig(sourceConfig, ours)).toMatchObject({
      problems: [],
      values: { 'connection.user': 'debezium', 'startup.mode': 'copy_existing', 'topic.prefix': 'dbserver1' },
    });
  });

  test.each([
    ['transforms', ''],
    ['transforms.unwrap.add.fields', 'op'],
    ['capture.mode', 'change_streams'],
    ['database.include.list', 'inventory'],
    ['field.exclude.list', 'a.b.c'],
    ['signal.data.collection', 's'],
    ['tombstones.on.delete', 'false'],
    ['mongodb.ssl.enabled', 'true'],
  ])('is refused for %s=%s, which we lack, by that name', (key, value) => {
    expect(
      debeziumMongo.translate({ ...config, [key]: value }).problems.map((problem) => problem.key),
    ).toEqual([key]);
  });
});
