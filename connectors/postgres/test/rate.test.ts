import { SinkHarness, SourceHarness } from '@millrace/sdk/testing';
import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import {
  asSinkRecords,
  postgresSink,
  postgresSource,
  queryOptions,
  querySource,
  sinkOptions,
  sourceOptions,
} from './connectors.ts';
import { dropSlot, Service, unavailable } from './service.ts';

/** What one second allows goes at once. */
const LIMIT = { 'max.records.per.second': '100' };
const ROWS = 150;
const LEAST_MS = 450;

describe.skipIf(unavailable !== undefined)('no more goes in a second than is allowed', () => {
  const service = new Service();
  let name = '';
  let db: pg.Client;

  beforeAll(async () => {
    await service.start();
    ({ name, db } = await service.database());
    await db.query(`CREATE TABLE t AS SELECT i AS id FROM generate_series(1, ${ROWS}) i`);
    await db.query('ALTER TABLE t ADD PRIMARY KEY (id); CREATE TABLE copy (id int PRIMARY KEY)');
  });
  afterAll(async () => {
    await dropSlot(db, `slot_${name}`);
    await service.close();
  });

  it.each([
    ['by PostgresSource', postgresSource, () => sourceOptions(service, name, LIMIT)],
    [
      'by PostgresQuerySource',
      querySource,
      () => queryOptions(service, name, { mode: 'bulk', 'table.include.list': 'public.t', ...LIMIT }),
    ],
  ] as const)('%s', async (_title, connector, options) => {
    const task = new SourceHarness(connector, options());
    onTestFinished(() => task.stop());
    await task.start();
    const fromMs = performance.now();
    const ofTable = () => task.records.filter(({ topic }) => topic === 'shop.public.t');
    await task.pollUntil('the rows', () => ofTable().length >= ROWS);
    expect(performance.now() - fromMs).toBeGreaterThan(LEAST_MS);
  });

  it('by PostgresSink', async () => {
    const task = new SinkHarness(postgresSink, sinkOptions(service, name, LIMIT));
    onTestFinished(() => task.stop());
    await task.start();
    const record = (id: number) => ({
      ...{
        topic: 'shop.public.copy',
        partition: 0,
        key: { id },
        value: { id },
        headers: [],
        timestamp: null,
      },
      ...{ sourcePartition: {}, sourceOffset: {} },
    });
    const fromMs = performance.now();
    await task.write(asSinkRecords(Array.from({ length: ROWS }, (_, id) => record(id))));
    expect(performance.now() - fromMs).toBeGreaterThan(LEAST_MS);
  });
});
