import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { SinkHarness, SourceHarness } from '@millrace/sdk/testing';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { asSinkRecords, opOf, postgresSink, postgresSource, querySource } from './connectors.ts';
import { Service, unavailable } from './service.ts';

const service = new Service();

/** The configs that the README shows, without what is the runtime's, at the port of this test's server. */
function examples(): readonly Record<string, string>[] {
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
  return [...readme.matchAll(/```json\n([\s\S]*?)```/g)].map(([, text = '']) => {
    const config = JSON.parse(text.replace(':5432/', `:${service.port}/`)) as Record<string, string>;
    const own = Object.entries(config).filter(([key]) => !/^(?:connector\.class|topics)$/.test(key));
    return Object.fromEntries(own);
  });
}

describe.skipIf(unavailable !== undefined)('the example of the README', () => {
  beforeAll(async () => {
    await service.start();
  });
  afterAll(() => service.close());

  it('does what it says', async () => {
    const [sourceOptions = {}, sinkOptions = {}, queryOptions = {}] = examples();
    const root = await service.connect();
    for (const name of ['shop', 'copy']) await root.query(`CREATE DATABASE ${name}`);
    const shop = await service.connect('shop');
    await shop.query('CREATE TABLE orders (id int PRIMARY KEY, total numeric(8,2), placed timestamptz)');
    await shop.query('CREATE TABLE customers (id int PRIMARY KEY, email text)');
    await shop.query(
      'CREATE TABLE signals (id varchar(42) PRIMARY KEY, type varchar(32) NOT NULL, data text)',
    );
    await shop.query("INSERT INTO orders VALUES (1, 9.90, '2024-02-29 12:00:00+00')");
    await shop.query("INSERT INTO customers VALUES (1, 'ada@example.org')");
    const source = new SourceHarness(postgresSource, {
      ...sourceOptions,
      'database.port': String(service.port),
    });
    const sink = new SinkHarness(postgresSink, sinkOptions);
    onTestFinished(async () => {
      await source.stop();
      await sink.stop();
    });
    await source.start();
    await sink.start();
    await source.pollUntil('the snapshot', (records) => records.length === 2);
    await shop.query('ALTER TABLE orders ADD note text');
    await shop.query("INSERT INTO orders VALUES (2, 1.50, 'infinity', 'later')");
    await shop.query(
      "INSERT INTO signals VALUES ('1', 'execute-snapshot', '{\"data-collections\": [\"public.orders\"]}')",
    );
    await source.pollUntil('the change and the orders again', (records) => records.length === 5);
    expect(source.records.map(opOf)).toEqual(['r', 'r', 'c', 'r', 'r']);
    const records = asSinkRecords(source.records);
    await sink.write(records);
    await sink.write(records.slice(0, 2));
    const copy = await service.connect('copy');
    const rows = async (table: string) =>
      (await copy.query(`SELECT t::text AS row FROM ${table} t ORDER BY id`)).rows;
    expect(await rows('copied_orders')).toEqual([
      { row: '(1,9.90,"2024-02-29 12:00:00+00",)' },
      { row: '(2,1.50,infinity,later)' },
    ]);
    const hash = createHash('sha256').update('pepper').update(Buffer.from('aced000574000f', 'hex'));
    const email = hash.update('ada@example.org').digest('hex');
    expect(await rows('copied_customers')).toEqual([{ row: `(1,${email})` }]);
    await shop.query(
      'CREATE TABLE invoices (id serial PRIMARY KEY, updated_at timestamptz NOT NULL DEFAULT now(), total numeric)',
    );
    await shop.query('INSERT INTO invoices (total) VALUES (12.50)');
    const query = new SourceHarness(querySource, queryOptions);
    onTestFinished(() => query.stop());
    await query.start();
    await query.pollUntil('the invoice', (invoices) => invoices.length === 1);
    expect(query.records[0]).toMatchObject({
      topic: 'sql.public.invoices',
      key: { id: 1 },
      value: { total: '12.50' },
    });
  });
});
