import { type ConfigProblem, type ConnectorAlias, type TaskConfig, translateOptions } from '@millrace/sdk';

/** A class of MongoDB's connector by its last part: `...DefaultJson` and so on. */
const byClass = (names: Readonly<Record<string, string>>, config: TaskConfig, key: string): TaskConfig => {
  const value = config[key]?.trim();
  const ours = value ? names[value.split('.').at(-1) ?? ''] : undefined;
  return ours === undefined ? config : { ...config, [key]: ours };
};

const formatters = { DefaultJson: 'strict', ExtendedJson: 'canonical', SimplifiedJson: 'plain' };

/** Options of MongoDB's connector that say the same in other words, or that only its own client has. */
const CLIENT = /^(?:connection\.ssl\..*|mongodb\.(?:ssl|auth)\..*|server\.api\..*|mongo\.custom\.auth.*)$/;

/**
 * The source of MongoDB's own connector. Options: its documentation, 2.x and 3.0.
 * https://www.mongodb.com/docs/kafka-connector/current/source-connector/configuration-properties/
 */
export const mongoKafkaSource: ConnectorAlias = {
  class: 'com.mongodb.kafka.connect.MongoSourceConnector',
  translate: (given) => {
    const config = startupMode(byClass(formatters, given, 'output.json.formatter'));
    const translated = translateOptions(config, {
      rename: { 'copy.existing.namespace.regex': 'startup.mode.copy.existing.namespace.regex' },
      defaults: {
        'connection.uri': 'mongodb://localhost:27017,localhost:27018,localhost:27019',
        'startup.mode': 'latest',
        'publish.full.document.only': 'false',
        'publish.full.document.only.tombstone.on.delete': 'false',
        'change.stream.full.document': 'default',
        'output.format.key': 'json',
        'output.format.value': 'json',
        'output.json.formatter': 'strict',
        'heartbeat.interval.ms': '0',
      },
      ignore: [
        ...['copy.existing', 'copy.existing.max.threads', 'copy.existing.queue.size'],
        ...['copy.existing.allow.disk.use', 'startup.mode.copy.existing.max.threads'],
        ...['startup.mode.copy.existing.queue.size', 'startup.mode.copy.existing.allow.disk.use'],
        ...['output.schema.key', 'output.schema.value', 'output.schema.infer.value'],
      ],
      lacks: [
        {
          option: /^output\.format\.(?:key|value)$/,
          harmless: ['json', 'bson', 'document'],
          instead: 'Give json, bson or document.',
        },
        {
          option: 'output.json.formatter',
          harmless: ['strict', 'canonical', 'plain', 'relaxed'],
          instead: 'Give relaxed, canonical, strict or plain.',
        },
        {
          option: 'topic.mapper',
          harmless: ['com.mongodb.kafka.connect.source.topic.mapping.defaulttopicmapper'],
          instead: 'topic.namespace.map names topics.',
        },
        {
          option: /^(?:startup\.mode\.)?copy\.existing\.pipeline$/,
          harmless: ['[]'],
          instead:
            'The transform Filter drops records; startup.mode.copy.existing.namespace.regex chooses collections.',
        },
        { option: 'collation', instead: 'The pipeline’s comparisons are by bytes.' },
        {
          option: /^mongo\.errors\.(?:tolerance|log\.enable|deadletterqueue\.topic\.name)$/,
          harmless: ['none', 'false'],
          instead: 'Errors are handled by errors.tolerance.',
        },
        { option: 'errors.deadletterqueue.topic.name' },
        { option: 'change.stream.large.event.split', harmless: ['false'] },
        { option: CLIENT, instead: 'Put it into connection.uri, as options of the driver.' },
      ],
    });
    return { ...translated, problems: [...translated.problems, ...mapProblems(config)] };
  },
};

/** Before 1.9 a switch of its own said whether to copy. */
function startupMode(config: TaskConfig): TaskConfig {
  if (config['startup.mode']?.trim() || config['copy.existing'] === undefined) return config;
  return {
    ...config,
    'startup.mode': config['copy.existing'].trim() === 'true' ? 'copy_existing' : 'latest',
  };
}

/** Entries by regular expression are not served. */
function mapProblems(config: TaskConfig): readonly ConfigProblem[] {
  const key = 'topic.namespace.map';
  const message = `"${key}" has an entry by regular expression, which is not served. Name databases and collections.`;
  return /"\s*\//.test(config[key] ?? '') ? [{ key, message }] : [];
}

const writes = {
  DefaultWriteModelStrategy: 'default',
  InsertOneDefaultStrategy: 'insert',
  ReplaceOneDefaultStrategy: 'replace',
  ReplaceOneBusinessKeyStrategy: 'replace_business_key',
  UpdateOneDefaultStrategy: 'update',
  UpdateOneTimestampsStrategy: 'update_timestamps',
  UpdateOneBusinessKeyTimestampStrategy: 'update_business_key_timestamps',
  DeleteOneDefaultStrategy: 'delete',
  DeleteOneBusinessKeyStrategy: 'delete_business_key',
};

