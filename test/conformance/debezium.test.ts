import { readFile } from 'node:fs/promises';
import postgres from '@millrace/connector-postgres';
import converters from '@millrace/converters';
import { type AnyConverter, parseConfig, type SourceConnector, type SourceRecord } from '@millrace/sdk';
import { SourceHarness } from '@millrace/sdk/testing';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Service, startService, unavailable } from '../support/index.ts';
import { fromLines, type RecordedEvent, type Recording, recordedOf } from './debezium/recorded.ts';
import { scenario, variants } from './debezium/scenario.ts';

/** What Debezium does that we do otherwise, each with its reason. */
const OURS: Readonly<Record<string, string>> = {
  c_negative: 'it takes a negative scale for one of 2046 digits',
  c_name: 'its stream has none of this type',
  c_date: 'it has years BC as AD, and infinity as some day',
};
/** Columns with defaults, which it puts in the place of what it does not know of a deleted row. */
const PRESET = ['n', 'd', 'f', 'o'];
/** Rows with infinities, years BC and 24 o’clock, which its types have no room for. */
const ODD_ROWS = [2, 3, 4, 102, 103, 104];
const ODD_COLUMNS = ['c_ts', 'c_tstz', 'c_time'];

const debezium = postgres.plugins
  .filter((plugin): plugin is SourceConnector => plugin.type === 'source')
  .flatMap(({ aliases = [] }) => aliases)
  .find(({ class: name }) => name === 'io.debezium.connector.postgresql.PostgresConnector');
const source = postgres.plugins.find(({ class: name }) => name === 'PostgresSource') as SourceConnector;

describe.skipIf(unavailable('postgres') !== undefined)('records as Debezium makes them', () => {
  let server: Service;
  let recording: Recording;
  const ours = new Map<string, Recording>();

  beforeAll(async () => {
    recording = fromLines(await readFile(new URL('debezium/recorded.ndjson', import.meta.url), 'utf8'));
    server = await startService('postgres');
    const db = new pg.Client(server.url);
    await db.connect();
    for (const statement of scenario.tables) await db.query(statement);
    const watches = Object.keys(variants).map((name) => new Watch(server, name));
    for (const watch of watches) await watch.start();
    for (const statement of scenario.changes) await db.query(statement);
    for (const watch of watches) ours.set(watch.name, recordedOf(await watch.end()));
    await db.end();
  });
  afterAll(() => server?.stop());

  test.each(Object.keys(variants))('%s', (name) => {
    const topics = (from: Recording) =>
      Object.keys(from.topics)
        .filter((topic) => topic.startsWith(`${name}.public.`))
        .sort();
    const mine = ours.get(name) as Recording;
    // It loses a change of key where the list of columns leaves the key out.
    const all = topics(mine).filter((topic) => topic !== 'micro.public.pair');
    const theirs = topics(recording).filter((topic) => topic !== 'micro.public.pair');
    expect(all).toEqual(theirs);
    for (const topic of theirs) {
      const told = (from: Recording) =>
        (from.topics[topic] ?? [])
          // A tombstone without key says nothing to anybody.
          .filter(({ key, value }) => key !== null || value !== null)
          .map((event) => comparable(from, event));
      expect(told(mine), topic).toEqual(told(recording));
    }
  });
});

class Watch {
  readonly name: string;
  readonly #task: SourceHarness;

  constructor(server: Service, name: string) {
    this.name = name;
    const translated = debezium?.translate({
      ...{
        'database.hostname': '127.0.0.1',
        'database.port': String(server.port),
        'database.user': 'postgres',
      },
      ...{ 'database.password': 'postgres', 'database.dbname': 'postgres', 'plugin.name': 'pgoutput' },
      ...{ 'slot.name': name, 'publication.name': name, 'publication.autocreate.mode': 'filtered' },
      ...{ 'topic.prefix': name, 'table.include.list': 'public.*' },
      ...variants[name],
    });
    expect(translated?.problems).toEqual([]);
    this.#task = new SourceHarness(source, translated?.config ?? {});
  }

  async start(): Promise<void> {
    await this.#task.start();
    await this.#task.pollUntil('the snapshot', (all) => all.length >= 10);
  }

  async end() {
    while ((await this.#task.poll(3_000)) !== null);
    await this.#task.stop();
    return this.#task.records.map(asJson);
  }
}

const jsonConverter = (isKey: boolean) => {
  const plugin = converters.plugins.find(({ class: name }) => name === 'JsonConverter') as AnyConverter;
  return plugin.create(parseConfig(plugin.config, {}).values, isKey);
};
const [keys, values] = [jsonConverter(true), jsonConverter(false)];
const json = (converter: typeof keys, topic: string, schema: SourceRecord['valueSchema'], value: unknown) =>
  JSON.parse(converter.fromConnect(topic, schema, value)?.toString() ?? 'null');

const asJson = (record: SourceRecord, offset: number) => ({
  ...{ topic: record.topic, partition: 0, offset },
  key: record.key === null ? null : json(keys, record.topic, record.keySchema, record.key),
  value: record.value === null ? null : json(values, record.topic, record.valueSchema, record.value),
  headers: record.headers.map(
    (header) => [header.key, json(values, record.topic, header.schema, header.value)] as const,
  ),
});

interface Field {
  readonly field?: string;
  readonly fields?: readonly Field[];
  readonly [more: string]: unknown;
}

/** What of an event must be the same: not its times and places, and not what is ours on purpose. */
function comparable({ schemas }: Recording, { key, value, headers = [] }: RecordedEvent) {
  if (value === null) return { key: key?.payload ?? null, value, headers };
  const { source: from, ...payload } = value.payload as Record<string, Record<string, unknown>>;
  const { version: _, ts_ms: _m, ts_us: _u, ts_ns: _n, lsn, sequence, txId: _t, ...place } = from ?? {};
  return {
    key: key && { schema: keyShown(schemas[key.schema] as Field), payload: key.payload },
    value: {
      schema: shown(schemas[value.schema] as Field),
      payload: {
        ...{
          op: payload.op,
          before: row(payload.before ?? null, place.table === 'strict' ? PRESET : []),
          after: row(payload.after ?? null),
        },
        source: { ...place, snapshot: place.snapshot, lsn: typeof lsn, sequence: typeof sequence },
      },
    },
    headers,
  };
}

function row(values: Record<string, unknown> | null, preset: readonly string[] = []) {
  if (values === null) return null;
  const odd = ODD_ROWS.includes(Number(values.id)) && 'c_ts' in values;
  return Object.fromEntries(
    Object.entries(values).filter(
      ([name]) => !(name in OURS) && !preset.includes(name) && !(odd && ODD_COLUMNS.includes(name)),
    ),
  );
}

/** Defaults of columns are not in our schemas: converters put them in the place of nulls. */
function shown(schema: Field): unknown {
  const { default: _, doc: _d, fields, ...rest } = schema;
  if (!fields) return rest;
  return { ...rest, fields: fields.filter(({ field = '' }) => !(field in OURS)).map(shown) };
}

/** It calls key columns optional where the list of columns leaves them out of values. */
function keyShown({ fields = [], ...rest }: Field): unknown {
  return { ...rest, fields: fields.map(({ optional: _, ...field }) => field) };
}
