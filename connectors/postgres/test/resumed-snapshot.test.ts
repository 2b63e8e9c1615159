import { type AlteredConnector, requireConfig, type SourceRecord } from '@millrace/sdk';
import { MemoryOffsets, SourceHarness } from '@millrace/sdk/testing';
import type pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { opOf, postgresSource, sourceOptions } from './connectors.ts';
import { dropSlot, Service, unavailable } from './service.ts';

const service = new Service();

describe.skipIf(unavailable !== undefined)('a snapshot beside the stream', () => {
  let name = '';
  let slot = '';
  let db: pg.Client;
  const tasks: SourceHarness[] = [];

  beforeAll(async () => {
    await service.start();
  });
  afterAll(() => service.close());
  beforeEach(async () => {
    ({ name, db } = await service.database());
    slot = `slot_${name}`;
  });
  afterEach(async () => {
    for (const task of tasks.splice(0)) await task.stop();
    await dropSlot(db, slot);
  });

  const start = async (more: Record<string, string> = {}, offsets = new MemoryOffsets()) => {
    const task = new SourceHarness(postgresSource, sourceOptions(service, name, more), { offsets });
    tasks.push(task);
    await task.start();
    return task;
  };
  const count = (n: number) => (records: readonly SourceRecord[]) => records.length >= n;
  const values = (task: SourceHarness) => task.records.map(({ value }) => value);

  it('that goes on knows which keys it has read by the collation of their column', async () => {
    // The database's own order is B, Z, a, c.
    await db.query('CREATE TABLE t (id text COLLATE "en-x-icu" PRIMARY KEY, v int)');
    await db.query("INSERT INTO t VALUES ('a', 1), ('B', 1), ('c', 1), ('Z', 1)");
    const more = { 'snapshot.fetch.size': '1' };
    const first = await start(more);
    await first.pollUntil('the first rows', count(2));
    await first.commit(first.records.slice(0, 2));
    await first.stop();
    await db.query("UPDATE t SET v = 2 WHERE id IN ('a', 'c')");
    const second = await start(more, first.offsets);
    await second.pollUntil('the rest of the rows', count(2));
    await db.query("INSERT INTO t VALUES ('end', 0)");
    const isOver = (all: readonly SourceRecord[]) => (all.at(-1)?.key as { id?: string })?.id === 'end';
    await second.pollUntil('the end', isOver);
    expect(values(first).slice(0, 2)).toEqual([
      { id: 'a', v: 1 },
      { id: 'B', v: 1 },
    ]);
    expect(values(second)).toEqual([
      { id: 'c', v: 2 },
      { id: 'Z', v: 1 },
      { id: 'a', v: 2 },
      { id: 'end', v: 0 },
    ]);
  });

  it('tells of no truncation that it has seen: what it read would be taken for gone', async () => {
    await db.query('CREATE TABLE t (id int PRIMARY KEY); CREATE PUBLICATION millrace FOR TABLE t');
    await db.query("SELECT pg_create_logical_replication_slot($1, 'pgoutput')", [slot]);
    await db.query('INSERT INTO t VALUES (1); TRUNCATE t');
    await db.query('INSERT INTO t VALUES (2)');
    const task = await start({ 'skipped.operations': 'none' });
    await task.pollUntil('the row', count(1));
    await db.query('TRUNCATE t');
    await db.query('INSERT INTO t VALUES (3)');
    await task.pollUntil('the changes', count(3));
    expect(task.records.map(opOf)).toEqual(['r', 't', 'c']);
    expect(task.records.map(({ key }) => key)).toEqual([{ id: 2 }, null, { id: 3 }]);
  });

  it('is asked for by an offset too, as the REST API sets it, without a table of signals', async () => {
    await db.query('CREATE TABLE t (id int PRIMARY KEY); INSERT INTO t VALUES (1), (2)');
    const first = await start({ 'snapshot.mode': 'no_data' });
    await db.query('INSERT INTO t VALUES (3)');
    await first.pollUntil('the change', count(1));
    await first.commit();
    await first.stop();
    const partition = { server: 'shop' };
    const offset = { ...first.offsets.get(partition), incremental: { tables: ['public.t'] } };
    const config = requireConfig(postgresSource.config, sourceOptions(service, name));
    const of = { connector: 'acceptance' } as AlteredConnector;
    expect(await postgresSource.alterOffsets?.(config, [{ partition, offset }], of)).toBe(true);
    first.offsets.put({ partition, offset });
    const second = await start({ 'snapshot.mode': 'no_data' }, first.offsets);
    await second.pollUntil('the rows', count(3));
    expect(second.records.map((record) => [opOf(record), record.value])).toEqual(
      [1, 2, 3].map((id) => ['r', { id }]),
    );
  });

  it('that is asked for reads what the publication sends, and no other column or row', async () => {
    await db.query('CREATE TABLE signals (id text PRIMARY KEY, type text NOT NULL, data text)');
    await db.query('CREATE TABLE t (id int PRIMARY KEY, v text, secret text)');
    await db.query("INSERT INTO t SELECT i, 'v', 'secret' FROM generate_series(1, 5) i");
    await db.query('CREATE PUBLICATION millrace FOR TABLE t (id, v) WHERE (id < 3), TABLE signals');
    const task = await start({
      ...{ 'snapshot.mode': 'no_data', 'publication.autocreate.mode': 'disabled' },
      ...{ 'signal.data.collection': 'public.signals', 'incremental.snapshot.chunk.size': '1' },
    });
    await db.query(
      `INSERT INTO signals VALUES ('1', 'execute-snapshot', '{"data-collections": ["public.t"]}')`,
    );
    await task.pollUntil('the rows', count(2));
    await db.query("INSERT INTO t VALUES (0, 'v', 'secret')");
    await task.pollUntil('the change', count(3));
    expect(task.records.map(opOf)).toEqual(['r', 'r', 'c']);
    expect(values(task)).toEqual([1, 2, 0].map((id) => ({ id, v: 'v' })));
  });
});
