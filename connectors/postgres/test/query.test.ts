import { requireConfig, type SourceRecord } from '@millrace/sdk';
import { eventually, MemoryOffsets, type Options, randomBelow, SourceHarness } from '@millrace/sdk/testing';
import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, it, type TestContext } from 'vitest';
import { postgresSource, queryOptions, querySource, sourceOptions } from './connectors.ts';
import { dropSlot, Service, unavailable } from './service.ts';

/** Longer than it takes to look at running transactions several times. */
const QUIET_MS = 700;

/** Of each test its own. */
interface Place {
  readonly name: string;
  readonly db: pg.Client;
  start(more: Options, offsets?: MemoryOffsets): Promise<SourceHarness>;
  problems(more: Options): ReturnType<NonNullable<typeof querySource.validate>> | undefined;
}

const ids = (task: SourceHarness) => task.records.map(({ value }) => (value as { id: number }).id);
const count = (n: number) => (records: readonly SourceRecord[]) => records.length >= n;

// They wait more than they work.
describe.skipIf(unavailable !== undefined)('reading tables again and again', { concurrent: true }, () => {
  const service = new Service({ POSTGRES_ARGS: '-c max_prepared_transactions=5' });

  beforeAll(async () => {
    await service.start();
  });
  afterAll(() => service.close());

  const open = async ({ onTestFinished }: TestContext): Promise<Place> => {
    const { name, db } = await service.database();
    return {
      ...{ name, db },
      async start(more, offsets = new MemoryOffsets()) {
        const task = new SourceHarness(querySource, queryOptions(service, name, more), { offsets });
        onTestFinished(() => task.stop());
        await task.start();
        return task;
      },
      problems: (more) =>
        querySource.validate?.(
          requireConfig(querySource.config, queryOptions(service, name, more)),
          AbortSignal.timeout(30_000),
        ),
    };
  };

  const modes: readonly Options[] = [
    { mode: 'incrementing' },
    { mode: 'timestamp', 'timestamp.column.name': 'at' },
    { mode: 'timestamp+incrementing', 'timestamp.column.name': 'at' },
  ];

  describe.each(modes)('with $mode', (options) => {
    it('does not pass a transaction that commits late', async (context) => {
      const { db, name, start } = await open(context);
      await db.query('CREATE TABLE t (id serial PRIMARY KEY, at timestamptz NOT NULL DEFAULT now(), v text)');
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

    it('does not pass one that was rolled back, nor one that is prepared', async (context) => {
      const { db, name, start } = await open(context);
      await db.query('CREATE TABLE t (id serial PRIMARY KEY, at timestamptz NOT NULL DEFAULT now(), v text)');
      const late = await service.connect(name);
      await late.query(`BEGIN; INSERT INTO t (v) VALUES ('late'); PREPARE TRANSACTION '${name}'`);
      const undone = await service.connect(name);
      await undone.query("BEGIN; INSERT INTO t (v) VALUES ('undone')");
      await db.query("INSERT INTO t (v) VALUES ('early')");
      const task = await start(options);
      await task.poll(QUIET_MS);
      await undone.query('ROLLBACK');
      await task.poll(QUIET_MS);
      expect(ids(task)).toEqual([]);
      await late.query(`COMMIT PREPARED '${name}'`);
      await task.pollUntil('both rows', count(2));
      expect(ids(task)).toEqual([1, 3]);
    });

    it('gives every row of many interleaved transactions, and none twice, across kills', async (context) => {
      const { db, name, start } = await open(context);
      await db.query('CREATE TABLE t (id serial PRIMARY KEY, at timestamptz NOT NULL DEFAULT now(), v text)');
      const below = randomBelow(11);
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

  it('waits for a transaction that has its time and no row yet, and says for how long', async (context) => {
    const { db, name, start } = await open(context);
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

  it('is not held up by transactions that only read the table, where it reads by number', async (context) => {
    const { db, name, start } = await open(context);
    await db.query('CREATE TABLE t (id serial PRIMARY KEY); CREATE TABLE u (id int)');
    await db.query('INSERT INTO t DEFAULT VALUES');
    const other = await service.connect(name);
    await other.query('BEGIN; SELECT FROM t; INSERT INTO u VALUES (1)');
    const task = await start({ mode: 'incrementing', 'table.include.list': 'public.t' });
    await task.pollUntil('the row', count(1));
    await other.query('ROLLBACK');
  });

  it('sees a partition that is written to by its own name', async (context) => {
    const { db, name, start } = await open(context);
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

  it('reads changed rows again, and has them where they were made by several columns', async (context) => {
    const { db, start } = await open(context);
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

  it('reads a query, with conditions of its own', async (context) => {
    const { db, start } = await open(context);
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

  it('reads everything each time with bulk, follows new tables and columns, and rests over a restart', async (context) => {
    const { db, start } = await open(context);
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

  it('gives rows of one time again where only some were durable', async (context) => {
    const { db, start } = await open(context);
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

  it('goes on behind a number with a fraction', async (context) => {
    const { db, start } = await open(context);
    await db.query('CREATE TABLE t (id numeric(12,2) PRIMARY KEY)');
    await db.query('INSERT INTO t VALUES (1), (2.5), (3)');
    const options = { mode: 'incrementing', 'incrementing.column.name': 'id' };
    const first = await start(options);
    await first.pollUntil('all', count(3));
    await first.commit();
    await first.stop();
    await db.query('INSERT INTO t VALUES (2.75), (3.25)');
    const second = await start(options, first.offsets);
    await second.pollUntil('the new one', count(1));
    expect(ids(second)).toEqual(['3.25']);
    await db.query("INSERT INTO t VALUES ('NaN')");
    const failure = eventually('a failure', async () => {
      const error = await second.poll(1_000).then(
        () => null,
        (thrown: unknown) => thrown,
      );
      return error;
    });
    await expect(failure).resolves.toMatchObject({ code: 'POSTGRES_CURSOR_NUMBER' });
  });

  it('goes on with the other tables when one is gone, and names it until it is back', async (context) => {
    const { db, start, problems } = await open(context);
    await db.query('CREATE TABLE a (id serial PRIMARY KEY); CREATE TABLE b (id serial PRIMARY KEY)');
    await db.query('INSERT INTO a DEFAULT VALUES; INSERT INTO b DEFAULT VALUES');
    const options = {
      ...{ mode: 'incrementing', 'table.include.list': 'public.a,public.b' },
      'table.poll.interval.ms': '200',
    };
    const task = await start(options);
    await task.pollUntil('both rows', count(2));
    await db.query('DROP TABLE b');
    const said = (of: SourceHarness, name: string, text: string | null) =>
      eventually(`${text} of ${name}`, async () => {
        await of.poll(100);
        const words = of.notices.get(name);
        return text === null ? words === undefined : (words?.includes(text) ?? false);
      });
    await said(task, 'tables_gone', 'public.b');
    await db.query('INSERT INTO a DEFAULT VALUES');
    await task.pollUntil('a row of the other table', count(3));
    expect(await problems(options)).toMatchObject([{ key: 'table.include.list' }]);
    const again = await start(options);
    expect(again.notices.get('tables_missing')).toContain('public.b');
    await again.pollUntil('the rows of the other table', count(2));
    await db.query('CREATE TABLE b (id serial PRIMARY KEY); INSERT INTO b DEFAULT VALUES');
    await said(task, 'tables_gone', null);
    await said(again, 'tables_missing', null);
    await again.pollUntil('the row of the new table', count(3));
    await db.query('ALTER TABLE b RENAME TO c');
    await said(again, 'tables_gone', 'public.b');
  });

  it('goes on with the other tables when a new one can’t be read, and names it until it can', async (context) => {
    const { db, start, problems } = await open(context);
    await db.query('CREATE TABLE a (id serial PRIMARY KEY); INSERT INTO a DEFAULT VALUES');
    const options = { mode: 'incrementing', 'table.poll.interval.ms': '100' };
    const task = await start(options);
    await task.pollUntil('the row', count(1));
    await task.commit();
    const said = (of: SourceHarness, text: string | null) =>
      eventually(`${text} of the new table`, async () => {
        await of.poll(100);
        const words = of.notices.get('tables_refused');
        return text === null ? words === undefined : (words?.includes(text) ?? false);
      });
    await db.query("CREATE TABLE plain (v text); INSERT INTO plain VALUES ('x')");
    await said(task, 'public.plain has no identity or serial column');
    await db.query('INSERT INTO a DEFAULT VALUES');
    await task.pollUntil('a row of the other table', count(2));
    await task.commit();
    await task.stop();
    expect(await problems(options)).toMatchObject([{ key: 'incrementing.column.name' }]);
    const again = await start(options, task.offsets);
    await said(again, 'public.plain has no identity or serial column');
    await db.query('ALTER TABLE plain ADD COLUMN id serial');
    await again.pollUntil('the row of the new table', count(1));
    expect(again.records).toMatchObject([{ topic: 'shop.public.plain', value: { v: 'x', id: 1 } }]);
    await said(again, null);
    await again.commit();
    await again.stop();
    // What was read before is nothing to pass over.
    await db.query('ALTER TABLE plain DROP COLUMN id');
    await expect(start(options, again.offsets)).rejects.toMatchObject({ code: 'POSTGRES_CURSOR_MISSING' });
  });

  it('reads a table from its first row when it was emptied and its numbers began anew', async (context) => {
    const { db, start } = await open(context);
    await db.query('CREATE TABLE t (id serial PRIMARY KEY, v text)');
    await db.query("INSERT INTO t (v) SELECT 'old' FROM generate_series(1, 5)");
    const options = { mode: 'incrementing' };
    const first = await start(options);
    await first.pollUntil('the old rows', count(5));
    await first.commit();
    await first.stop();
    // By the next look there are more rows than before: no number says that they are others.
    await db.query("TRUNCATE t RESTART IDENTITY; INSERT INTO t (v) SELECT 'new' FROM generate_series(1, 7)");
    const second = await start(options, first.offsets);
    await second.pollUntil('the new rows', count(7));
    expect(ids(second)).toEqual([1, 2, 3, 4, 5, 6, 7]);
    await db.query("TRUNCATE t RESTART IDENTITY; INSERT INTO t (v) VALUES ('newest')");
    await second.pollUntil('the newest row', count(8));
    expect(second.records.at(-1)).toMatchObject({ value: { id: 1, v: 'newest' } });
    // One that is written anew, or whose newest rows are deleted, has not begun anew.
    await db.query('VACUUM FULL t');
    await db.query("INSERT INTO t (v) VALUES ('next'); DELETE FROM t WHERE id = 1");
    await second.pollUntil('the next row', count(9));
    expect(second.records.at(-1)).toMatchObject({ value: { id: 2, v: 'next' } });
    expect(await second.poll(QUIET_MS)).toBeNull();
  });

  it('is not held up by readings of others that take long, where it reads by time', async (context) => {
    const { db, name, start } = await open(context);
    for (const table of ['big', 'small'])
      await db.query(`CREATE TABLE ${table} (id serial PRIMARY KEY, at timestamptz NOT NULL DEFAULT now())`);
    await db.query('INSERT INTO big SELECT FROM generate_series(1, 5000)');
    const options = { mode: 'timestamp+incrementing', 'timestamp.column.name': 'at' };
    const snapshot = new SourceHarness(
      postgresSource,
      sourceOptions(service, name, { 'table.include.list': 'public.big', 'snapshot.fetch.size': '10' }),
    );
    context.onTestFinished(() => snapshot.stop());
    await snapshot.start();
    await snapshot.poll();
    const big = await start({ ...options, 'table.include.list': 'public.big', 'batch.max.rows': '10' });
    await big.pollUntil('the first rows', count(1));
    await db.query('INSERT INTO small DEFAULT VALUES');
    const small = await start({ ...options, 'table.include.list': 'public.small' });
    await small.pollUntil('the row', count(1));
    expect(big.records.length).toBeLessThan(5000);
    expect(snapshot.records.length).toBeLessThan(5000);
    await snapshot.stop();
    await dropSlot(db, `slot_${name}`);
  });

  it('is refused with all that is wrong at once', async (context) => {
    const { db, name, problems } = await open(context);
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

describe.skipIf(unavailable !== undefined)('a standby', () => {
  const service = new Service();
  afterAll(() => service.close());

  it('is read as a whole only: it does not know what is under way on the primary', async () => {
    await service.start();
    const { name, db } = await service.database();
    await db.query('CREATE TABLE t (id serial PRIMARY KEY, at timestamptz NOT NULL DEFAULT now())');
    await db.query('INSERT INTO t DEFAULT VALUES');
    await service.becomeStandby();
    const refused = { key: 'connection.url', message: expect.stringContaining('mode=bulk') };
    for (const mode of ['incrementing', 'timestamp', 'timestamp+incrementing']) {
      const options = queryOptions(service, name, { mode, 'timestamp.column.name': 'at' });
      const found = await querySource.validate?.(
        requireConfig(querySource.config, options),
        AbortSignal.timeout(30_000),
      );
      expect(found).toMatchObject([refused]);
      const task = new SourceHarness(querySource, options);
      await expect(task.start()).rejects.toMatchObject({ code: 'POSTGRES_STANDBY' });
      await task.stop();
    }
    const task = new SourceHarness(querySource, queryOptions(service, name, { mode: 'bulk' }));
    await task.start();
    await task.pollUntil('the row', (records) => records.length > 0);
    await task.stop();
  });
});
