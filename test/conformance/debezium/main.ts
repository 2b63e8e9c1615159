import { writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createAdmin, createConsumer } from '@millrace/client';
import pg from 'pg';
import { startStandaloneConnect } from '../../support/connect-peer.ts';
import { eventually, startService } from '../../support/index.ts';
import { startMillraceBroker } from '../../support/millrace-broker.ts';
import { type Recorded, recordedOf, toLines } from './recorded.ts';
import { scenario, variants } from './scenario.ts';

/**
 * Runs Debezium's own connector through the scenario and writes down what it gave: `node test/conformance/debezium/main.ts`. Needs what
 * `shared/peers/connectors/fetch.sh` brings, and half a minute.
 */

const PLUGINS = process.env.CONNECTOR_PEERS_HOME ?? join(homedir(), '.cache/connector-peers');
const FILE = fileURLToPath(new URL('recorded.ndjson', import.meta.url));

const server = await startService('postgres');
const broker = await startMillraceBroker({});
const { bootstrapServers } = broker;
const db = new pg.Client(server.url);
await db.connect();
for (const statement of scenario.tables) await db.query(statement);
const worker = await startStandaloneConnect({
  bootstrapServers,
  config: {
    'plugin.path': join(PLUGINS, 'plugins'),
    'key.converter': 'org.apache.kafka.connect.json.JsonConverter',
    'value.converter': 'org.apache.kafka.connect.json.JsonConverter',
    'header.converter': 'org.apache.kafka.connect.json.JsonConverter',
  },
});
try {
  for (const [name, options] of Object.entries(variants)) {
    const config = {
      'connector.class': 'io.debezium.connector.postgresql.PostgresConnector',
      ...{
        'database.hostname': '127.0.0.1',
        'database.port': String(server.port),
        'database.user': 'postgres',
      },
      ...{ 'database.password': 'postgres', 'database.dbname': 'postgres', 'plugin.name': 'pgoutput' },
      ...{ 'slot.name': name, 'publication.name': name, 'publication.autocreate.mode': 'filtered' },
      ...{ 'topic.prefix': name, 'table.include.list': 'public.*', 'topic.creation.default.partitions': '1' },
      ...{ 'topic.creation.default.replication.factor': '1', 'topic.creation.enable': 'true' },
      ...options,
    };
    const answer = await fetch(`${worker.url}/connectors/${name}/config`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(config),
    });
    if (!answer.ok) throw new Error(await answer.text());
  }
  const active = async () => {
    const { rows } = await db.query('SELECT 1 FROM pg_replication_slots WHERE active');
    for (const name of Object.keys(variants)) {
      const status = await (await fetch(`${worker.url}/connectors/${name}/status`)).json();
      const trace = (status as { tasks?: { trace?: string }[] }).tasks?.[0]?.trace;
      if (trace) throw new Error(trace);
    }
    return rows.length === Object.keys(variants).length;
  };
  await eventually(active, { what: 'all connectors stream', timeoutMs: 120_000 });
  await new Promise((resolve) => setTimeout(resolve, 5_000));
  for (const statement of scenario.changes) await db.query(statement);
  await new Promise((resolve) => setTimeout(resolve, 8_000));
  await writeFile(FILE, toLines(recordedOf(await readAll())));
} finally {
  await worker.stop();
  await broker.stop();
  await db.end();
  await server.stop();
}

async function readAll(): Promise<readonly Recorded[]> {
  const admin = createAdmin({ bootstrapServers });
  const topics = (await admin.listTopics())
    .map(({ name }) => name)
    .filter((name) => !name.startsWith('__'))
    .sort();
  await admin.close();
  const consumer = createConsumer({ bootstrapServers, groupId: 'recorder', autoOffsetReset: 'earliest' });
  consumer.subscribe(topics);
  const records: Recorded[] = [];
  for (let quiet = 0; quiet < 5; ) {
    const batch = await consumer.poll(1_000);
    quiet = batch.length === 0 ? quiet + 1 : 0;
    for (const { topic, partition, offset, key, value, headers } of batch)
      records.push({
        ...{ topic, partition, offset },
        key: JSON.parse(key?.toString() ?? 'null'),
        value: JSON.parse(value?.toString() ?? 'null'),
        headers: headers.map((header) => [header.key, JSON.parse(header.value?.toString() ?? 'null')]),
      });
  }
  await consumer.close();
  return records;
}
