import { type ConfigProblem, type ConnectorAlias, type TaskConfig, translateOptions } from '@millrace/sdk';
import { withoutUnwrap } from './unwrapped.ts';

/**
 * Debezium's connector for PostgreSQL. Our options bear its names; where a default of its own would give values that we do not have,
 * the config must say which of ours it wants.
 * Options: Debezium's documentation of the connector, 3.x.
 */
export const debeziumPostgres: ConnectorAlias = {
  class: 'io.debezium.connector.postgresql.PostgresConnector',
  translate(config) {
    const translated = translateOptions(config, {
      rename: {
        'database.server.name': 'topic.prefix',
        'table.whitelist': 'table.include.list',
        'table.blacklist': 'table.exclude.list',
      },
      defaults: {
        'decimal.handling.mode': 'precise',
        'slot.name': 'debezium',
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
        ...[
          'database.tcpKeepAlive',
          'topic.naming.strategy',
          'provide.transaction.metadata.topic',
          'snapshot.max.threads',
        ],
      ],
      lacks: [
        {
          option: 'decimal.handling.mode',
          harmless: ['precise', 'string'],
          instead: 'Give precise or string.',
        },
        {
          option: 'time.precision.mode',
          harmless: ['connect', 'isostring'],
          instead: 'Give connect or isostring.',
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
          option: 'tombstones.on.delete',
          harmless: ['true'],
          instead: 'Deletions are tombstones; the transform Filter drops them.',
        },
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
        { option: 'binary.handling.mode', harmless: ['bytes'] },
        { option: 'interval.handling.mode', harmless: ['string'] },
        { option: 'hstore.handling.mode', harmless: ['json'] },
        {
          option: 'skipped.operations',
          harmless: ['t', 'none'],
          instead: 'The transform Filter drops records by their header __op.',
        },
        { option: 'include.schema.comments', harmless: ['false'] },
        { option: 'schema.name.adjustment.mode', harmless: ['none'] },
        { option: 'field.name.adjustment.mode', harmless: ['none'] },
        { option: 'read.only', harmless: ['false'] },
        {
          option: /^(?:schema|column)\.(?:include|exclude)\.list$/,
          instead: 'Choose tables by table.include.list, fields by the transform ReplaceField.',
        },
        { option: /^column\./, instead: 'Transforms change columns.' },
        {
          option:
            /^(?:message\.key\.columns|message\.prefix\..*|signal\..*|notification\..*|incremental\..*)$/,
        },
        {
          option: /^(?:heartbeat\.action\.query|snapshot\.(?:select|include|query|delay|isolation).*)$/,
        },
        {
          option:
            /^(?:unavailable\.value\.placeholder|xmin\.fetch\.interval\.ms|slot\.stream\.params|converters|toasted\..*)$/,
        },
        {
          option:
            /^(?:post\.processors|custom\..*|money\.fraction\.digits|publish\.via\.partition\.root|lsn\.flush\.mode)$/,
        },
      ],
    });
    const flat = withoutUnwrap(translated.config);
    return {
      ...translated,
      config: flat.config,
      problems: [...translated.problems, ...timeProblems(config), ...flat.problems],
    };
  },
};

/** What a config that says nothing would have got from Debezium, and gets in no way here. */
function timeProblems(config: TaskConfig): readonly ConfigProblem[] {
  const key = 'time.precision.mode';
  if (config[key]?.trim()) return [];
  const message = `"${key}" must be given: Debezium's default is not served. Give connect or isostring.`;
  return [{ key, message }];
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
        { option: 'insert.mode', harmless: ['insert', 'upsert'], instead: 'Give insert or upsert.' },
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
