import type pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { eventually, noService, type Service, startPostgres } from './service.ts';
import {
  asSinkRecords,
  OffsetStore,
  opOf,
  type Raw,
  SourceRun,
  sinkRaw,
  sourceRaw,
  startSink,
} from './task-run.ts';

describe.skipIf(noService !== null)('postgres source', () => {
  let service: Service;
  let db: pg.Client;
  let database = '';
  let count = 0;
  const runs: SourceRun[] = [];

  beforeAll(async () => {
    service = await startPostgres();
  });
  afterAll(async () => {
    await service?.close();
  });
  beforeEach(async () => {
    database = `db${count++}`;
    await service.createDatabase(database);
    db = await service.connect(database);
  });
  afterEach(async () => {
    for (const run of runs.splice(0)) await run.stop();
    await db.query(
      'SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE database = current_database() AND NOT active',
    );
  });

  const run = async (offsets: OffsetStore, more: Raw = {}): Promise<SourceRun> => {
    const made = new SourceRun(sourceRaw(service, database, more), offsets);
    runs.push(made);
    return await made.start();
  };
  const stop = async (one: SourceRun): Promise<void> => {
    runs.splice(runs.indexOf(one), 1);
    await one.stop();
  };

  it('reads the rows that are there, then every change', async () => {
    await db.query('CREATE TABLE orders (id int PRIMARY KEY, note text)');
    await db.query("INSERT INTO orders SELECT i, 'n' || i FROM generate_series(1, 1000) i");
    const source = await run(new OffsetStore());
    await source.until((records) => records.length === 1000);
    expect(new Set(source.records.map(opOf))).toEqual(new Set(['r']));
    await db.query("INSERT INTO orders VALUES (2000, 'new')");
    await db.query("UPDATE orders SET note = 'changed' WHERE id = 1");
    await db.query('DELETE FROM orders WHERE id = 2');
    await source.until((records) => records.length === 1003);
    expect(source.records.slice(1000).map((r) => [opOf(r), r.topic, r.key, r.value])).toEqual([
      ['c', 'shop.public.orders', { id: 2000 }, { id: 2000, note: 'new' }],
      ['u', 'shop.public.orders', { id: 1 }, { id: 1, note: 'changed' }],
      ['d', 'shop.public.orders', { id: 2 }, null],
    ]);
  });
});
