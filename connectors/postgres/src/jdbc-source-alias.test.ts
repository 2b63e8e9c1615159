import { requireConfig } from '@millrace/sdk';
import { describe, expect, it } from 'vitest';
import { jdbcSource } from './jdbc-source-alias.ts';
import { queryConfig } from './query-config.ts';

const given = {
  'connection.url': 'jdbc:postgresql://127.0.0.1:5432/shop',
  'connection.user': 'u',
  'connection.password': 'p',
  mode: 'timestamp+incrementing',
  'timestamp.column.name': 'updated_at',
  'incrementing.column.name': 'id',
  'topic.prefix': 'pg-',
};

describe('a config of Confluent’s JDBC source', () => {
  it('is read with its names and defaults', () => {
    const { config, problems } = jdbcSource.translate({
      ...given,
      'table.whitelist': 'orders, "public"."a-b"',
      'dialect.name': 'PostgreSqlDatabaseDialect',
      'table.types': 'TABLE',
      'numeric.mapping': 'none',
    });
    expect(problems).toEqual([]);
    expect(requireConfig(queryConfig, config)).toMatchObject({
      mode: 'timestamp+incrementing',
      'table.include.list': ['[^.]+[.]orders', 'public[.]a[-]b'],
      'key.columns': ['none'],
      'batch.max.rows': 100,
      'poll.interval.ms': 5000,
      'time.precision.mode': 'connect',
      'decimal.handling.mode': 'precise',
    });
  });

  it('is refused by name for what we lack', () => {
    const lacking = {
      'numeric.mapping': 'best_fit',
      'table.types': 'VIEW',
      'query.suffix': 'LIMIT 5',
      'schema.pattern': 'public',
      'transaction.isolation.mode': 'SERIALIZABLE',
      'timestamp.columns.mapping': 'a:b',
    };
    const { problems } = jdbcSource.translate({ ...given, ...lacking });
    expect(problems.map(({ key }) => key)).toEqual(Object.keys(lacking));
  });
});
