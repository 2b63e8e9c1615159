import { ask, untilRunning } from '../../connect/pipelines.ts';
import type { ConnectSide, RunningWorker } from '../../connect/side.ts';
import { cpuOf } from '../cpu-of.ts';
import type { Config, Note } from '../subject.ts';
import type { TopicWatch } from '../topic-watch.ts';
import { until } from '../until.ts';
import type { PostgresServer } from './server.ts';

/** How much each measurement moves. */
export interface Amounts {
  readonly rows: number;
  readonly changes: number;
  readonly sink: number;
  readonly commits: number;
}

export interface Bench {
  readonly server: PostgresServer;
  readonly topics: TopicWatch;
  readonly amounts: Amounts;
  readonly note: Note;
}

const DEBEZIUM = 'io.debezium.connector.postgresql.PostgresConnector';
const JSON_CONVERTER = 'org.apache.kafka.connect.json.JsonConverter';
const WARM_TRANSACTIONS = 100;
/** Ids of rows whose way is timed: beyond all others. */
const MARKED_FROM = 100_000_000;
const markOf = (table: string): string =>
  `INSERT INTO ${table} (id, n, name, amount, at, doc, ok) VALUES ($1, 1, $2, 1.5, now(), '{"a":1}', true)`;
/** Of 100 changes 20 are deletions, which Debezium's envelope tells by two records. */
const RECORDS_PER_TRANSACTION = { envelope: 120, flat: 100 };

function json(schemas: boolean): Config {
  return {
    'key.converter': JSON_CONVERTER,
    'value.converter': JSON_CONVERTER,
    'key.converter.schemas.enable': String(schemas),
    'value.converter.schemas.enable': String(schemas),
  };
}

const TUNED: Config = {
  ...json(false),
  'producer.override.batch.size': '131072',
  'producer.override.linger.ms': '5',
  'producer.override.compression.type': 'lz4',
  'max.batch.size': '8192',
  'max.queue.size': '32768',
  'poll.interval.ms': '10',
  'snapshot.fetch.size': '20000',
};

/** How a source is configured. */
export interface Variant {
  readonly name: 'tuned' | 'defaults';
  readonly class: string;
  readonly form: 'envelope' | 'flat';
  readonly config: Config;
}

/** Both sides are given `tuned`; of defaults each has its own. */
export function variantsOf(side: ConnectSide): readonly Variant[] {
  const tuned: Variant = { name: 'tuned', class: DEBEZIUM, form: 'envelope', config: TUNED };
  if (side.name === 'Millrace')
    return [tuned, { name: 'defaults', class: 'PostgresSource', form: 'flat', config: json(false) }];
  return [tuned, { name: 'defaults', class: DEBEZIUM, form: 'envelope', config: json(true) }];
}

function sourceConfig({ server }: Bench, variant: Variant, name: string, table: string): Config {
  return {
    'connector.class': variant.class,
    'tasks.max': '1',
    'database.hostname': '127.0.0.1',
    'database.port': String(server.port),
    'database.user': 'postgres',
    'database.password': 'postgres',
    'database.dbname': 'postgres',
    'plugin.name': 'pgoutput',
    'slot.name': name,
    'publication.name': name,
    'publication.autocreate.mode': 'filtered',
    'topic.prefix': name,
    'table.include.list': `public.${table}`,
    ...variant.config,
  };
}

/** The table `bench`, from the request for the connector to the last record. */
export async function snapshot(
  bench: Bench,
  worker: RunningWorker,
  variant: Variant,
  name: string,
): Promise<void> {
  const { server, topics, amounts, note } = bench;
  const topic = `${name}.public.bench`;
  await topics.create(topic);
  const cpu = cpuOf(worker);
  const startedMs = performance.now();
  await ask(worker, 'PUT', `/connectors/${name}/config`, {
    ...sourceConfig(bench, variant, name, 'bench'),
    'snapshot.mode': 'initial',
  });
  const { lastMs } = await topics.wait(topic, amounts.rows);
  note(`snapshot, ${variant.name}: rows/s`, (amounts.rows * 1000) / (lastMs - startedMs));
  note(`snapshot, ${variant.name}: CPU s per million`, (cpu() * 1e6) / amounts.rows);
  await ask(worker, 'DELETE', `/connectors/${name}`);
  await server.dropSlot(name);
}

