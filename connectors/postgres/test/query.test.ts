import { requireConfig, type SourceRecord } from '@millrace/sdk';
import { eventually, MemoryOffsets, type Options, SourceHarness } from '@millrace/sdk/testing';
import type pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { queryOptions, querySource } from './connectors.ts';
import { randomOf } from './random.ts';
import { Service, unavailable } from './service.ts';

/** Longer than it takes to look at running transactions several times. */
const QUIET_MS = 700;

describe.skipIf(unavailable !== undefined)('reading tables again and again', () => {
  const service = new Service({ POSTGRES_ARGS: '-c max_prepared_transactions=5' });
  let name = '';
  let db: pg.Client;
  const tasks: SourceHarness[] = [];

  beforeAll(async () => {
    await service.start();
  });
  afterAll(() => service.close());
  beforeEach(async () => {
    ({ name, db } = await service.database());
  });
  afterEach(async () => {
    for (const task of tasks.splice(0)) await task.stop();
  });

  const start = async (more: Options, offsets = new MemoryOffsets()) => {
    const task = new SourceHarness(querySource, queryOptions(service, name, more), { offsets });
    tasks.push(task);
    await task.start();
    return task;
  };
  const ids = (task: SourceHarness) => task.records.map(({ value }) => (value as { id: number }).id);
  const count = (n: number) => (records: readonly SourceRecord[]) => records.length >= n;
  const problems = (more: Options) =>
    querySource.validate?.(
      requireConfig(querySource.config, queryOptions(service, name, more)),
      AbortSignal.timeout(30_000),
    );

  const modes: readonly Options[] = [
    { mode: 'incrementing' },
    { mode: 'timestamp', 'timestamp.column.name': 'at' },
    { mode: 'timestamp+incrementing', 'timestamp.column.name': 'at' },
  ];

  describe.each(modes)('with $mode', (options) => {
    beforeEach(async () => {
      await db.query('CREATE TABLE t (id serial PRIMARY KEY, at timestamptz NOT NULL DEFAULT now(), v text)');
    });

    it('does not pass a transaction that commits late', async () => {
      const late = await service.connect(name);
      await late.query("BEGIN; INSERT INTO t (v) VALUES ('late')");
      await db.query("INSERT INTO t (v) VALUES ('early')");
      const task = await start(options);
      await task.poll(QUIET_MS);
      expect(ids(task)).toEqual([]);
      await late.query('COMMIT');
      await task.pollUntil('both rows', count(2));
      expect(ids(task)).toEqual([1, 2]);
    });

    it('does not pass one that was rolled back, nor one that is prepared', async () => {
      const late = await service.connect(name);
      await late.query("BEGIN; INSERT INTO t (v) VALUES ('late'); PREPARE TRANSACTION 'p'");
      const undone = await service.connect(name);
      await undone.query("BEGIN; INSERT INTO t (v) VALUES ('undone')");
      await db.query("INSERT INTO t (v) VALUES ('early')");
      const task = await start(options);
      await task.poll(QUIET_MS);
      await undone.query('ROLLBACK');
      await task.poll(QUIET_MS);
      expect(ids(task)).toEqual([]);
      await late.query("COMMIT PREPARED 'p'");
      await task.pollUntil('both rows', count(2));
      expect(ids(task)).toEqual([1, 3]);
    });

    it('gives every row of many interleaved transactions, and none twice, across kills', async () => {
      const below = randomOf(11);
      const next = () => below(1000) / 1000;
      const writers = await Promise.all(Array.from({ length: 4 }, () => service.connect(name)));
      let writing = true;
      const written = writers.map(async (writer) => {
        let rows = 0;
        for (let turn = 0; turn < 8; turn++) {
          await writer.query('BEGIN');
          // The time of a row is that of the transaction, whenever the row comes.
          await writer.query('SELECT pg_sleep($1)', [next() * 0.2]);
          for (let left = Math.ceil(next() * 4); left > 0; left--) {
            await writer.query('INSERT INTO t (v) SELECT $1 FROM generate_series(1, 3)', ['x']);
            await writer.query('SELECT pg_sleep($1)', [next() * 0.2]);
          }
          const kept = next() < 0.8;
          const { rows: own } = await writer.query(
            'SELECT count(*)::int AS n FROM t WHERE xmin::text = (txid_current() % (2^32)::bigint)::text',
          );
          await writer.query(kept ? 'COMMIT' : 'ROLLBACK');
          if (kept) rows += own[0].n;
        }
        return rows;
      });
      const all = Promise.all(written).finally(() => {
        writing = false;
      });
      const offsets = new MemoryOffsets();
      const seen: number[] = [];
      while (writing) {
        const task = await start({ ...options, 'batch.max.rows': '7' }, offsets);
        for (let polls = Math.ceil(next() * 6); polls > 0; polls--) await task.poll(500);
        const share = next();
        const durable = task.records.slice(0, Math.floor(task.records.length * Math.min(1, share * 2)));
        await task.commit(durable);
        seen.push(...ids(task).slice(0, durable.length));
        await task.stop();
      }
      const total = (await all).reduce((sum, rows) => sum + rows, 0);
      const last = await start(options, offsets);
      await eventually(
        'all rows',
        async () => {
          await last.poll(200);
          return new Set([...seen, ...ids(last)]).size >= total;
        },
        60_000,
      );
      const read = [...seen, ...ids(last)];
      expect(new Set(read).size).toBe(total);
      // Rows of one time may come again where only some of them were durable.
      if (options.mode !== 'timestamp') expect(read.length).toBe(total);
    });
  });

  it('waits for a transaction that has its time and no row yet, and says for how long', async () => {
    await db.query('CREATE TABLE t (id serial PRIMARY KEY, at timestamp NOT NULL DEFAULT now(), v text)');
    const late = await service.connect(name);
    await late.query('BEGIN; SELECT now()');
    await db.query("INSERT INTO t (v) VALUES ('early')");
    const task = await start({ mode: 'timestamp', 'timestamp.column.name': 'at' });
    await task.poll(QUIET_MS);
    await late.query("INSERT INTO t (v) VALUES ('late'); COMMIT");
    await task.pollUntil('both rows', count(2));
    expect(ids(task)).toEqual([2, 1]);
    expect(task.figures.get('cursor_held_seconds')).toBe(0);
  });

  it('is not held up by transactions that only read the table, where it reads by number', async () => {
    await db.query('CREATE TABLE t (id serial PRIMARY KEY); CREATE TABLE u (id int)');
    await db.query('INSERT INTO t DEFAULT VALUES');
    const other = await service.connect(name);
    await other.query('BEGIN; SELECT FROM t; INSERT INTO u VALUES (1)');
    const task = await start({ mode: 'incrementing', 'table.include.list': 'public.t' });
    await task.pollUntil('the row', count(1));
    await other.query('ROLLBACK');
  });

  it('sees a partition that is written to by its own name', async () => {
    await db.query('CREATE TABLE t (id int GENERATED ALWAYS AS IDENTITY, v int) PARTITION BY RANGE (id)');
    await db.query('CREATE TABLE part PARTITION OF t FOR VALUES FROM (0) TO (100)');
    const late = await service.connect(name);
    await late.query('BEGIN; INSERT INTO part (id) VALUES (1)');
    await db.query('INSERT INTO t (id) OVERRIDING SYSTEM VALUE VALUES (2)');
    const task = await start({ mode: 'incrementing', 'incrementing.column.name': 'id' });
    await task.poll(QUIET_MS);
    expect(ids(task)).toEqual([]);
    await late.query('COMMIT');
    await task.pollUntil('both rows', count(2));
    expect(ids(task)).toEqual([1, 2]);
  });

  it('reads changed rows again, and has them where they were made by several columns', async () => {
    await db.query(
      'CREATE TABLE t (id int PRIMARY KEY, made timestamptz NOT NULL DEFAULT now(), changed timestamptz, n numeric)',
    );
    await db.query("INSERT INTO t VALUES (1, 'infinity', now(), 1.10), (2, now(), null, 2)");
    const task = await start({
      mode: 'timestamp+incrementing',
      'timestamp.column.name': 'changed,made',
      'incrementing.column.name': 'id',
    });
    await task.pollUntil('both', count(2));
    await db.query('UPDATE t SET changed = clock_timestamp(), n = 1.20 WHERE id = 1');
    await task.pollUntil('the change', count(3));
    expect(task.records.at(-1)).toMatchObject({
      topic: 'shop.public.t',
      key: { id: 1 },
      value: { n: '1.20' },
    });
    expect(
      querySource.describeOffset?.({
        partition: { table: 'public.t' },
        offset: task.records.at(-1)!.sourceOffset,
      }),
    ).toMatch(/^rows of public\.t up to 20.*number 1$/);
  });

  it('reads a query, with conditions of its own', async () => {
    await db.query('CREATE TABLE t (id serial PRIMARY KEY, v text)');
    await db.query("INSERT INTO t (v) VALUES ('a'), ('b'), ('c')");
    const task = await start({
      mode: 'incrementing',
      query: "SELECT id, upper(v) AS big FROM t WHERE v <> 'b' -- not that one",
      'incrementing.column.name': 'id',
      'key.columns': 'id',
    });
    await task.pollUntil('two rows', count(2));
    expect(task.records.map(({ topic, key, value }) => [topic, key, value])).toEqual([
      ['shop', { id: 1 }, { id: 1, big: 'A' }],
      ['shop', { id: 3 }, { id: 3, big: 'C' }],
    ]);
  });

  it('reads everything each time with bulk, follows new tables and columns, and rests over a restart', async () => {
    await db.query('CREATE TABLE a (id int); INSERT INTO a VALUES (1), (2)');
    const options = { mode: 'bulk', 'table.poll.interval.ms': '100' };
    const task = await start(options);
    await task.pollUntil('both rows twice', count(4));
    expect(ids(task).slice(0, 4)).toEqual([1, 2, 1, 2]);
    await db.query(
      'CREATE TABLE b (id int, v text); INSERT INTO b VALUES (7); ALTER TABLE a ADD w int DEFAULT 5',
    );
    await task.pollUntil('both tables as they are now', (records) =>
      ['shop.public.a', 'shop.public.b'].every((topic) =>
        records.some((one) => one.topic === topic && Object.keys(one.value as object).length === 2),
      ),
    );
    await task.commit(task.records.slice(0, 2));
    await task.stop();
    const again = await start(
      { ...options, 'poll.interval.ms': '600000', 'table.include.list': 'public.a' },
      task.offsets,
    );
    expect(await again.poll(QUIET_MS)).toBeNull();
  });

  it('gives rows of one time again where only some were durable', async () => {
    await db.query('CREATE TABLE t (id int, at timestamptz NOT NULL)');
    await db.query(
      "INSERT INTO t SELECT i, '2024-01-01'::timestamptz + (i / 3) * interval '1 s' FROM generate_series(0, 8) i",
    );
    const options = { mode: 'timestamp', 'timestamp.column.name': 'at' };
    const first = await start(options);
    await first.pollUntil('all', count(9));
    await first.commit(first.records.slice(0, 5));
    await first.stop();
    const second = await start(options, first.offsets);
    await second.pollUntil('the rest', count(6));
    expect(ids(second).toSorted()).toEqual([3, 4, 5, 6, 7, 8]);
  });

  it('is refused with all that is wrong at once', async () => {
    await db.query('CREATE TABLE plain (v text); CREATE TABLE loose (id int DEFAULT 1)');
    await db.query('CREATE TABLE hasty (id bigint GENERATED ALWAYS AS IDENTITY (CACHE 20))');
    await db.query('CREATE SCHEMA closed; CREATE TABLE closed.t (id serial)');
    await db.query(`CREATE ROLE reader_${name} LOGIN PASSWORD 'p'`);
    await db.query(`GRANT SELECT ON hasty TO reader_${name}`);
    const found = await problems({
      mode: 'incrementing',
      'connection.user': `reader_${name}`,
      'connection.password': 'p',
    });
    expect(found?.map(({ key, message }) => [key, message.split('. ')[1]])).toEqual([
      ['connection.user', expect.stringContaining(`GRANT USAGE ON SCHEMA closed TO "reader_${name}"`)],
      ['connection.user', expect.stringContaining('GRANT SELECT ON "closed"')],
      ['incrementing.column.name', expect.stringContaining('CACHE 1')],
      ['connection.user', expect.stringContaining('loose')],
      ['connection.user', expect.stringContaining('plain')],
    ]);
    const own = await problems({
      mode: 'incrementing',
      'incrementing.column.name': 'id',
      'table.exclude.list': 'closed.*',
    });
    expect(own?.map(({ key, message }) => [key, /names (\w+)/.exec(message)?.[1]])).toEqual([
      ['incrementing.column.name', 'id'],
      ['incrementing.column.name', 'id'],
      ['incrementing.column.name', 'id'],
    ]);
  });
});