const ids = {
  BsonOidStrategy: 'object_id',
  UuidStrategy: 'uuid',
  FullKeyStrategy: 'full_key',
  PartialKeyStrategy: 'partial_key',
  PartialValueStrategy: 'partial_value',
  ProvidedInKeyStrategy: 'provided_in_key',
  ProvidedInValueStrategy: 'provided_in_value',
  KafkaMetaDataStrategy: 'kafka_meta',
};

/** By the whole name: two handlers of different products share their last part. */
const handlers: Readonly<Record<string, string>> = {
  'com.mongodb.kafka.connect.sink.cdc.mongodb.ChangeStreamHandler': 'mongodb',
  'com.mongodb.kafka.connect.sink.cdc.debezium.mongodb.ChangeStreamHandler': 'debezium.mongodb',
  'com.mongodb.kafka.connect.sink.cdc.debezium.mongodb.MongoDbHandler': 'debezium.mongodb',
  'com.mongodb.kafka.connect.sink.cdc.debezium.rdbms.RdbmsHandler': 'debezium.rdbms',
  'com.mongodb.kafka.connect.sink.cdc.debezium.rdbms.postgres.PostgresHandler': 'debezium.rdbms',
  'com.mongodb.kafka.connect.sink.cdc.debezium.rdbms.mysql.MysqlHandler': 'debezium.rdbms',
};

/**
 * The sink of MongoDB's own connector. Options: its documentation, 2.x and 3.0.
 * https://www.mongodb.com/docs/kafka-connector/current/sink-connector/configuration-properties/
 */
export const mongoKafkaSink: ConnectorAlias = {
  class: 'com.mongodb.kafka.connect.MongoSinkConnector',
  translate: (given) => {
    const handler = 'change.data.capture.handler';
    const named = byClass(ids, byClass(writes, given, 'writemodel.strategy'), 'document.id.strategy');
    const known = handlers[named[handler]?.trim() ?? ''];
    const config = known === undefined ? named : { ...named, [handler]: known };
    return translateOptions(config, {
      defaults: {
        'connection.uri': 'mongodb://localhost:27017,localhost:27018,localhost:27019',
        'writemodel.strategy': 'default',
        'document.id.strategy': 'object_id',
        'delete.on.null.values': 'false',
        'bulk.write.ordered': 'true',
      },
      ignore: ['max.num.retries', 'retries.defer.timeout', 'delete.writemodel.strategy'],
      lacks: [
        {
          option: 'writemodel.strategy',
          harmless: Object.values(writes),
          instead: 'Choose one of those that are served.',
        },
        {
          option: 'document.id.strategy',
          harmless: Object.values(ids).concat('key'),
          instead: 'Choose one of those that are served.',
        },
        {
          option: handler,
          harmless: [...Object.values(handlers), 'none'],
          instead: 'mongodb, debezium.mongodb and debezium.rdbms are served.',
        },
        {
          option: 'post.processor.chain',
          harmless: ['com.mongodb.kafka.connect.sink.processor.documentidadder'],
          instead: 'Transforms change records: ReplaceField, InsertField and others.',
        },
        {
          option: 'namespace.mapper',
          harmless: ['com.mongodb.kafka.connect.sink.namespace.mapping.defaultnamespacemapper'],
          instead: 'topic.collection.map names collections.',
        },
        { option: /^namespace\.mapper\..*/, instead: 'topic.collection.map names collections.' },
        {
          option: /^topic\.override\..*/,
          instead: 'topic.collection.map names collections; for the rest use one connector a topic.',
        },
        { option: 'topics.regex.override' },
        {
          option: /^(?:key|value)\.projection\.(?:type|list)$/,
          harmless: ['none'],
          instead:
            'Use document.id.strategy.partial.key.projection.list and its like, or the transform ReplaceField.',
        },
        {
          option: /^field\.(?:renamer\.(?:mapping|regexp)|value\.transformer.*)$/,
          harmless: ['[]'],
          instead: 'The transform ReplaceField renames.',
        },
        { option: /^rate\.limiting\.(?:timeout|every\.n)$/, harmless: ['0'] },
        {
          option: /^document\.id\.strategy\.uuid\.format$/,
          harmless: ['string'],
          instead: 'A UUID is stored as such.',
        },
        { option: /^(?:timeseries|csfle)\..*/ },
        {
          option: /^mongo\.errors\.(?:tolerance|log\.enable)$/,
          harmless: ['none', 'false'],
          instead: 'Errors are handled by errors.tolerance.',
        },
        { option: CLIENT, instead: 'Put it into connection.uri, as options of the driver.' },
      ],
    });
  },
};

/**
 * Debezium's connector for MongoDB. Its envelope is not made: configs that flatten it have nothing left to flatten. Options: its
 * documentation, 3.x.
 */
