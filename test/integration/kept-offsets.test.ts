import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  eventually,
  type Millrace,
  type Service,
  startMillrace,
  startService,
  unavailable,
} from '../support/index.ts';

let millrace: Millrace;
let server: Service;
let db: pg.Client;

async function call(method: string, path: string, body?: unknown) {
  const answer = await fetch(`${millrace.rest}${path}`, {
    method,
    ...(body === undefined
      ? {}
      : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
  });
  const text = await answer.text();
  // biome-ignore lint/suspicious/noExplicitAny: answers of many routes
  return { status: answer.status, json: (text === '' ? null : JSON.parse(text)) as any };
}

const rows = async (sql: string): Promise<unknown[]> => (await db.query(sql)).rows;
const taskStates = async (name: string): Promise<string[]> =>
  (await call('GET', `/connectors/${name}/status`)).json.tasks.map((task: { state: string }) => task.state);
const copied = () => rows('SELECT n FROM copy ORDER BY n');

describe.skipIf(unavailable('postgres'))(
  'a sink that keeps its offsets, and a source that keeps a slot',
  () => {
    beforeAll(async () => {
      server = await startService('postgres');
      db = new pg.Client(server.url);
      await db.connect();
      millrace = await startMillrace();
      await db.query('CREATE TABLE numbers (n int PRIMARY KEY)');
      // Nothing in it holds back a row that comes twice.
      await db.query('CREATE TABLE copy (n int)');
      await db.query('INSERT INTO numbers VALUES (1), (2)');
      const database = {
        ...{
          'database.hostname': '127.0.0.1',
          'database.port': String(server.port),
          'database.dbname': 'postgres',
        },
        ...{ 'database.user': 'postgres', 'database.password': 'postgres' },
      };
      const source = {
        ...{ 'connector.class': 'PostgresSource', ...database, 'topic.prefix': 'kept' },
        'table.include.list': 'public.numbers',
      };
      const sink = {
        ...{ 'connector.class': 'PostgresSink', ...database, topics: 'kept.public.numbers' },
        ...{ 'table.name.format': 'copy', 'insert.mode': 'insert', 'pk.mode': 'none' },
        'delivery.guarantee': 'exactly_once',
      };
      for (const [name, config] of Object.entries({ from: source, into: sink })) {
        const answer = await call('PUT', `/connectors/${name}/config`, config);
        expect(answer.status, JSON.stringify(answer.json)).toBe(201);
      }
    });
    afterAll(async () => {
      await millrace?.close();
      await db?.end();
      await server?.stop();
    });

    test('tells its guarantee, is reset by the offsets API, and leaves no slot behind', async () => {
      await eventually(async () => (await copied()).length === 2, { what: 'both rows' });
      const { json: guarantees } = await call('GET', '/api/v1/connectors/into/guarantees');
      expect(guarantees).toMatchObject({ delivery: 'exactly once', duplicates: [] });
      expect(
        await rows('SELECT next_offset::int AS next FROM millrace_offsets WHERE next_offset > 0'),
      ).toEqual([{ next: 2 }]);

      await call('PUT', '/connectors/into/stop');
      await eventually(async () => (await taskStates('into')).length === 0, { what: 'the sink to stop' });
      const partition = { kafka_topic: 'kept.public.numbers', kafka_partition: 0 };
      const altered = await call('PATCH', '/connectors/into/offsets', {
        offsets: [{ partition, offset: { kafka_offset: 1 } }],
      });
      expect(altered.status, JSON.stringify(altered.json)).toBe(200);
      await call('PUT', '/connectors/into/resume');
      await eventually(async () => (await copied()).length === 3, { what: 'the second row again' });

      await call('PUT', '/connectors/into/stop');
      await eventually(async () => (await taskStates('into')).length === 0, {
        what: 'the sink to stop again',
      });
      const reset = await call('DELETE', '/connectors/into/offsets');
      expect(reset.status, JSON.stringify(reset.json)).toBe(200);
      await call('PUT', '/connectors/into/resume');
      await eventually(async () => (await copied()).length === 5, { what: 'both rows again' });

      const slots = () =>
        rows("SELECT slot_name FROM pg_replication_slots WHERE slot_name = 'millrace_from'");
      expect(await slots()).toHaveLength(1);
      expect((await call('DELETE', '/connectors/from')).status).toBe(204);
      const publications = () => rows("SELECT pubname FROM pg_publication WHERE pubname = 'millrace_from'");
      const left = async () => [...(await slots()), ...(await publications())].length;
      await eventually(async () => (await left()) === 0, { what: 'slot and publication to be dropped' });
    });
  },
);
