import { isMillraceError, parseConfig } from '@millrace/sdk';
import { MemoryOffsets, SourceHarness } from '@millrace/sdk/testing';
import type pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { postgresSource, sourceOptions } from './connectors.ts';
import { dropSlot, Service, unavailable } from './service.ts';

const service = new Service();

async function failureOf(task: SourceHarness) {
  try {
    await task.start();
    await task.poll(2000);
  } catch (error) {
    if (isMillraceError(error)) return error.report();
    throw error;
  } finally {
    await task.stop();
  }
  return null;
}

const problems = async (options: Record<string, string>) => {
  const { values, problems: own } = parseConfig(postgresSource.config, options);
  return own.length > 0 ? own : await postgresSource.validate?.(values, AbortSignal.timeout(10_000));
};

describe.skipIf(unavailable !== undefined)('what keeps a postgres source from running', () => {
  let name = '';
  let slot = '';
  let db: pg.Client;

  beforeAll(async () => {
    await service.start();
  });
  afterAll(() => service.close());
  beforeEach(async () => {
    ({ name, db } = await service.database());
    slot = `slot_${name}`;
    await db.query('CREATE TABLE t (id int PRIMARY KEY)');
  });
  const task = (more: Record<string, string> = {}, offsets = new MemoryOffsets()) =>
    new SourceHarness(postgresSource, sourceOptions(service, name, more), { offsets });
  const stored = (offset: Record<string, string>) => {
    const offsets = new MemoryOffsets();
    offsets.put({ partition: { server: 'shop' }, offset });
    return offsets;
  };

  it('is a key that could not be made of a deleted row, or of no row', async () => {
    await db.query('ALTER TABLE t ADD email text NOT NULL');
    const of = (columns: string) => ({ 'message.key.columns': `public.t:${columns}` });
    const refused = { class: 'config', path: 'message.key.columns' };
    expect(await failureOf(task(of('email')))).toMatchObject({
      ...{ ...refused, code: 'POSTGRES_KEY_NOT_LOGGED' },
      hint: expect.stringContaining('ALTER TABLE public.t REPLICA IDENTITY FULL'),
    });
    expect(await failureOf(task(of('e_mail')))).toMatchObject({
      ...refused,
      code: 'POSTGRES_COLUMN_MISSING',
    });
    await db.query('ALTER TABLE t REPLICA IDENTITY FULL');
    const source = task({ ...of('email'), 'snapshot.mode': 'no_data' });
    await source.start();
    await db.query("INSERT INTO t VALUES (1, 'me'); DELETE FROM t");
    await source.pollUntil('the deletion', (records) => records.length === 2);
    await source.stop();
    await dropSlot(db, slot);
    expect(source.records.map(({ key }) => key)).toEqual([{ email: 'me' }, { email: 'me' }]);
  });

  it('is told by validate and by start with the same key', async () => {
    await db.query('CREATE TABLE bare (v int)');
    const options = sourceOptions(service, name, { 'table.include.list': 'public.bare' });
    expect(await problems(options)).toMatchObject([{ key: 'table.include.list' }]);
    expect(await failureOf(task({ 'table.include.list': 'public.bare' }))).toMatchObject({
      class: 'config',
      code: 'POSTGRES_NO_REPLICA_IDENTITY',
      path: 'table.include.list',
    });
    // Nothing was set up, so that the table's own users are not disturbed.
    expect((await db.query('SELECT FROM pg_publication')).rowCount).toBe(0);
  });

  it('is a user without the right to replicate', async () => {
    await db.query(`CREATE ROLE plain_${name} LOGIN PASSWORD 'p'`);
    await db.query(`ALTER TABLE t OWNER TO plain_${name}`);
    const options = { 'database.user': `plain_${name}`, 'database.password': 'p' };
    const found = await problems(sourceOptions(service, name, options));
    expect(found).toMatchObject([{ key: 'database.user' }, { key: 'database.user' }]);
    expect(found?.[0]?.message).toContain(`ALTER ROLE "plain_${name}" REPLICATION`);
    await db.query(`GRANT CREATE ON DATABASE ${name} TO plain_${name}`);
    expect(await failureOf(task(options))).toMatchObject({ class: 'auth', path: 'database.user' });
  });

  it('is everything that a user lacks, told at once, with the statement for each', async () => {
    await db.query('CREATE SCHEMA closed; CREATE TABLE closed.u (id int PRIMARY KEY)');
    await db.query(`CREATE ROLE guest_${name} LOGIN PASSWORD 'p'`);
    const options = { 'database.user': `guest_${name}`, 'database.password': 'p' };
    const found = (await problems(sourceOptions(service, name, options))) ?? [];
    expect(found.map(({ key }) => key)).toEqual(Array(5).fill('database.user'));
    const statements = [
      'Let the owner create the publication',
      `ALTER ROLE "guest_${name}" REPLICATION`,
      `GRANT CREATE ON DATABASE ${name}`,
      'GRANT USAGE ON SCHEMA "closed"',
      'GRANT SELECT ON "closed"."u", "public"."t"',
    ];
    const failure = await failureOf(task(options));
    for (const [index, statement] of statements.entries()) {
      expect(found[index]?.message).toContain(statement);
      expect(failure?.hint).toContain(statement);
    }
    expect(failure?.message).toContain('(5) "database.user" names');
  });

  it('is a slot of another kind', async () => {
    await db.query("SELECT pg_create_logical_replication_slot($1, 'test_decoding')", [slot]);
    expect(await failureOf(task())).toMatchObject({ class: 'config', path: 'slot.name' });
    await dropSlot(db, slot);
  });

  it('is a slot that another task reads, which is transient', async () => {
    const first = task();
    await first.start();
    await first.poll(200);
    expect(await failureOf(task())).toMatchObject({ class: 'transient' });
    await first.stop();
    await dropSlot(db, slot);
  });

  it('is a slot that is gone while an offset is stored', async () => {
    expect(await failureOf(task({}, stored({ lsn: '0/1' })))).toMatchObject({
      code: 'POSTGRES_SLOT_MISSING',
      path: 'slot.name',
    });
  });

  it('is an offset of another server, or one that nobody understands', async () => {
    await db.query("SELECT pg_create_logical_replication_slot($1, 'pgoutput')", [slot]);
    expect(await failureOf(task({}, stored({ lsn: 'FFFF/0' })))).toMatchObject({
      code: 'POSTGRES_OFFSET_AHEAD',
    });
    expect(await failureOf(task({}, stored({ position: '7' })))).toMatchObject({
      code: 'POSTGRES_OFFSET_UNKNOWN',
    });
    await dropSlot(db, slot);
  });

  it('adds a table to its publication when the list grows', async () => {
    await db.query('CREATE TABLE u (id int PRIMARY KEY)');
    const first = task({ 'table.include.list': 'public.t' });
    await first.start();
    await db.query('INSERT INTO t VALUES (1)');
    await first.pollUntil('a row', (records) => records.length === 1);
    await first.commit();
    await first.stop();
    const second = task({}, first.offsets);
    await second.start();
    await db.query('INSERT INTO u VALUES (2)');
    await second.pollUntil('a row', (records) => records.length === 1);
    expect(second.records[0]?.topic).toBe('shop.public.u');
    await second.stop();
    await dropSlot(db, slot);
  });
});

describe.skipIf(unavailable !== undefined)('a server without logical replication', () => {
  const plain = new Service({ POSTGRES_ARGS: '-c wal_level=replica' });
  beforeAll(async () => {
    await plain.start();
  });
  afterAll(() => plain.close());

  it('is refused by validate and by start', async () => {
    const { name, db } = await plain.database();
    await db.query('CREATE TABLE t (id int PRIMARY KEY)');
    const options = sourceOptions(plain, name);
    const [problem] = (await problems(options)) ?? [];
    expect(problem?.key).toBe('database.hostname');
    expect(problem?.message).toContain('wal_level');
    expect(await failureOf(new SourceHarness(postgresSource, options))).toMatchObject({
      class: 'config',
      code: 'POSTGRES_WAL_LEVEL',
    });
  });
});
