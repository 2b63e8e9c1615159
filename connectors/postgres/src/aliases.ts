import {
  type ConfigProblem,
  type ConnectorAlias,
  type OptionTable,
  type TaskConfig,
  translateOptions,
} from '@millrace/sdk';

/**
 * Debezium's connector for PostgreSQL, with its defaults: its envelope, its times and decimals. Options: its documentation, 3.x.
 */
export const debeziumPostgres: ConnectorAlias = {
  class: 'io.debezium.connector.postgresql.PostgresConnector',
  translate(config) {
    const masks = masksOf(config);
    const translated = translateOptions(masks.config, debeziumTable);
    return { ...translated, problems: [...masks.problems, ...translated.problems] };
  },
};

const debeziumTable: OptionTable = {
  rename: {
    'database.server.name': 'topic.prefix',
    'table.whitelist': 'table.include.list',
    'table.blacklist': 'table.exclude.list',
    'column.whitelist': 'column.include.list',
    'column.blacklist': 'column.exclude.list',
    'toasted.value.placeholder': 'unavailable.value.placeholder',
  },
  defaults: {
    'output.format': 'envelope',
    'decimal.handling.mode': 'precise',
    'time.precision.mode': 'adaptive',
    'interval.handling.mode': 'numeric',
    'slot.name': 'debezium',
    // It leaves its slots where they are.
    'slot.drop.on.delete': 'false',
    'publication.name': 'dbz_publication',
    'publication.autocreate.mode': 'all_tables',
  },
  values: {
    'snapshot.mode': { when_needed: 'initial' },
    // Off, Debezium's default, is about records of a topic of its own. What the slot is told stays at our default.
    'heartbeat.interval.ms': { '0': '10000' },
  },
  ignore: [
    ...['poll.interval.ms', 'status.update.interval.ms', 'snapshot.locking.mode', 'schema.refresh.mode'],
    ...[
      'slot.max.retries',
      'slot.retry.delay.ms',
      'retriable.restart.connector.wait.ms',
      'errors.max.retries',
    ],
    ...['database.tcpKeepAlive', 'topic.naming.strategy', 'provide.transaction.metadata.topic'],
    ...['incremental.snapshot.watermarking.strategy', 'signal.enabled.channels'],
    ...['snapshot.max.threads', 'extended.headers.enabled', 'include.unknown.datatypes'],
  ],
  lacks: [
    {
      option: 'time.precision.mode',
      harmless: ['adaptive', 'adaptive_time_microseconds', 'connect', 'isostring'],
      instead: 'Give adaptive, adaptive_time_microseconds, connect or isostring.',
    },
    {
      option: 'snapshot.mode',
      harmless: ['initial', 'no_data', 'never', 'when_needed'],
      instead: 'Give initial or no_data.',
    },
    {
      option: 'plugin.name',
      harmless: ['pgoutput'],
      instead: 'Give pgoutput, which is part of PostgreSQL.',
    },
    { option: 'slot.drop.on.stop', harmless: ['false'] },
    {
      option: 'heartbeat.topics.prefix',
      harmless: ['__debezium-heartbeat'],
      instead: 'No heartbeat records are needed: the slot moves on without them.',
    },
    {
      option: 'topic.naming.strategy',
      harmless: ['io.debezium.schema.schematopicnamingstrategy'],
      instead: 'Topics are named prefix.schema.table; the transform RegexRouter renames them.',
    },
    { option: 'provide.transaction.metadata', harmless: ['false'] },
    { option: 'include.schema.comments', harmless: ['false'] },
    { option: 'schema.name.adjustment.mode', harmless: ['none'] },
    { option: 'field.name.adjustment.mode', harmless: ['none'] },
    { option: 'read.only', harmless: ['false'] },
    { option: /^(?:column|datatype)\.propagate\./ },
    {
      option: 'signal.enabled.channels',
      harmless: ['source'],
      instead: 'Signals come by a table: give source.',
    },
    { option: /^(?:message\.prefix\..*|signal\.(?:kafka|file|consumer|poll)\..*|notification\..*)$/ },
    { option: 'incremental.snapshot.watermarking.strategy', harmless: ['insert_insert', 'insert_delete'] },
    { option: 'incremental.snapshot.allow.schema.changes', harmless: ['false'] },
    { option: /^(?:heartbeat\.action\.query|snapshot\.(?:select|include|query|delay|isolation).*)$/ },
    { option: /^(?:xmin\.fetch\.interval\.ms|slot\.stream\.params|converters)$/ },
    { option: /^(?:replica\.identity\.autoset\.values|database\.initial\.statements|guardrail\..*)$/ },
    {
      option: 'event.processing.failure.handling.mode',
      harmless: ['fail'],
      instead: 'A column that can’t be read is left out by column.exclude.list.',
    },
    { option: 'offset.mismatch.strategy', harmless: ['no_validation'] },
    { option: 'flush.lsn.source', harmless: ['true'] },
    {
      option:
        /^(?:post\.processors|custom\..*|money\.fraction\.digits|publish\.via\.partition\.root|lsn\.flush\.mode)$/,
    },
  ],
};

