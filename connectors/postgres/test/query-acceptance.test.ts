import { acceptance, type SourcePlace } from '@millrace/sdk/testing';
import manifest from '../src/index.ts';
import { queryOptions } from './connectors.ts';
import { Service, unavailable } from './service.ts';

const service = new Service();

async function openSource(): Promise<SourcePlace> {
  const { name } = await service.database();
  let db = await service.connect(name);
  await db.query(
    'CREATE TABLE entries (id bigserial PRIMARY KEY, k text, v text, at timestamptz NOT NULL DEFAULT clock_timestamp())',
  );
  return {
    options: queryOptions(service, name, {
      mode: 'timestamp+incrementing',
      'timestamp.column.name': 'at',
      'table.include.list': 'public.entries',
    }),
    unstartable: { 'connection.password': 'wrong' },
    async insert(entries) {
      // An outage ends the session.
      const alive = await db.query('SELECT 1').catch(() => null);
      if (!alive) db = await service.connect(name);
      for (const { key, value } of entries)
        await db.query('INSERT INTO entries (k, v) VALUES ($1, $2)', [key, value]);
    },
    entryOf: ({ value }) => ({ key: (value as { k: string }).k, value: (value as { v: string }).v }),
    close: async () => {},
  };
}

acceptance({
  manifest: { ...manifest, plugins: manifest.plugins.filter((one) => one.class === 'PostgresQuerySource') },
  unavailable,
  setup: async () => {
    await service.start();
  },
  teardown: () => service.close(),
  source: {
    class: 'PostgresQuerySource',
    open: openSource,
    outage: {
      begin: () => service.halt(),
      end: async () => {
        await service.start();
      },
    },
    abilities: { deletes: false, exactResume: true },
    refusals: [
      { what: 'a wrong password', options: { 'connection.password': 'wrong' }, key: 'connection.password' },
      { what: 'an unknown user', options: { 'connection.user': 'nobody' }, key: 'connection.password' },
      {
        what: 'a port without server',
        options: { 'connection.url': 'jdbc:postgresql://127.0.0.1:1/x' },
        key: 'connection.url',
      },
      { what: 'a mode that is none', options: { mode: 'sometimes' }, key: 'mode' },
      {
        what: 'a table that is missing',
        options: { 'table.include.list': 'public.none' },
        key: 'table.include.list',
      },
      {
        what: 'a time that is missing',
        options: { 'timestamp.column.name': 'changed' },
        key: 'timestamp.column.name',
      },
      {
        what: 'a time that is a text',
        options: { 'timestamp.column.name': 'v' },
        key: 'timestamp.column.name',
      },
      {
        what: 'a time that is not named',
        options: { 'timestamp.column.name': '' },
        key: 'timestamp.column.name',
      },
      {
        what: 'a number that is a text',
        options: { 'incrementing.column.name': 'k' },
        key: 'incrementing.column.name',
      },
      { what: 'a key that is missing', options: { 'key.columns': 'no' }, key: 'key.columns' },
      { what: 'an unknown time zone', options: { 'db.timezone': 'Mars/Olympus' }, key: 'db.timezone' },
      { what: 'a query beside tables', options: { query: 'SELECT 1 AS id' }, key: 'table.include.list' },
    ],
  },
});