/** A backlog of changes, and then the way of single commits. */
export async function stream(
  bench: Bench,
  worker: RunningWorker,
  variant: Variant,
  name: string,
): Promise<void> {
  const { server, topics, amounts, note } = bench;
  const topic = `${name}.public.${name}`;
  const perTransaction = RECORDS_PER_TRANSACTION[variant.form];
  await topics.create(topic);
  await server.table(name, 2000);
  await ask(worker, 'PUT', `/connectors/${name}/config`, {
    ...sourceConfig(bench, variant, name, name),
    'snapshot.mode': 'no_data',
  });
  await untilRunning(worker, [name]);
  await server.untilSlot(name, 'active');
  const warm = WARM_TRANSACTIONS * perTransaction;
  const at = await server.changes(name, WARM_TRANSACTIONS, { low: 0, high: 2000 });
  await topics.wait(topic, warm);
  await ask(worker, 'PUT', `/connectors/${name}/stop`);
  await server.untilSlot(name, 'free');
  const transactions = amounts.changes / 100;
  await server.changes(name, transactions, at);
  const cpu = cpuOf(worker);
  await ask(worker, 'PUT', `/connectors/${name}/resume`);
  const { firstMs, lastMs } = await topics.wait(topic, transactions * perTransaction, warm);
  note(`stream, backlog, ${variant.name}: changes/s`, (amounts.changes * 1000) / (lastMs - firstMs));
  note(`stream, backlog, ${variant.name}: CPU s per million`, (cpu() * 1e6) / amounts.changes);
  const client = await server.connect();
  const p50 = await topics.latencyMs(topic, amounts.commits, (mark, index) =>
    client.query({ name: 'mark', text: markOf(name), values: [MARKED_FROM + index, mark] }),
  );
  await client.end();
  note(`commit to record, ${variant.name}: p50, ms`, p50);
  await ask(worker, 'DELETE', `/connectors/${name}`);
  await server.dropSlot(name);
  await server.query(`DROP TABLE ${name}`);
}

/** The topic `rows` into a table, by key. */
export async function upsert(
  bench: Bench,
  worker: RunningWorker,
  side: ConnectSide,
  name: string,
): Promise<void> {
  const { server, amounts, note } = bench;
  await server.query('DROP TABLE IF EXISTS rows');
  await server.query(
    'CREATE TABLE rows (id int PRIMARY KEY, n int, name text, amount double precision, at timestamptz, doc jsonb, ok boolean)',
  );
  const cpu = cpuOf(worker);
  const startedMs = performance.now();
  await ask(worker, 'PUT', `/connectors/${name}/config`, {
    topics: 'rows',
    'tasks.max': '1',
    ...json(true),
    'consumer.override.auto.offset.reset': 'earliest',
    'consumer.override.max.poll.records': '5000',
    'consumer.override.fetch.min.bytes': '1000000',
    'consumer.override.max.partition.fetch.bytes': '10000000',
    'batch.size': '5000',
    ...(side.name === 'Millrace' ? ourSink(server) : theirSink(server)),
  });
  await until('the last row', async () => {
    const rows = await server.query(`SELECT 1 FROM rows WHERE id = ${amounts.sink}`);
    return rows.length > 0;
  });
  note('sink, upsert: records/s', (amounts.sink * 1000) / (performance.now() - startedMs));
  note('sink, upsert: CPU s per million', (cpu() * 1e6) / amounts.sink);
  const [row] = await server.query('SELECT count(*)::int AS count FROM rows');
  if (row?.count !== amounts.sink) throw new Error(`${name} wrote ${row?.count} of ${amounts.sink} rows`);
  await ask(worker, 'DELETE', `/connectors/${name}`);
}

const ourSink = (server: PostgresServer): Config => ({
  'connector.class': 'PostgresSink',
  'connection.url': `jdbc:postgresql://127.0.0.1:${server.port}/postgres`,
  'connection.user': 'postgres',
  'connection.password': 'postgres',
});

const theirSink = (server: PostgresServer): Config => ({
  'connector.class': 'io.debezium.connector.jdbc.JdbcSinkConnector',
  'connection.url': `jdbc:postgresql://127.0.0.1:${server.port}/postgres?reWriteBatchedInserts=true`,
  'connection.username': 'postgres',
  'connection.password': 'postgres',
  'insert.mode': 'upsert',
  'primary.key.mode': 'record_key',
  'schema.evolution': 'none',
  'use.reduction.buffer': 'true',
});
