import { parseConfig, requireConfig } from '@millrace/sdk';
import { describe, expect, it } from 'vitest';
import { addressedConnection, addressProblem } from './address-options.ts';
import { sinkConfig, sourceConfig } from './config.ts';
import { defaultSlotName } from './replication-slot.ts';
import { tableOf } from './target-table.ts';

const sink = (raw: Record<string, string>) => requireConfig(sinkConfig, raw);

describe('the connection of a sink', () => {
  it.each([
    ['jdbc:postgresql://db.example:6432/shop?sslmode=require', ['db.example', 6432, 'shop', 'require']],
    ['postgres://[::1]/shop', ['::1', 5432, 'shop', 'prefer']],
    ['postgresql://db.example/a%20b', ['db.example', 5432, 'a b', 'prefer']],
  ])('is read from %s', (url, expected) => {
    const made = addressedConnection(sink({ 'connection.url': url }));
    expect([made.host, made.port, made.database, made.sslmode]).toEqual(expected);
    expect(addressProblem(sink({ 'connection.url': url }))).toBeNull();
  });

  it('takes connection keys before database keys, and blames the ones that were used', () => {
    const made = addressedConnection(
      sink({
        'database.hostname': 'h',
        'database.dbname': 'd',
        'database.password': 'p',
        'connection.user': 'u',
      }),
    );
    expect(made).toMatchObject({ host: 'h', port: 5432, user: 'u', password: 'p', database: 'd' });
    expect(made.keys).toMatchObject({
      host: 'database.hostname',
      user: 'connection.user',
      password: 'database.password',
    });
  });

  it.each(['jdbc:postgresql://u:s%20p@h/d', 'jdbc:postgresql://h/d?user=u&password=s%20p'])(
    'takes user and password from %s, where no other key gives them',
    (url) => {
      expect(addressProblem(sink({ 'connection.url': url }))).toBeNull();
      const made = addressedConnection(sink({ 'connection.url': url }));
      expect(made).toMatchObject({ user: 'u', password: 's p', keys: { password: 'connection.url' } });
      const other = addressedConnection(sink({ 'connection.url': url, 'connection.password': 'q' }));
      expect(other).toMatchObject({ password: 'q', keys: { password: 'connection.password' } });
    },
  );

  it.each(['mysql://u:secret@h/d', 'h:5432'])('is not read from %s, and no message shows a secret', (url) => {
    const { problems, values } = parseConfig(sinkConfig, { 'connection.url': url });
    const all = [...problems, addressProblem(values)];
    expect(all).toMatchObject([{ key: 'connection.url' }]);
    expect(JSON.stringify(all)).not.toContain('secret');
  });

  it('must be given', () => {
    expect(addressProblem(sink({}))).toMatchObject({ key: 'connection.url' });
  });
});

/** `${first}` and what follows it. */
const token = (first: string, between = '', second?: string) =>
  `\${${first}}${between}${second === undefined ? '' : `\${${second}}`}`;

describe('names', () => {
  it.each([
    [sinkConfig['table.name.format'].default, { schema: 'public', name: 'orders' }],
    [token('table'), { schema: null, name: 'orders' }],
    [token('schema', '.', 'table'), { schema: 'public', name: 'orders' }],
    [`copy.${token('schema', '_', 'table')}`, { schema: 'copy', name: 'public_orders' }],
    ['fixed', { schema: null, name: 'fixed' }],
  ])('of a table follow %s', (format, expected) => {
    expect(tableOf('shop.public.orders', format)).toEqual(expected);
  });

  it('of a slot are what PostgreSQL allows', () => {
    expect(defaultSlotName('My-Shop é')).toBe('millrace_my_shop__');
    expect(defaultSlotName('x'.repeat(100))).toHaveLength(63);
  });

  it('of tables are checked as regular expressions', () => {
    const { problems } = parseConfig(sourceConfig, { 'table.include.list': 'public.(a' });
    expect(problems.map(({ key }) => key)).toContain('table.include.list');
  });
});