const SHORTENS = /^column\.(truncate\.to|mask\.with)\.(\d+)\.chars$/;
const HASHES = /^column\.mask\.hash\.(v2\.)?([^.]+)\.with\.salt\.(.+)$/;

/** Options whose names carry values, as entries of `column.masks`. */
function masksOf(config: TaskConfig): {
  readonly config: TaskConfig;
  readonly problems: readonly ConfigProblem[];
} {
  const masks: string[] = [];
  const problems: ConfigProblem[] = [];
  const rest: Record<string, string> = {};
  for (const [key, value] of Object.entries(config)) {
    const columns = value
      .split(',')
      .flatMap((pattern) => pattern.trim() || [])
      .join('|');
    const [, what, length] = SHORTENS.exec(key) ?? [];
    const [, v2, algorithm, salt = ''] = HASHES.exec(key) ?? [];
    if (what !== undefined)
      masks.push(`${columns}=${what.startsWith('t') ? 'truncate' : 'stars'}(${length})`);
    else if (algorithm !== undefined) masks.push(`${columns}=hash${v2 ? '-v2' : ''}(${algorithm},${salt})`);
    else rest[key] = value;
    if (algorithm !== undefined && salt.includes(';'))
      problems.push({ key, message: `"${key}" has a semicolon in its salt, which is not served.` });
  }
  if (masks.length === 0) return { config, problems };
  return { config: { ...rest, 'column.masks': masks.join(';') }, problems };
}

/** Confluent's JDBC sink, where it writes to PostgreSQL. Options: its documentation, 10.x. */
export const jdbcSink: ConnectorAlias = {
  class: 'io.confluent.connect.jdbc.JdbcSinkConnector',
  translate: (config) =>
    translateOptions(config, {
      defaults: { 'insert.mode': 'insert', 'pk.mode': 'none', 'delete.enabled': 'false' },
      ignore: [
        ...[
          'dialect.name',
          'connection.attempts',
          'connection.backoff.ms',
          'max.retries',
          'retry.backoff.ms',
        ],
        ...['db.timezone', 'mssql.use.merge.holdlock', 'trim.sensitive.log'],
      ],
      lacks: [
        {
          option: 'pk.mode',
          harmless: ['none', 'record_key', 'record_value'],
          instead: 'Give record_key or record_value.',
        },
        { option: 'fields.whitelist', instead: 'The transform ReplaceField chooses fields.' },
        { option: 'fields.included', instead: 'The transform ReplaceField chooses fields.' },
        { option: 'table.types', harmless: ['table', 'table,partitioned table'] },
        { option: 'quote.sql.identifiers', harmless: ['always'], instead: 'Names are always quoted.' },
        { option: 'db.timezone', harmless: ['utc'], instead: 'Times are written in UTC.' },
        { option: 'date.timezone', harmless: ['db_timezone', 'utc'] },
        { option: 'timestamp.precision.mode', harmless: ['microseconds'] },
        { option: 'timestamp.fields.list' },
        { option: 'replace.null.with.default', harmless: ['true'] },
        { option: /^connection\.(?:provider\.class|oauth\..*|kerberos\..*)$/ },
        { option: /^jdbc\.credentials\.provider/ },
      ],
    }),
};
