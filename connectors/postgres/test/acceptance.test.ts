import { acceptance, type Entry, type SinkPlace, type SourcePlace } from '@millrace/sdk/testing';
import manifest from '../src/index.ts';
import { sinkOptions, sourceOptions } from './connectors.ts';
import { dropSlot, Service, severSlot, unavailable } from './service.ts';

const service = new Service();
const outage = {
  begin: () => service.halt(),
  end: async () => {
    await service.start();
  },
};

/** A table that keeps every entry; the key of the row holds the entry's key, so that a deletion tells it. */
async function openSource(): Promise<SourcePlace> {
  const { name } = await service.database();
  const slot = `slot_${name}`;
  let db = await service.connect(name);
  const session = async () => {
    // An outage ends the session.
    const alive = await db.query('SELECT 1').catch(() => null);
    if (!alive) db = await service.connect(name);
    return db;
  };
  await db.query('CREATE TABLE entries (id serial, k text, v text, PRIMARY KEY (id, k))');
  const options = sourceOptions(service, name, { 'table.include.list': 'public.entries' });
  return {
    options,
    unstartable: { 'database.password': 'wrong' },
    async insert(entries) {
      const client = await session();
      for (const { key, value } of entries) {
        if (value === null) await client.query('DELETE FROM entries WHERE k = $1', [key]);
        else await client.query('INSERT INTO entries (k, v) VALUES ($1, $2)', [key, value]);
      }
    },
    entryOf: ({ key, value }) => ({
      key: (key as { k: string }).k,
      value: value === null ? null : (value as { v: string }).v,
    }),
    sever: async () => severSlot(await session(), slot),
    close: async () => dropSlot(await session(), slot),
  };
}

async function openSink(): Promise<SinkPlace> {
  const { name, db } = await service.database();
  await db.query('CREATE TABLE entries (k text PRIMARY KEY, v text CHECK (v <> $$poison$$))');
  const record: SinkPlace['record'] = ({ key, value }, { partition, offset }) => ({
    topic: 'shop.public.entries',
    partition,
    offset,
    key: { k: key },
    value: value === null ? null : { k: key, v: value },
    headers: [],
    timestamp: null,
  });
  return {
    options: sinkOptions(service, name),
    unstartable: { 'connection.password': 'wrong' },
    record,
    poison: (position) => record({ key: 'bad', value: 'poison' }, position),
    async contents() {
      const client = await service.connect(name);
      const { rows } = await client.query<Entry>('SELECT k AS key, v AS value FROM entries ORDER BY k');
      await client.end();
      return rows;
    },
    close: async () => {},
  };
}

acceptance({
  manifest,
  unavailable,
  setup: async () => {
    await service.start();
  },
  teardown: () => service.close(),
  source: {
    class: 'PostgresSource',
    open: openSource,
    outage,
    abilities: { deletes: true, exactResume: true },
    refusals: [
      { what: 'a wrong password', options: { 'database.password': 'wrong' }, key: 'database.password' },
      { what: 'an unknown user', options: { 'database.user': 'nobody' }, key: 'database.password' },
      { what: 'an unknown database', options: { 'database.dbname': 'none' }, key: 'database.dbname' },
      { what: 'a port without server', options: { 'database.port': '1' }, key: 'database.hostname' },
      {
        what: 'a host without name',
        options: { 'database.hostname': 'no.such.invalid' },
        key: 'database.hostname',
      },
      {
        what: 'a table that is missing',
        options: { 'table.include.list': 'public.none' },
        key: 'table.include.list',
      },
      {
        what: 'a pattern that is none',
        options: { 'table.include.list': 'public.(' },
        key: 'table.include.list',
      },
      {
        what: 'TLS from a server without',
        options: { 'database.sslmode': 'require' },
        key: 'database.sslmode',
      },
      {
        what: 'a certificate that is no file',
        options: { 'database.sslrootcert': '/no/such/file.pem' },
        key: 'database.sslrootcert',
      },
      {
        what: 'a publication that is missing and may not be made',
        options: { 'publication.autocreate.mode': 'disabled' },
        key: 'publication.name',
      },
    ],
  },
  sink: {
    class: 'PostgresSink',
    open: openSink,
    outage,
    abilities: { keeps: 'last', idempotent: true, tombstones: 'delete' },
    exactlyOnce: { 'delivery.guarantee': 'exactly_once' },
    refusals: [
      { what: 'a wrong password', options: { 'connection.password': 'wrong' }, key: 'connection.password' },
      {
        what: 'an address without server',
        options: { 'connection.url': 'postgres://127.0.0.1:1/postgres' },
        key: 'connection.url',
      },
      {
        what: 'the address of another database',
        options: { 'connection.url': 'mysql://u:secret@127.0.0.1/postgres' },
        key: 'connection.url',
      },
      { what: 'upsert without key', options: { 'pk.mode': 'none' }, key: 'pk.mode' },
    ],
  },
});
