import { type ConnectorAlias, type OptionTable, type TaskConfig, translateOptions } from '@millrace/sdk';

/** Confluent's JDBC source, where it reads from PostgreSQL, with its defaults. Options: its documentation, 10.x. */
export const jdbcSource: ConnectorAlias = {
  class: 'io.confluent.connect.jdbc.JdbcSourceConnector',
  translate: (config) => translateOptions(withTableNames(config), table),
};

const table: OptionTable = {
  rename: { 'table.whitelist': 'table.include.list', 'table.blacklist': 'table.exclude.list' },
  defaults: {
    'topic.name.format': '${prefix}${table}',
    // Its records have no key; the transforms ValueToKey and ExtractField make one.
    'key.columns': 'none',
    'decimal.handling.mode': 'precise',
    'time.precision.mode': 'connect',
    'batch.max.rows': '100',
  },
  ignore: [
    ...[
      'dialect.name',
      'connection.attempts',
      'connection.backoff.ms',
      'query.retry.attempts',
      'catalog.pattern',
    ],
    ...[
      'table.types',
      'quote.sql.identifiers',
      'numeric.mapping',
      'numeric.precision.mapping',
      'schema.pattern',
    ],
    ...['timestamp.granularity', 'transaction.isolation.mode', 'table.monitoring.startup.polling.limit.ms'],
    ...['date.calendar.system', 'query.suffix'],
  ],
  lacks: [
    { option: 'dialect.name', harmless: ['postgresqldatabasedialect'], instead: 'Only PostgreSQL is read.' },
    { option: 'catalog.pattern', instead: 'Name the database in connection.url.' },
    { option: 'schema.pattern', instead: 'Choose tables by table.include.list, such as public[.].*' },
    {
      option: 'table.types',
      harmless: ['table', 'table,partitioned table', 'partitioned table,table'],
      instead: 'Tables are read; for a view give query=SELECT * FROM the_view.',
    },
    { option: 'quote.sql.identifiers', harmless: ['always'], instead: 'Names are always quoted.' },
    {
      option: 'numeric.mapping',
      harmless: ['none'],
      instead: 'decimal.handling.mode gives exact text, Decimal or double.',
    },
    { option: 'numeric.precision.mapping', harmless: ['false'] },
    {
      option: 'timestamp.granularity',
      harmless: ['connect_logical'],
      instead: 'time.precision.mode=isostring keeps all digits.',
    },
    {
      option: 'transaction.isolation.mode',
      harmless: ['default', 'read_committed'],
      instead: 'Each reading sees one state of the table.',
    },
    { option: 'query.suffix', instead: 'Put it into query, which is used as a subquery.' },
    { option: 'query.masked', instead: 'Give query, with a placeholder of a config provider.' },
    {
      option: /^(?:incrementing|timestamp)\.columns?\.mapping$/,
      instead: 'One connector has one cursor for all tables.',
    },
    { option: 'incrementing.relaxed.monotonic', harmless: ['false'] },
    { option: /^(?:table\.whitelist|table\.blacklist)\.regex$/, instead: 'Give table.include.list.' },
    { option: /^connection\.(?:provider\.class|oauth\..*|kerberos\..*)$/ },
    { option: /^jdbc\.credentials\.provider/ },
    { option: 'date.calendar.system', harmless: ['legacy', 'proleptic_gregorian'] },
  ],
};

/** Its lists of tables hold names, with or without schema; ours hold regular expressions. */
function withTableNames(config: TaskConfig): TaskConfig {
  const translated = { ...config };
  for (const key of ['table.whitelist', 'table.blacklist']) {
    const names = config[key];
    if (names !== undefined) translated[key] = names.split(',').flatMap(tablePattern).join(',');
  }
  return translated;
}

function tablePattern(entry: string): string[] {
  const parts = entry
    .trim()
    .replaceAll('"', '')
    .split('.')
    .filter((part) => part !== '');
  const name = parts.at(-1);
  if (name === undefined) return [];
  const schema = parts.at(-2);
  return [`${schema === undefined ? '[^.]+' : escaped(schema)}[.]${escaped(name)}`];
}

const escaped = (text: string): string => text.replaceAll(/[^\w]/g, (character) => `[${character}]`);
