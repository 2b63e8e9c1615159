import type { Schema, SinkRecord } from '@millrace/sdk';
import { isMillraceError, requireConfig } from '@millrace/sdk';
import { eventually, SinkHarness } from '@millrace/sdk/testing';
import type pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { postgresSink, sinkOptions } from './connectors.ts';
import { Service, unavailable } from './service.ts';

const service = new Service();

describe.skipIf(unavailable !== undefined)('postgres sink', () => {
  let name = '';
  let db: pg.Client;
  const tasks: SinkHarness[] = [];

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

  const start = async (more: Record<string, string> = {}) => {
    const task = new SinkHarness(postgresSink, sinkOptions(service, name, more));
    tasks.push(task);
    await task.start();
    return task;
  };
  let offset = 0;
  const record = (key: unknown, value: unknown, more: Partial<SinkRecord> = {}): SinkRecord => ({
    topic: 'shop.public.t',
    partition: 0,
    offset: offset++,
    key,
    value,
    headers: [],
    timestamp: null,
    ...more,
  });
  const rows = async (sql = 'SELECT * FROM t ORDER BY 1'): Promise<unknown[]> => (await db.query(sql)).rows;
  const failure = async (written: Promise<unknown>) => {
    const error = await written.then(
      () => null,
      (thrown: unknown) => thrown,
    );
    if (!isMillraceError(error)) throw new Error('no MillraceError', { cause: error });
    return error;
  };

  it('plans the tables and columns that records need, as statements, and runs none of them', async () => {
    await db.query('CREATE TABLE known (id int PRIMARY KEY)');
    const records = [
      record({ id: 1 }, { id: 1, name: 'a' }, { topic: 'shop.public.known' }),
      record({ id: 1 }, { id: 1, at: new Date(0) }, { topic: 'shop.public.fresh' }),
    ];
    const plan = async (more: Record<string, string>) => {
      const config = requireConfig(postgresSink.config, sinkOptions(service, name, more));
      return (await postgresSink.plan?.(config, records, AbortSignal.timeout(30_000))) ?? [];
    };
    expect(await plan({ 'auto.create': 'true', 'auto.evolve': 'true' })).toEqual([
      {
        what: 'add 1 column to table "public"."known": name',
        statement: expect.stringMatching(/^ALTER TABLE "public"."known" ADD COLUMN .*"name" text$/),
      },
      {
        what: 'create table "public"."fresh" (2 columns)',
        statement: expect.stringContaining(
          'CREATE TABLE IF NOT EXISTS "public"."fresh" ("id" bigint NOT NULL',
        ),
      },
    ]);
    expect(
      (await plan({})).map(({ what, statement }) => [/refused: (.*)\)/.exec(what)?.[1], statement]),
    ).toEqual([
      ['auto.evolve=false', undefined],
      ['auto.create=false', undefined],
    ]);
    expect(await rows("SELECT to_regclass('fresh')::text AS fresh")).toEqual([{ fresh: null }]);
  });

  it('writes the last state of each key, whatever the batch went through', async () => {
    await db.query('CREATE TABLE t (id int PRIMARY KEY, v text, w int)');
    const task = await start();
    await task.write([
      record({ id: 1 }, { id: 1, v: 'a', w: 1 }),
      record({ id: 2 }, { id: 2, v: 'a', w: 1 }),
      record({ id: 1 }, null),
      record({ id: 3 }, { id: 3, v: 'a', w: 1 }),
      record({ id: 1 }, { id: 1, v: 'b', w: 2 }),
      record({ id: 3 }, null),
      record({ id: 2 }, { id: 2, v: 'c' }),
    ]);
    expect(await rows()).toEqual([
      { id: 1, v: 'b', w: 2 },
      { id: 2, v: 'c', w: 1 },
    ]);
  });

  const event = (op: string, before: unknown, after: unknown) => ({
    ...{ before, after, op, ts_ms: 1 },
    source: { connector: 'postgresql', table: 't' },
  });

  it('applies Debezium’s change events, with tombstones behind deletions or without', async () => {
    await db.query('CREATE TABLE t (id int PRIMARY KEY, v text)');
    const task = await start();
    await task.write([
      record({ id: 1 }, event('r', null, { id: 1, v: 'a' })),
      record({ id: 2 }, event('c', null, { id: 2, v: 'b' })),
      record({ id: 3 }, event('c', null, { id: 3, v: 'c' })),
      record({ id: 1 }, event('u', { id: 1, v: 'a' }, { id: 1, v: 'aa' })),
      record({ id: 2 }, event('d', { id: 2, v: null }, null)),
      record({ id: 2 }, null),
      record({ id: 3 }, event('u', null, { id: 3, v: '__debezium_unavailable_value' })),
    ]);
    expect(await rows()).toEqual([
      { id: 1, v: 'aa' },
      { id: 3, v: 'c' },
    ]);
    await task.write([record(null, event('t', null, null))]);
    expect(await rows()).toHaveLength(2);
    const emptying = await start({ 'truncate.enabled': 'true' });
    await emptying.write([
      record({ id: 4 }, event('c', null, { id: 4, v: 'd' })),
      record(null, event('t', null, null)),
      record({ id: 5 }, event('c', null, { id: 5, v: 'e' })),
    ]);
    expect(await rows()).toEqual([{ id: 5, v: 'e' }]);
    const byValue = await start({ 'pk.mode': 'record_value', 'pk.fields': 'id' });
    await byValue.write([record(null, event('d', { id: 5, v: null }, null))]);
    expect(await rows()).toEqual([]);
  });

  it('inserts, updates and deletes in the order of the records, whatever the mode', async () => {
    await db.query('CREATE TABLE t (id int PRIMARY KEY, v text)');
    await db.query("INSERT INTO t VALUES (1, 'old'), (2, 'old')");
    const updating = await start({ 'insert.mode': 'update' });
    await updating.write([
      record({ id: 1 }, { id: 1, v: 'new' }),
      record({ id: 3 }, { id: 3, v: 'not there' }),
      record({ id: 2 }, null),
      record({ id: 2 }, { id: 2, v: 'gone' }),
    ]);
    expect(await rows()).toEqual([{ id: 1, v: 'new' }]);
    const inserting = await start({ 'insert.mode': 'insert' });
    await inserting.write([
      record({ id: 1 }, { id: 1, v: 'not taken' }),
      record({ id: 5 }, { id: 5, v: 'first' }),
      record({ id: 5 }, { id: 5, v: 'second' }),
      record({ id: 5 }, null),
      record({ id: 5 }, { id: 5, v: 'third' }),
    ]);
    expect(await rows()).toEqual([
      { id: 1, v: 'new' },
      { id: 5, v: 'third' },
    ]);
  });

  it('widens columns and lets them be null where records ask for it, and says so before', async () => {
    await db.query(
      'CREATE TABLE t (id int PRIMARY KEY, n smallint, s varchar(3) NOT NULL, d numeric(5,2), i int, fine bigint NOT NULL)',
    );
    const more = { 'auto.evolve': 'true' };
    const all = [
      record({ id: 1 }, { id: 1, n: 7, s: 'abc', d: '123.45', i: 1, fine: 1 }),
      record({ id: 2 }, { id: 2, n: 40_000, s: 'abcd', d: '1234.5', i: 2 ** 40, fine: 1 }),
      record({ id: 3 }, { id: 3, n: 3_000_000_000, s: null, d: '0.123', i: 1.5, fine: 2 }),
    ];
    const config = requireConfig(postgresSink.config, sinkOptions(service, name, more));
    const planned = await postgresSink.plan?.(config, all, AbortSignal.timeout(30_000));
    expect(planned?.map(({ statement }) => statement)).toEqual([
      'ALTER TABLE "public"."t" ALTER COLUMN "n" TYPE bigint',
      'ALTER TABLE "public"."t" ALTER COLUMN "s" TYPE text',
      'ALTER TABLE "public"."t" ALTER COLUMN "d" TYPE numeric',
      'ALTER TABLE "public"."t" ALTER COLUMN "i" TYPE numeric',
      'ALTER TABLE "public"."t" ALTER COLUMN "s" DROP NOT NULL',
    ]);
    const refusing = await start();
    expect(await failure(refusing.write(all))).toMatchObject({ class: 'poison' });
    const task = await start(more);
    await task.write(all);
    expect(await rows('SELECT n::text, s, d::text, i::text FROM t ORDER BY id')).toEqual([
      { n: '7', s: 'abc', d: '123.45', i: '1' },
      { n: '40000', s: 'abcd', d: '1234.5', i: '1099511627776' },
      { n: '3000000000', s: null, d: '0.123', i: '1.5' },
    ]);
  });

  it('leaves columns alone that a record lacks, also where they may not be null', async () => {
    await db.query(
      'CREATE TABLE t (id int PRIMARY KEY, n int, big text NOT NULL, made text NOT NULL DEFAULT $$x$$)',
    );
    const task = await start();
    await task.write([record({ id: 1 }, { id: 1, n: 1, big: 'large' })]);
    await task.write([record({ id: 1 }, { id: 1, n: 2 }), record({ id: 2 }, { id: 2, n: 2, big: 'new' })]);
    expect(await rows()).toEqual([
      { id: 1, n: 2, big: 'large', made: 'x' },
      { id: 2, n: 2, big: 'new', made: 'x' },
    ]);
    expect(await failure(task.write([record({ id: 3 }, { id: 3, n: 1 })]))).toMatchObject({
      class: 'poison',
    });
  });

  it('keeps nothing of a row that was deleted and comes back with fewer fields, in one batch or in two', async () => {
    await db.query("CREATE TABLE t (id int PRIMARY KEY, a int, b text); INSERT INTO t VALUES (1, 1, 'old')");
    const task = await start();
    const again = [record({ id: 1 }, null), record({ id: 1 }, { id: 1, a: 2 })];
    await task.write(again);
    expect(await rows()).toEqual([{ id: 1, a: 2, b: null }]);
    await task.write([record({ id: 1 }, { b: 'new' }), ...again, record({ id: 1 }, { a: 3 })]);
    expect(await rows()).toEqual([{ id: 1, a: 3, b: null }]);
  });

  it('finds and makes tables in the schema that the address names', async () => {
    await db.query('CREATE SCHEMA sales; CREATE TABLE t (id int); CREATE TABLE sales.t (id int PRIMARY KEY)');
    const url = `jdbc:postgresql://127.0.0.1:${service.port}/${name}?currentSchema=sales`;
    const task = await start({
      'connection.url': url,
      'table.name.format': '${table}',
      'auto.create': 'true',
    });
    await task.write([
      record({ id: 1 }, { id: 1 }),
      record({ id: 2 }, { id: 2 }, { topic: 'shop.public.made' }),
    ]);
    expect(await rows('SELECT id FROM sales.t UNION ALL SELECT id FROM sales.made ORDER BY 1')).toHaveLength(
      2,
    );
    expect(await rows()).toEqual([]);
  });

  it('lets a value of another unique column move between rows', async () => {
    await db.query('CREATE TABLE t (id int PRIMARY KEY, u text UNIQUE)');
    const task = await start();
    await task.write([record({ id: 1 }, { id: 1, u: 'x' })]);
    await task.write([record({ id: 2 }, { id: 2, u: 'x' }), record({ id: 1 }, null)]);
    expect(await rows()).toEqual([{ id: 2, u: 'x' }]);
  });

  it('writes generated and identity columns as the table allows', async () => {
    await db.query(
      'CREATE TABLE t (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, a int, b int GENERATED ALWAYS AS (a * 2) STORED)',
    );
    const task = await start({ 'auto.evolve': 'false' });
    await task.write([record({ id: 7 }, { id: 7, a: 1 })]);
    await task.write([record({ id: 7 }, { id: 7, a: 2 })]);
    expect(await rows()).toEqual([{ id: 7, a: 2, b: 4 }]);
  });

  it('writes nothing of a batch that fails', async () => {
    await db.query('CREATE TABLE t (id int PRIMARY KEY, v int CHECK (v > 0))');
    await db.query('CREATE TABLE s (id int PRIMARY KEY)');
    const task = await start({ 'batch.size': '2' });
    const good = [1, 2, 3, 4, 5].map((id) => record({ id }, { id, v: id }));
    const bad = record({ id: 6 }, { id: 6, v: -1 });
    const other = record({ id: 1 }, { id: 1 }, { topic: 'shop.public.s' });
    await failure(task.write([...good, other, bad]));
    expect([await rows(), await rows('SELECT * FROM s')]).toEqual([[], []]);
    await task.write([...good, other]);
    expect([(await rows()).length, (await rows('SELECT * FROM s')).length]).toEqual([5, 1]);
  });

  it.each([
    ['a null where none may be', { id: 1, v: null, n: 1 }],
    ['a text that is no number', { id: 1, v: 'x', n: 'abc' }],
    ['a number out of range', { id: 1, v: 'x', n: 5_000_000_000 }],
    ['a text too long', { id: 1, v: 'long', n: 1 }],
    ['a zero character', { id: 1, v: 'a\0', n: 1 }],
    ['a value that is no struct', 'text'],
  ])('refuses %s as poison', async (_what, value) => {
    await db.query('CREATE TABLE t (id int PRIMARY KEY, v varchar(3) NOT NULL, n int)');
    const task = await start();
    expect(await failure(task.write([record({ id: 1 }, value)]))).toMatchObject({ class: 'poison' });
    await task.write([record({ id: 1 }, { id: 1, v: 'x', n: 1 })]);
    expect(await rows()).toEqual([{ id: 1, v: 'x', n: 1 }]);
  });

  it('refuses a record without key as poison, and says which', async () => {
    await db.query('CREATE TABLE t (id int PRIMARY KEY)');
    const task = await start();
    const error = await failure(task.write([record(null, { id: 1 }, { partition: 3, offset: 42 })]));
    expect(error.report()).toMatchObject({
      class: 'poison',
      record: { topic: 'shop.public.t', partition: 3, offset: 42 },
    });
  });

  it.each([
    ['a missing table', 'CREATE TABLE other (id int)', 'table.name.format'],
    ['a missing column', 'CREATE TABLE t (id int PRIMARY KEY)', 'auto.evolve'],
    ['a key that is not unique', 'CREATE TABLE t (id int, v int)', undefined],
  ])('says what to do about %s', async (_what, ddl, path) => {
    await db.query(ddl);
    const task = await start();
    const error = await failure(task.write([record({ id: 1 }, { id: 1, v: 1 })]));
    expect(error).toMatchObject({ class: 'config' });
    expect(error.details.hint).toBeTruthy();
    expect(error.details.path).toBe(path);
  });

  it('says before it runs that offsets can not be kept', async () => {
    await db.query(`CREATE ROLE writer_${name} LOGIN PASSWORD 'p'`);
    const more = {
      'connection.user': `writer_${name}`,
      'connection.password': 'p',
      'delivery.guarantee': 'exactly_once',
    };
    const problems = async (table: string) => {
      const options = sinkOptions(service, name, { ...more, 'offsets.table': table });
      const config = requireConfig(postgresSink.config, options);
      return (await postgresSink.validate?.(config, AbortSignal.timeout(30_000)))?.map(({ key }) => key);
    };
    expect(await problems('kept_offsets')).toEqual(['offsets.table']);
    expect(await problems('other.offsets')).toEqual(['offsets.table']);
    await db.query('CREATE TABLE kept_offsets (connector text)');
    expect(await problems('kept_offsets')).toEqual(['offsets.table']);
    await db.query(`GRANT SELECT, INSERT, UPDATE ON kept_offsets TO writer_${name}`);
    // Of an earlier version, which only its owner can bring up to date.
    expect(await problems('kept_offsets')).toEqual(['offsets.table']);
    await db.query('ALTER TABLE kept_offsets ADD COLUMN topic_id text');
    expect(await problems('kept_offsets')).toEqual([]);
  });

  it('takes refused rights for an auth failure', async () => {
    await db.query('CREATE TABLE t (id int PRIMARY KEY)');
    await db.query(`CREATE ROLE reader_${name} LOGIN PASSWORD 'p'`);
    const task = await start({ 'connection.user': `reader_${name}`, 'connection.password': 'p' });
    expect(await failure(task.write([record({ id: 1 }, { id: 1 })]))).toMatchObject({ class: 'auth' });
  });

  it('takes a deadlock and a broken connection for transient, and goes on after them', async () => {
    await db.query('CREATE TABLE t (id int PRIMARY KEY, v int)');
    await db.query('INSERT INTO t VALUES (1, 0)');
    const task = await start();
    await task.write([record({ id: 2 }, { id: 2, v: 1 })]);
    const lock = await service.connect(name);
    await lock.query('BEGIN; UPDATE t SET v = 9 WHERE id = 1');
    const stuck = failure(task.write([record({ id: 1 }, { id: 1, v: 1 })]));
    await eventually('the write waits', async () => {
      const { rowCount } = await db.query(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'millrace' AND wait_event_type = 'Lock' AND datname = current_database()",
      );
      return rowCount === 1;
    });
    expect(await stuck).toMatchObject({ class: 'transient' });
    await lock.query('ROLLBACK');
    await task.write([record({ id: 1 }, { id: 1, v: 1 })]);
    expect(await rows()).toEqual([
      { id: 1, v: 1 },
      { id: 2, v: 1 },
    ]);
  });

  const valueSchema: Schema = {
    type: 'struct',
    fields: [
      { field: 'id', type: 'int64' },
      { field: 'v', type: 'string', optional: true },
    ],
  };

  it('creates tables and adds columns where it may, also from several tasks at once', async () => {
    const both = [
      await start({ 'auto.create': 'true', 'auto.evolve': 'true' }),
      await start({ 'auto.create': 'true', 'auto.evolve': 'true' }),
    ];
    const topic = 'shop.made.t';
    await Promise.all(
      both.map((task, id) => task.write([record({ id }, { id, v: 'x' }, { topic, valueSchema })])),
    );
    await Promise.all(
      both.map((task, id) =>
        task.write([record({ id }, { id, v: 'y', tags: ['a'], n: 1.5, ok: true }, { topic })]),
      ),
    );
    expect(await rows('SELECT * FROM made.t ORDER BY id')).toEqual([
      { id: '0', v: 'y', tags: ['a'], n: 1.5, ok: true },
      { id: '1', v: 'y', tags: ['a'], n: 1.5, ok: true },
    ]);
    const { rows: key } = await db.query(
      "SELECT pg_get_constraintdef(oid) AS def FROM pg_constraint WHERE conrelid = 'made.t'::regclass AND contype = 'p'",
    );
    expect(key).toEqual([{ def: 'PRIMARY KEY (id)' }]);
  });

  it('takes the key from a plain key or from the value, as configured', async () => {
    await db.query('CREATE TABLE t (id int PRIMARY KEY, v text)');
    const plain = await start({ 'pk.fields': 'id' });
    await plain.write([record(1, { v: 'a' }), record(2, { v: 'b' }), record(2, null)]);
    const value = await start({ 'pk.mode': 'record_value', 'pk.fields': 'id' });
    await value.write([record(null, { id: 5, v: 'c' }), record({ other: 1 }, null)]);
    expect(await rows()).toEqual([
      { id: 1, v: 'a' },
      { id: 5, v: 'c' },
    ]);
  });

  it('passes over tombstones where deletions are off', async () => {
    await db.query('CREATE TABLE t (id int PRIMARY KEY)');
    const task = await start({ 'delete.enabled': 'false' });
    await task.write([record({ id: 1 }, { id: 1 }), record({ id: 1 }, null)]);
    expect(await rows()).toEqual([{ id: 1 }]);
  });

  it('leaves rows alone in insert mode whose key is there, and keeps all rows where there is no key', async () => {
    await db.query('CREATE TABLE t (id int PRIMARY KEY, v text)');
    await db.query('CREATE TABLE log (v text)');
    const task = await start({ 'insert.mode': 'insert' });
    await task.write([record({ id: 1 }, { id: 1, v: 'a' })]);
    await task.write([record({ id: 1 }, { id: 1, v: 'b' }), record({ id: 2 }, { id: 2, v: 'b' })]);
    expect(await rows()).toEqual([
      { id: 1, v: 'a' },
      { id: 2, v: 'b' },
    ]);
    const log = await start({ 'insert.mode': 'insert', 'pk.mode': 'none', 'table.name.format': 'log' });
    await log.write([record(null, { v: 'x' }), record(null, { v: 'x' })]);
    expect(await rows('SELECT v FROM log')).toEqual([{ v: 'x' }, { v: 'x' }]);
  });
});
