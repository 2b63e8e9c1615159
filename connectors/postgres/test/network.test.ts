import { isMillraceError, type SourceRecord } from '@millrace/sdk';
import {
  eventually,
  NetworkPath,
  type Options,
  SinkHarness,
  SourceHarness,
  wordsOf,
} from '@millrace/sdk/testing';
import type pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  asSinkRecords,
  postgresSink,
  postgresSource,
  queryOptions,
  querySource,
  sinkOptions,
  sourceOptions,
} from './connectors.ts';
import { dropSlot, Service, severSlot, unavailable } from './service.ts';

const HELD_MS = 1_500;

describe.skipIf(unavailable !== undefined)('a way to PostgreSQL that breaks', () => {
  const service = new Service();
  let name = '';
  let db: pg.Client;
  let path: NetworkPath;
  const harnesses: (SourceHarness | SinkHarness)[] = [];

  beforeAll(async () => {
    await service.start();
  });
  afterAll(() => service.close());
  beforeEach(async () => {
    ({ name, db } = await service.database());
    path = await NetworkPath.to(service.port);
    await db.query('CREATE TABLE t (id serial PRIMARY KEY, v text)');
  });
  afterEach(async () => {
    for (const harness of harnesses.splice(0)) await harness.stop();
    await path.close();
    await dropSlot(db, `slot_${name}`);
  });

  const used = <H extends SourceHarness | SinkHarness>(harness: H): H => {
    harnesses.push(harness);
    return harness;
  };
  const insert = (from: number, to: number) =>
    db.query('INSERT INTO t (v) SELECT i::text FROM generate_series($1::int, $2::int) i', [from, to]);
  const ids = (task: SourceHarness) => task.records.map(({ value }) => (value as { id: number }).id);
  const count = (n: number) => (records: readonly SourceRecord[]) => records.length >= n;
  const range = (from: number, to: number) =>
    Array.from({ length: to - from + 1 }, (_, index) => from + index);
  const url = () => `jdbc:postgresql://127.0.0.1:${path.port}/${name}`;

  const sources: readonly (readonly [
    string,
    () => SourceHarness,
    (before: SourceHarness) => SourceHarness,
  ])[] = (
    [
      [
        'PostgresSource',
        postgresSource,
        () =>
          sourceOptions(service, name, { 'snapshot.mode': 'no_data', 'database.port': String(path.port) }),
      ],
      [
        'PostgresQuerySource',
        querySource,
        () => queryOptions(service, name, { mode: 'incrementing', 'connection.url': url() }),
      ],
    ] as const
  ).map(([title, connector, options]: readonly [string, typeof postgresSource, () => Options]) => [
    title,
    () => used(new SourceHarness(connector, options())),
    (before) => used(new SourceHarness(connector, options(), { offsets: before.offsets })),
  ]);

  describe.each(sources)('%s', (_title, first, second) => {
    it('fails for now when it is cut, says so, and misses nothing afterwards', async () => {
      const task = first();
      await task.start();
      const waiting = task.poll(1);
      await insert(1, 300);
      await waiting;
      await task.pollUntil('the first rows', count(300));
      await task.commit(task.records.slice(0, 120));
      path.cut();
      const failure = await eventually('a failure', async () => {
        const words = await task.poll(100).then(
          () => null,
          (error: unknown) => (isMillraceError(error) ? error.report() : null),
        );
        return words;
      });
      expect(failure).toMatchObject({
        class: 'transient',
        message: expect.stringMatching(/^(?:Reading|Looking|Listing)/),
      });
      await insert(301, 400);
      const again = second(task);
      // The server may hold the slot for a moment longer.
      await eventually('a start', async () => {
        await again.start();
        await again.poll(300);
        return true;
      });
      await again.pollUntil('the rest', count(280));
      expect(ids(again)).toEqual(range(121, 400));
    });

    it('waits where nothing passes for a while, and goes on', async () => {
      const task = first();
      await task.start();
      await task.poll(200);
      path.hold();
      await insert(1, 2000);
      expect(await task.poll(HELD_MS)).toBeNull();
      path.release();
      await task.pollUntil('all rows', count(2000));
      expect(ids(task)).toEqual(range(1, 2000));
    });
  });

  it('loses nothing and fails nowhere on a line that is slow', async () => {
    await db.query('CREATE TABLE copy (id int PRIMARY KEY, v text)');
    path.delay(5);
    const [, first] = sources[0]!;
    const task = first();
    await task.start();
    await task.poll(200);
    await insert(1, 1000);
    await task.pollUntil('all rows', count(1000), 60_000);
    expect(ids(task)).toEqual(range(1, 1000));
    const sink = used(new SinkHarness(postgresSink, sinkOptions(service, name, { 'connection.url': url() })));
    await sink.start();
    await sink.write(asSinkRecords(task.records.map((record) => ({ ...record, topic: 'shop.public.copy' }))));
    expect((await db.query('SELECT count(*)::int AS n FROM copy')).rows).toEqual([{ n: 1000 }]);
  });

  it('fails for now where the server takes no more connections, and says so', async () => {
    await db.query(`CREATE ROLE worker_${name} LOGIN PASSWORD 'p' CONNECTION LIMIT 0`);
    await db.query(`GRANT SELECT, INSERT ON t TO worker_${name}`);
    const login = { 'connection.user': `worker_${name}`, 'connection.password': 'p' };
    const refused = {
      ...{ class: 'transient', code: 'POSTGRES_TOO_MANY_CONNECTIONS' },
      message: expect.stringContaining('too many connections'),
      hint: expect.stringContaining('max_connections'),
    };
    const options = queryOptions(service, name, { mode: 'incrementing', ...login });
    const sinkTask = () => used(new SinkHarness(postgresSink, sinkOptions(service, name, login)));
    const sourceTask = () => used(new SourceHarness(querySource, options));
    expect(await wordsOf(sourceTask().start())).toMatchObject(refused);
    expect(await wordsOf(sinkTask().start())).toMatchObject(refused);
    await db.query(`ALTER ROLE worker_${name} CONNECTION LIMIT -1`);
    await sourceTask().start();
    await sinkTask().start();
  });

  it('is told by name when the right to replicate is taken away, and misses nothing once it is back', async () => {
    await db.query(`CREATE ROLE worker_${name} LOGIN REPLICATION PASSWORD 'p'`);
    await db.query(
      `GRANT CREATE ON DATABASE ${name} TO worker_${name}; ALTER TABLE t OWNER TO worker_${name}`,
    );
    const options = sourceOptions(service, name, {
      ...{ 'snapshot.mode': 'no_data', 'database.user': `worker_${name}`, 'database.password': 'p' },
    });
    const first = used(new SourceHarness(postgresSource, options));
    await first.start();
    await first.poll(200);
    await insert(1, 10);
    await first.pollUntil('the first rows', count(10));
    await first.commit();
    await db.query(`ALTER ROLE worker_${name} NOREPLICATION`);
    await severSlot(db, `slot_${name}`);
    await insert(11, 20);
    const polled = (async () => {
      for (;;) await first.poll(1_000);
    })();
    expect(await wordsOf(polled)).toMatchObject({ class: 'transient' });
    const refused = used(new SourceHarness(postgresSource, options, { offsets: first.offsets }));
    expect(await wordsOf(refused.start())).toMatchObject({
      ...{ class: 'auth', code: 'POSTGRES_RIGHT_MISSING', path: 'database.user' },
      hint: expect.stringContaining(`ALTER ROLE "worker_${name}" REPLICATION`),
    });
    await db.query(`ALTER ROLE worker_${name} REPLICATION`);
    const second = used(new SourceHarness(postgresSource, options, { offsets: first.offsets }));
    await eventually('a start', async () => {
      await second.start();
      await second.poll(300);
      return true;
    });
    await second.pollUntil('the rest', count(10));
    expect(ids(second)).toEqual(range(11, 20));
  });

  it('fails a write for now, which goes through when it is repeated', async () => {
    const sink = used(new SinkHarness(postgresSink, sinkOptions(service, name, { 'connection.url': url() })));
    await sink.start();
    const batch = asSinkRecords(
      range(1, 50).map((id) => ({
        ...{ topic: 'shop.public.t', partition: 0, headers: [], timestamp: null },
        ...{ key: { id }, value: { id, v: `v${id}` }, sourcePartition: {}, sourceOffset: {} },
      })),
    );
    await sink.write(batch.slice(0, 10));
    await db.query('BEGIN; LOCK TABLE t');
    const writing = wordsOf(sink.write(batch));
    await eventually('the write to wait', async () => {
      const { rows } = await db.query('SELECT count(*)::int AS n FROM pg_locks WHERE NOT granted');
      return rows[0].n > 0;
    });
    path.cut();
    expect(await writing).toMatchObject({ class: 'transient' });
    await db.query('ROLLBACK');
    await sink.write(batch);
    expect((await db.query('SELECT count(*)::int AS n FROM t')).rows).toEqual([{ n: 50 }]);
  });

  it('is told by name when a right is taken away in mid-stream', async () => {
    await db.query(`CREATE ROLE worker_${name} LOGIN PASSWORD 'p'`);
    await db.query(
      `GRANT SELECT, INSERT, UPDATE ON t TO worker_${name}; GRANT USAGE ON SEQUENCE t_id_seq TO worker_${name}`,
    );
    const login = { 'connection.user': `worker_${name}`, 'connection.password': 'p' };
    const task = used(
      new SourceHarness(querySource, queryOptions(service, name, { mode: 'incrementing', ...login })),
    );
    const sink = used(new SinkHarness(postgresSink, sinkOptions(service, name, login)));
    await task.start();
    await sink.start();
    await insert(1, 3);
    await task.pollUntil('the rows', count(3));
    const records = asSinkRecords(task.records.map((record) => ({ ...record, topic: 'shop.public.t' })));
    await sink.write(records);
    await db.query(`REVOKE ALL ON t FROM worker_${name}`);
    const refused = { class: 'auth', code: 'POSTGRES_RIGHT_MISSING', path: 'connection.user' };
    expect(await wordsOf(sink.write(records))).toMatchObject({
      ...refused,
      message: expect.stringContaining('permission denied for table t'),
    });
    const polled = (async () => {
      for (;;) await task.poll(1_000);
    })();
    expect(await wordsOf(polled)).toMatchObject({ ...refused, message: expect.stringContaining('public.t') });
    await db.query(`GRANT SELECT, INSERT, UPDATE ON t TO worker_${name}`);
    await sink.write(records);
  });
});
