import { requireConfig, type SourceRecord } from '@millrace/sdk';
import { eventually, MemoryOffsets, SourceHarness } from '@millrace/sdk/testing';
import type pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { headerOf, opOf, postgresSource, sourceOptions } from './connectors.ts';
import { dropSlot, Service, unavailable } from './service.ts';

const PARTITION = { server: 'shop' };

const VERSIONS = ['15', '18'];

// Both at once: they wait for heartbeats, connections that are silent, and tasks that die.
describe.skipIf(unavailable !== undefined).each(VERSIONS)(
  'streaming from PostgreSQL %s',
  { concurrent: true },
  (version) => {
    describe('in turn', { concurrent: false }, () => streaming(version));
  },
);

function streaming(version: string): void {
  const service = new Service({ POSTGRES_VERSION: version });
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
  const seen = (task: SourceHarness) => task.records.map((r) => [opOf(r), r.key, r.value]);
  const count = (n: number) => (records: readonly SourceRecord[]) => records.length >= n;
  const confirmed = async (): Promise<string> => {
    const { rows } = await db.query(
      'SELECT confirmed_flush_lsn AS lsn FROM pg_replication_slots WHERE slot_name = $1',
      [slot],
    );
    return rows[0].lsn;
  };
  const confirmedPast = async (lsn: string): Promise<boolean> => {
    const { rows } = await db.query(
      'SELECT confirmed_flush_lsn >= $2::pg_lsn AS past FROM pg_replication_slots WHERE slot_name = $1',
      [slot, lsn],
    );
    return rows[0].past;
  };
  const walEnd = async (): Promise<string> =>
    (await db.query('SELECT pg_current_wal_lsn() AS lsn')).rows[0].lsn;

  it('tells operation, commit position, transaction and time in headers', async () => {
    await db.query('CREATE TABLE t (id int PRIMARY KEY)');
    await db.query('INSERT INTO t VALUES (1)');
    const task = await start();
    await task.pollUntil('the snapshot', count(1));
    await db.query('BEGIN; INSERT INTO t VALUES (2), (3); COMMIT');
    await task.pollUntil('the changes', count(3));
    const [, second, third] = task.records;
    expect(task.records.map(opOf)).toEqual(['r', 'c', 'c']);
    expect(headerOf(second!, '__txId')).toBe(headerOf(third!, '__txId'));
    expect(headerOf(second!, '__lsn')).toMatch(/^[0-9A-F]+\/[0-9A-F]+$/);
    expect(Math.abs((second!.timestamp ?? 0) - Date.now())).toBeLessThan(60_000);
    expect(second!.keySchema).toMatchObject({ type: 'struct', fields: [{ field: 'id', type: 'int32' }] });
  });

  it('gives a change of key as deletion and creation, and repeats both when only the first is durable', async () => {
    await db.query('CREATE TABLE t (id int PRIMARY KEY, v text)');
    await db.query("INSERT INTO t VALUES (1, 'a')");
    const first = await start();
    await first.pollUntil('the snapshot', count(1));
    await db.query('UPDATE t SET id = 2');
    await first.pollUntil('the move', count(3));
    const move = [
      ['d', { id: 1 }, null],
      ['c', { id: 2 }, { id: 2, v: 'a' }],
    ];
    expect(seen(first).slice(1)).toEqual(move);
    await first.commit(first.records.slice(0, 2));
    await first.stop();
    const second = await start({}, first.offsets);
    await second.pollUntil('the move again', count(2));
    expect(seen(second)).toEqual(move);
  });

  it('keeps a TOASTed value that did not change out of the record, unless the old row tells it', async () => {
    await db.query('CREATE TABLE t (id int PRIMARY KEY, n int, big text)');
    await db.query('ALTER TABLE t ALTER big SET STORAGE EXTERNAL');
    await db.query("INSERT INTO t VALUES (1, 1, repeat('x', 20000))");
    const task = await start({ 'snapshot.mode': 'no_data' });
    await db.query('UPDATE t SET n = 2');
    await db.query('ALTER TABLE t REPLICA IDENTITY FULL');
    await db.query('UPDATE t SET n = 3');
    await task.pollUntil('two updates', count(2));
    const [partial, whole] = task.records;
    expect(partial!.value).toEqual({ id: 1, n: 2 });
    expect(partial!.valueSchema?.fields?.map((field) => field.field)).toEqual(['id', 'n']);
    expect(whole!.value).toEqual({ id: 1, n: 3, big: 'x'.repeat(20000) });
    expect(whole!.key).toEqual({ id: 1 });
  });

  it('follows the table when its columns change', async () => {
    await db.query('CREATE TABLE t (id int PRIMARY KEY, a text)');
    const task = await start({ 'snapshot.mode': 'no_data' });
    await db.query("INSERT INTO t VALUES (1, 'x')");
    await db.query('ALTER TABLE t ADD b int NOT NULL DEFAULT 7');
    await db.query('ALTER TABLE t RENAME a TO c');
    await db.query("INSERT INTO t VALUES (2, 'y')");
    await db.query('ALTER TABLE t DROP c');
    await db.query('INSERT INTO t VALUES (3)');
    await task.pollUntil('three rows', count(3));
    expect(task.records.map((r) => r.value)).toEqual([
      { id: 1, a: 'x' },
      { id: 2, c: 'y', b: 7 },
      { id: 3, b: 7 },
    ]);
    expect(task.records[1]!.valueSchema?.fields?.map((f) => f.field)).toEqual(['id', 'c', 'b']);
  });

  it('reads tables without key and passes over truncation', async () => {
    await db.query('CREATE TABLE t (v int)');
    await db.query('ALTER TABLE t REPLICA IDENTITY FULL');
    await db.query('INSERT INTO t VALUES (1)');
    const task = await start();
    await task.pollUntil('the snapshot', count(1));
    await db.query('UPDATE t SET v = 2');
    await db.query('DELETE FROM t');
    await db.query('TRUNCATE t');
    await db.query('INSERT INTO t VALUES (3)');
    await task.pollUntil('all changes', count(3));
    expect(seen(task)).toEqual([
      ['r', null, { v: 1 }],
      ['u', null, { v: 2 }],
      ['c', null, { v: 3 }],
    ]);
  });

  it('tells of truncation where it is asked to, in its place', async () => {
    await db.query('CREATE TABLE t (id int PRIMARY KEY)');
    await db.query('CREATE TABLE s (id int PRIMARY KEY)');
    const first = await start({ 'snapshot.mode': 'no_data', 'skipped.operations': 'none' });
    await db.query(
      'BEGIN; INSERT INTO t VALUES (1); INSERT INTO s VALUES (1); TRUNCATE t, s; INSERT INTO t VALUES (2); COMMIT',
    );
    await first.pollUntil('all changes', count(5));
    const operations = ['c', 'c', 't', 't', 'c'];
    expect(first.records.map(opOf)).toEqual(operations);
    // A change that is told by several records comes as a whole, or again.
    await first.commit(first.records.slice(0, 3));
    await first.stop();
    const second = await start({ 'skipped.operations': 'none' }, first.offsets);
    await second.pollUntil('the rest', count(3));
    expect(second.records.map(opOf)).toEqual(operations.slice(2));
  });

  it('says how much log its slot holds back, and how much more it may', async () => {
    await db.query("ALTER SYSTEM SET max_slot_wal_keep_size = '1GB'");
    await db.query('SELECT pg_reload_conf()');
    await db.query('CREATE TABLE t (id int PRIMARY KEY)');
    const task = await start({ 'snapshot.mode': 'no_data' });
    void task.poll(60_000).catch(() => undefined);
    await eventually(
      'the figures',
      () => task.figures.has('slot_retained_bytes') && task.figures.has('slot_safe_bytes'),
    );
    expect(task.figures.get('slot_lag_bytes')).toBeGreaterThanOrEqual(0);
    expect(task.figures.get('slot_safe_bytes')).toBeGreaterThan(0);
    await db.query('ALTER SYSTEM RESET max_slot_wal_keep_size');
    await db.query('SELECT pg_reload_conf()');
  });

  it('leaves neither slot nor publication behind when it is deleted, unless it is to', async () => {
    await db.query('CREATE TABLE t (id int PRIMARY KEY)');
    const options: Record<string, string> = { ...sourceOptions(service, name) };
    delete options['slot.name'];
    delete options['publication.name'];
    const task = new SourceHarness(postgresSource, options, { name: slot });
    tasks.push(task);
    await task.start();
    const own = `millrace_${slot}`;
    const left = async () => {
      const { rows } = await db.query(
        'SELECT slot_name AS name FROM pg_replication_slots WHERE slot_name = $1 UNION ALL SELECT pubname FROM pg_publication WHERE pubname = $1',
        [own],
      );
      return rows.length;
    };
    expect(await left()).toBe(2);
    const forget = async (more: Record<string, string> = {}) =>
      postgresSource.forget?.(requireConfig(postgresSource.config, { ...options, ...more }), {
        ...{ connector: slot, because: 'deleted', signal: AbortSignal.timeout(30_000) },
      });
    await forget({ 'slot.drop.on.delete': 'false' });
    expect(await left()).toBe(2);
    const forgotten = forget();
    // Its task may take a moment to let go.
    await task.stop();
    await forgotten;
    expect(await left()).toBe(0);
  });

  it('takes the chosen index for key where the replica identity is one', async () => {
    await db.query('CREATE TABLE t (id int PRIMARY KEY, b text NOT NULL, a int NOT NULL)');
    await db.query('CREATE UNIQUE INDEX t_ab ON t (a, b)');
    await db.query('ALTER TABLE t REPLICA IDENTITY USING INDEX t_ab');
    await db.query("INSERT INTO t VALUES (1, 'x', 1)");
    const task = await start();
    await task.pollUntil('the snapshot', count(1));
    await db.query('UPDATE t SET id = 2');
    await db.query('DELETE FROM t');
    await task.pollUntil('the changes', count(3));
    expect(task.records.map((r) => JSON.stringify(r.key))).toEqual(Array(3).fill('{"a":1,"b":"x"}'));
  });

  it('gives the changes of partitions under the name of their root', async () => {
    await db.query('CREATE TABLE t (id int PRIMARY KEY) PARTITION BY RANGE (id)');
    await db.query('CREATE TABLE t1 PARTITION OF t FOR VALUES FROM (0) TO (10)');
    await db.query('INSERT INTO t VALUES (1)');
    const task = await start();
    await task.pollUntil('the snapshot', count(1));
    await db.query('INSERT INTO t VALUES (2)');
    await task.pollUntil('the change', count(2));
    expect(task.records.map((r) => r.topic)).toEqual(['shop.public.t', 'shop.public.t']);
  });

  it('captures tables that are named by pattern, and only those', async () => {
    await db.query('CREATE TABLE orders (id int PRIMARY KEY)');
    await db.query('CREATE TABLE order_items (id int PRIMARY KEY)');
    await db.query('CREATE TABLE other (id int PRIMARY KEY)');
    const task = await start({
      'table.include.list': 'public\\.order.*',
      'table.exclude.list': 'public.order_items',
    });
    await db.query('INSERT INTO order_items VALUES (1)');
    await db.query('INSERT INTO other VALUES (1)');
    await db.query('INSERT INTO orders VALUES (1)');
    await task.pollUntil('the order', count(1));
    expect(task.records.map((r) => r.topic)).toEqual(['shop.public.orders']);
  });

  it('captures the tables of schemas that are chosen, and no others', async () => {
    for (const schema of ['sales', 'sales_old', 'stock'])
      await db.query(`CREATE SCHEMA ${schema}; CREATE TABLE ${schema}.t (id int PRIMARY KEY)`);
    const task = await start({ 'schema.include.list': 'sales.*', 'schema.exclude.list': 'sales_old' });
    for (const schema of ['stock', 'sales_old', 'sales'])
      await db.query(`INSERT INTO ${schema}.t VALUES (1)`);
    await task.pollUntil('the row', count(1));
    expect(task.records.map((r) => r.topic)).toEqual(['shop.sales.t']);
  });

  it('confirms to the slot what is durable, and no more', async () => {
    await db.query('CREATE TABLE t (id int PRIMARY KEY)');
    const task = await start({ 'snapshot.mode': 'no_data' });
    void task.poll(1);
    await db.query('INSERT INTO t VALUES (1)');
    await db.query('BEGIN; INSERT INTO t VALUES (2), (3); COMMIT');
    await task.pollUntil('the rows', count(3));
    const end = await walEnd();
    const before = await confirmed();
    // Several reports go by without a commit.
    const { rows } = await db.query('SELECT now()');
    await eventually('more reports', async () => {
      const now = await db.query(
        'SELECT reply_time > $1::timestamptz + interval $$300 ms$$ AS later FROM pg_stat_replication',
        [rows[0].now],
      );
      return now.rows[0].later;
    });
    expect(await confirmed()).toBe(before);
    // In the middle of a transaction: up to the transaction, not into it.
    await task.commit(task.records.slice(0, 2));
    await eventually('the first transaction is confirmed', async () => (await confirmed()) !== before);
    expect(await confirmed()).toBe(headerOf(task.records[1]!, '__lsn'));
    expect(await confirmedPast(end)).toBe(false);
    await task.commit();
    await eventually('everything is confirmed', async () => {
      void task.poll(1);
      return confirmedPast(end);
    });
  });

  it('goes on in the middle of a transaction', async () => {
    await db.query('CREATE TABLE t (id int PRIMARY KEY)');
    const first = await start({ 'snapshot.mode': 'no_data' });
    await db.query('INSERT INTO t SELECT generate_series(1, 100)');
    await first.pollUntil('the rows', count(100));
    await first.commit(first.records.slice(0, 42));
    await first.stop();
    const second = await start({ 'snapshot.mode': 'no_data' }, first.offsets);
    await db.query('INSERT INTO t VALUES (101)');
    await second.pollUntil('the rest', count(59));
    expect(second.records.map((r) => (r.key as { id: number }).id)).toEqual(
      Array.from({ length: 59 }, (_, i) => 43 + i),
    );
  });

  it('moves a quiet table’s slot on beside a busy one by heartbeats, and tells how far behind it is', async () => {
    await db.query('CREATE TABLE t (id int PRIMARY KEY); CREATE TABLE busy (v text)');
    const task = await start({ 'snapshot.mode': 'no_data', 'table.include.list': 'public.t' });
    const busy = await service.connect(name);
    let writing = true;
    const written = (async () => {
      while (writing)
        await busy.query("INSERT INTO busy SELECT repeat('x', 500) FROM generate_series(1, 50)");
    })();
    let polls: Promise<unknown> = task.poll(1);
    for (let round = 0; round < 3; round++) {
      const end = await walEnd();
      await eventually('the slot passes what was written', async () => {
        polls = task.poll(1);
        return confirmedPast(end);
      });
    }
    await eventually('a heartbeat', () => (task.figures.get('lag_seconds') ?? 60) < 60);
    writing = false;
    await written;
    await polls;
    const silent = await start({
      'slot.name': `${slot}_2`,
      'table.include.list': 'public.t',
      'heartbeat.message': 'false',
      'snapshot.mode': 'no_data',
    });
    await silent.poll(500);
    expect(silent.figures.has('lag_seconds')).toBe(false);
    await silent.stop();
    await dropSlot(db, `${slot}_2`);
    await db.query('INSERT INTO t VALUES (1)');
    await task.pollUntil('the row', count(1));
    expect(task.records).toHaveLength(1);
  });

  it('lets the server remove its log while only other tables and other databases change', async () => {
    await db.query('CREATE TABLE t (id int PRIMARY KEY)');
    await db.query('CREATE TABLE busy (id int PRIMARY KEY, v text)');
    await db.query('INSERT INTO t VALUES (1)');
    const task = await start({ 'table.include.list': 'public.t' });
    await task.pollUntil('the snapshot', count(1));
    await task.commit();
    void task.poll(1);
    await db.query("INSERT INTO busy SELECT i, repeat('x', 500) FROM generate_series(1, 5000) i");
    const mine = await walEnd();
    await eventually('the slot passes what is not captured', () => confirmedPast(mine));
    const other = await service.database();
    await other.db.query('CREATE TABLE busy AS SELECT i, repeat($$x$$, 500) FROM generate_series(1, 5000) i');
    const theirs = await walEnd();
    await eventually('the slot passes another database', () => confirmedPast(theirs));
    const durable = task.offsets.get(PARTITION);
    await task.stop();
    await db.query('INSERT INTO t VALUES (2)');
    const second = await start({ 'table.include.list': 'public.t' }, task.offsets);
    await second.pollUntil('the row after that', count(1));
    expect(second.records.map((r) => r.key)).toEqual([{ id: 2 }]);
    expect(task.offsets.get(PARTITION)).toEqual(durable);
  });

  it('keeps its connection while the pipeline does not take anything, and its queue within bounds', async () => {
    await db.query("ALTER SYSTEM SET wal_sender_timeout = '2s'");
    await db.query('SELECT pg_reload_conf()');
    await db.query('CREATE TABLE t (id int PRIMARY KEY, v text)');
    const task = await start({
      'snapshot.mode': 'no_data',
      'max.queue.size.in.bytes': '1000000',
      'max.batch.size': '100',
    });
    await db.query("INSERT INTO t VALUES (0, '')");
    await task.pollUntil('the first row', count(1));
    const walSender = async () =>
      (await db.query('SELECT pid, pg_current_wal_lsn() - sent_lsn AS unsent FROM pg_stat_replication'))
        .rows[0] as { pid: number; unsent: string };
    const { pid } = await walSender();
    // In transactions of 1 MB, each of which counts as sent when all of it is.
    for (let from = 1; from <= 50_000; from += 1000)
      await db.query(
        'INSERT INTO t SELECT i, repeat(i::text, 1000 / length(i::text)) FROM generate_series($1::int, $1 + 999) i',
        [from],
      );
    const since = performance.now();
    await eventually('two timeouts pass', () => performance.now() - since > 4000);
    const { pid: still, unsent } = await walSender();
    expect(still).toBe(pid);
    // Of 50 MB the queue takes one, and sockets some; all else waits at the server.
    expect(Number(unsent)).toBeGreaterThan(30_000_000);
    await task.pollUntil('all rows', count(50_001), 60_000);
    expect(task.records.map((r) => (r.key as { id: number }).id)).toEqual(
      Array.from({ length: 50_001 }, (_, i) => i),
    );
    for (const { key, value } of task.records.slice(1)) {
      const { id } = key as { id: number };
      expect((value as { v: string }).v.startsWith(`${id}${id}`), `the text of row ${id}`).toBe(true);
    }
    await db.query('ALTER SYSTEM RESET wal_sender_timeout');
    await db.query('SELECT pg_reload_conf()');
  });

  describe('a snapshot under change', () => {
    /** Changes rows at random; each change of a row raises its version, and a deleted row comes back with a higher one. */
    const writer = (client: pg.Client, tables: readonly string[], rows: number) => {
      let stopped = false;
      let version = 1;
      const done = (async () => {
        while (!stopped) {
          const table = tables[Math.floor(Math.random() * tables.length)];
          const id = Math.floor(Math.random() * rows);
          const key = [`k${id % 7}`, id];
          version++;
          const sql =
            Math.random() < 0.3
              ? [`DELETE FROM ${table} WHERE a = $1 AND b = $2`, key]
              : [
                  `INSERT INTO ${table} VALUES ($1, $2, $3) ON CONFLICT (b, a) DO UPDATE SET v = EXCLUDED.v`,
                  [...key, version],
                ];
          await client.query(sql[0] as string, sql[1] as unknown[]);
        }
      })();
      return async () => {
        stopped = true;
        await done;
      };
    };

    const setUp = async (tables: readonly string[], rows: number) => {
      for (const table of tables) {
        await db.query(`CREATE TABLE ${table} (a text, b int, v int, PRIMARY KEY (b, a))`);
        await db.query(
          `INSERT INTO ${table} SELECT 'k' || i % 7, i, 1 FROM generate_series(0, ${rows - 1}) i`,
        );
      }
    };

    /** No version of a key twice or out of order, and the last one is the table's. */
    const verify = async (tables: readonly string[], records: readonly SourceRecord[]) => {
      const last = new Map<string, number | null>();
      const highest = new Map<string, number>();
      for (const record of records) {
        const { a, b } = record.key as { a: string; b: number };
        const id = `${record.topic}/${a}/${b}`;
        const value = record.value as { v: number } | null;
        if (value) {
          // Read again beside the stream, a row may tell the newest version once more.
          const least = (highest.get(id) ?? 0) + (headerOf(record, '__op') === 'r' ? 0 : 1);
          expect(value.v, id).toBeGreaterThanOrEqual(least);
          highest.set(id, value.v);
        } else expect(last.get(id), `${id} is deleted once`).not.toBeNull();
        last.set(id, value?.v ?? null);
      }
      const expected = new Map<string, number>();
      for (const table of tables) {
        const { rows } = await db.query(`SELECT * FROM ${table}`);
        for (const { a, b, v } of rows) expected.set(`shop.public.${table}/${a}/${b}`, v);
      }
      const alive = [...last].filter(([, v]) => v !== null);
      expect(new Map(alive as [string, number][])).toEqual(expected);
    };

    it('meets the stream at one point', async () => {
      await setUp(['one', 'two'], 3000);
      const halt = writer(await service.connect(name), ['one', 'two'], 3000);
      const task = await start({ 'snapshot.fetch.size': '100' });
      await task.pollUntil('some changes', (all) => all.filter((r) => opOf(r) !== 'r').length > 300, 60_000);
      await halt();
      await db.query("INSERT INTO one VALUES ('end', 1000000, 1)");
      const atEnd = (all: readonly SourceRecord[]) =>
        (all.at(-1)?.key as { a: string } | undefined)?.a === 'end';
      await task.pollUntil('the last change', atEnd, 60_000);
      await verify(['one', 'two'], task.records);
    });

    it('is exact after kills at any point, however many', async () => {
      const tables = ['one', 'three', 'two'];
      await setUp(tables, 400);
      const halt = writer(await service.connect(name), tables, 400);
      const offsets = new MemoryOffsets();
      const kept: SourceRecord[] = [];
      const more = { 'snapshot.fetch.size': '20' };
      for (let kill = 0; kill < 12; kill++) {
        const task = await start(more, offsets);
        const wanted = Math.floor(Math.random() * 250);
        await task.pollUntil('some records', count(wanted + 1), 60_000);
        const durable = task.records.slice(0, wanted);
        kept.push(...durable);
        await task.commit(durable);
        await task.stop();
      }
      await halt();
      await db.query("INSERT INTO one VALUES ('end', 1000000, 1)");
      const task = await start(more, offsets);
      const atEnd = (all: readonly SourceRecord[]) =>
        (all.at(-1)?.key as { a: string } | undefined)?.a === 'end';
      await task.pollUntil('the last change', atEnd, 60_000);
      await verify(tables, [...kept, ...task.records]);
      // Once the stream has passed what the snapshots saw, offsets are plain again.
      expect(task.records.at(-1)!.sourceOffset).toEqual({ lsn: expect.any(String) });
    });

    it('reads tables again when a signal asks for it, beside the stream, and is exact after kills', async () => {
      const tables = ['one', 'three', 'two'];
      await setUp(tables, 300);
      await db.query('CREATE TABLE signals (id text PRIMARY KEY, type text NOT NULL, data text)');
      const more = {
        ...{ 'snapshot.mode': 'no_data', 'signal.data.collection': 'public.signals' },
        ...{ 'incremental.snapshot.chunk.size': '17' },
      };
      const offsets = new MemoryOffsets();
      const kept: SourceRecord[] = [];
      const halt = writer(await service.connect(name), tables, 300);
      for (let kill = 0; kill < 8; kill++) {
        const task = await start(more, offsets);
        if (kill === 0) {
          await task.pollUntil('some changes', count(20), 60_000);
          await db.query(
            `INSERT INTO signals VALUES ('1', 'execute-snapshot', '{"type": "incremental", "data-collections": ["public.(one|two)", "public.three"]}')`,
          );
        }
        const before = task.records.length;
        const wanted = before + Math.floor(Math.random() * 150);
        await task.pollUntil('some records', count(wanted + 1), 60_000);
        const durable = task.records.slice(0, wanted);
        kept.push(...durable);
        await task.commit(durable);
        await task.stop();
      }
      const task = await start(more, offsets);
      const isWithin = ({ sourceOffset }: SourceRecord) => 'incremental' in sourceOffset;
      // Changes from before the signal may not all have come yet.
      const isOver = (all: readonly SourceRecord[]) =>
        all.length > 0 && [...kept, ...all].some(isWithin) && !isWithin(all.at(-1)!);
      await task.pollUntil('the end of the incremental snapshot', isOver, 60_000);
      await halt();
      await db.query("INSERT INTO one VALUES ('end', 1000000, 1)");
      const atEnd = (all: readonly SourceRecord[]) =>
        (all.at(-1)?.key as { a: string } | undefined)?.a === 'end';
      await task.pollUntil('the last change', atEnd, 60_000);
      const all = [...kept, ...task.records];
      await verify(tables, all);
      expect(all.filter((record) => opOf(record) === 'r').length).toBeGreaterThan(100);
      expect(all.some(({ topic }) => topic.endsWith('signals'))).toBe(false);
    });
  });
}