export const debeziumMongo: ConnectorAlias = {
  class: 'io.debezium.connector.mongodb.MongoDbConnector',
  translate: (given) => {
    const unwrap = withoutUnwrap(given);
    const translated = translateOptions(unwrap.config, {
      rename: {
        'mongodb.connection.string': 'connection.uri',
        'mongodb.user': 'connection.user',
        'mongodb.password': 'connection.password',
        'mongodb.authsource': 'connection.auth.source',
        'snapshot.mode': 'startup.mode',
        'capture.mode': 'change.stream.full.document',
        'max.batch.size': 'poll.max.batch.size',
        'cursor.pipeline': 'pipeline',
      },
      values: {
        'startup.mode': {
          ...{ initial: 'copy_existing', when_needed: 'copy_existing', no_data: 'latest', never: 'latest' },
        },
        'change.stream.full.document': {
          ...{
            change_streams_update_full: 'updateLookup',
            change_streams_update_full_with_pre_image: 'updateLookup',
          },
        },
      },
      defaults: {
        ...{ 'poll.max.batch.size': '2048', 'output.json.formatter': 'plain', 'heartbeat.interval.ms': '0' },
      },
      ignore: [
        ...['mongodb.ssl.enabled', 'mongodb.connection.mode', 'mongodb.poll.interval.ms', 'poll.interval.ms'],
        ...[
          'mongodb.connect.timeout.ms',
          'mongodb.heartbeat.frequency.ms',
          'mongodb.server.selection.timeout.ms',
        ],
        ...['mongodb.socket.timeout.ms', 'max.queue.size', 'max.queue.size.in.bytes', 'snapshot.max.threads'],
        ...[
          'snapshot.fetch.size',
          'cursor.max.await.time.ms',
          'tombstones.on.delete',
          'sanitize.field.names',
        ],
      ],
      lacks: [
        { option: 'mongodb.ssl.enabled', harmless: ['false'], instead: 'Put tls=true into the address.' },
        {
          option: 'snapshot.mode',
          harmless: ['initial', 'when_needed', 'no_data', 'never'],
          instead: 'Give initial or no_data.',
        },
        {
          option: 'capture.mode',
          harmless: ['change_streams_update_full', 'change_streams_update_full_with_pre_image'],
          instead: 'Give change_streams_update_full.',
        },
        {
          option: 'capture.scope',
          harmless: ['deployment'],
          instead: 'Give database, or collection.include.list.',
        },
        {
          option: 'tombstones.on.delete',
          harmless: ['true'],
          instead: 'Deletions are tombstones; the transform Filter drops them.',
        },
        { option: 'heartbeat.topics.prefix', instead: 'heartbeat.topic.name names the topic.' },
        {
          option: /^database\.(?:include|exclude)\.list$/,
          instead: 'Use collection.include.list with patterns such as shop\\..*.',
        },
        { option: 'cursor.oversize.handling.mode', harmless: ['fail'] },
        { option: 'skipped.operations', harmless: ['t', 'none'] },
        { option: 'provide.transaction.metadata', harmless: ['false'] },
        {
          option:
            /^(?:field\.(?:exclude\.list|renames)|capture\.(?:target|start\.op\.time)|filters\.match\.mode)$/,
        },
        {
          option:
            /^(?:signal|notification|incremental|snapshot\.(?:collection|filter|include)|mongodb\.ssl|custom)\..*/,
        },
        {
          option:
            /^(?:converters|post\.processors|topic\.naming\.strategy|cursor\.pipeline\.order|message\.key\.columns)$/,
        },
      ],
    });
    return { ...translated, problems: [...translated.problems, ...unwrap.problems] };
  },
};

/** Documents come flat from the start; the transform that makes them so would take our deletions for tombstones and drop them. */
function withoutUnwrap(config: TaskConfig): {
  readonly config: TaskConfig;
  readonly problems: readonly ConfigProblem[];
} {
  const names = (config.transforms ?? '').split(',').map((name) => name.trim());
  const unwrap = names.find((name) =>
    /(?:^|\.)ExtractNewDocumentState$/.test(config[`transforms.${name}.type`]?.trim() ?? ''),
  );
  if (unwrap === undefined) {
    const message =
      '"transforms" has no ExtractNewDocumentState, so that this config asks for Debezium\'s envelope. MongoDbSource gives documents as that transform makes them: add it, or name MongoDbSource as the class.';
    return { config, problems: [{ key: 'transforms', message }] };
  }
  const prefix = `transforms.${unwrap}.`;
  const problems = Object.entries(config)
    .filter(
      ([key, value]) =>
        key.startsWith(prefix) && value.trim() !== '' && !isServed(key.slice(prefix.length), value.trim()),
    )
    .map(([key]) => ({
      key,
      message: `"${key}" needs Debezium's envelope, and MongoDbSource gives documents.`,
    }));
  if (problems.length > 0) return { config, problems };
  const rest = Object.entries(config).filter(([key]) => !key.startsWith(prefix));
  const transforms = names.filter((name) => name !== unwrap).join(',');
  return { config: { ...Object.fromEntries(rest), transforms }, problems };
}

/** What the transform does without asking for more than the document. */
function isServed(option: string, value: string): boolean {
  if (option === 'type') return true;
  if (option === 'delete.tombstone.handling.mode') return value === 'tombstone';
  if (option === 'drop.tombstones') return value === 'false';
  if (option === 'delete.handling.mode') return value === 'drop' || value === 'none';
  return option === 'array.encoding'
    ? value === 'array'
    : option.endsWith('flatten.struct') && value === 'false';
}
