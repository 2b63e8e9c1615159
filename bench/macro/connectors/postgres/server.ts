import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { until } from '../until.ts';

const SCRIPT = fileURLToPath(new URL('../../../../../shared/services/postgres', import.meta.url));
const COLUMNS =
  'id int PRIMARY KEY, n int, name text, amount numeric(12,2), at timestamptz, doc jsonb, ok boolean';

const rowsFrom = (first: number, last: number): string =>
  `SELECT i, i % 1000, md5(i::text)::varchar(24), (i % 100000) / 100.0, timestamptz '2026-01-01' + i * interval '1 s',
     jsonb_build_object('a', i, 'b', 'xyz'), i % 2 = 0 FROM generate_series(${first}, ${last}) i`;

/** A PostgreSQL under measurement, with what it is asked to do. */
export class PostgresServer {
  readonly port: number;
  readonly #child: ChildProcess;
  #client: pg.Client | null = null;

  private constructor(child: ChildProcess, port: number) {
    this.#child = child;
    this.port = port;
  }

  static async start(): Promise<PostgresServer> {
    const child = spawn(SCRIPT, [], { stdio: ['ignore', 'pipe', 'inherit'] });
    const [url] = (await once(child.stdout, 'data')) as [Buffer];
    const server = new PostgresServer(child, Number(new URL(url.toString().trim()).port));
    server.#client = await server.connect();
    return server;
  }

  async close(): Promise<void> {
    await this.#client?.end().catch(() => undefined);
    this.#child.kill('SIGTERM');
    if (this.#child.exitCode === null) await once(this.#child, 'exit');
  }

  async connect(): Promise<pg.Client> {
    const client = new pg.Client(this.#login);
    await client.connect();
    return client;
  }

  async query(text: string): Promise<readonly Readonly<Record<string, unknown>>[]> {
    if (!this.#client) throw new Error('the server is not started');
    return (await this.#client.query(text)).rows;
  }

  /** A table with so many rows, made anew. */
  async table(name: string, rows: number): Promise<void> {
    await this.query(`DROP TABLE IF EXISTS ${name}`);
    await this.query(`CREATE TABLE ${name} (${COLUMNS})`);
    if (rows > 0) await this.query(`INSERT INTO ${name} ${rowsFrom(1, rows)}`);
    await this.query(`VACUUM ANALYZE ${name}`);
    await this.query('CHECKPOINT');
  }

  /**
   * Single-row changes in transactions of 100, made in the server; rows `from.low` + 1 to `from.high` are there before. Where they are then.
   */
  async changes(
    name: string,
    transactions: number,
    from: { readonly low: number; readonly high: number },
  ): Promise<{ readonly low: number; readonly high: number }> {
    await this.query(`DO $$ DECLARE lo int := ${from.low}; hi int := ${from.high}; BEGIN
      FOR t IN 1..${transactions} LOOP FOR k IN 0..99 LOOP
        IF k % 10 < 5 THEN hi := hi + 1; INSERT INTO ${name} VALUES (hi, hi % 1000, md5(hi::text)::varchar(24), (hi % 100000) / 100.0, now(), jsonb_build_object('a', hi, 'b', 'xyz'), true);
        ELSIF k % 10 < 8 THEN UPDATE ${name} SET n = n + 1, ok = NOT ok WHERE id = lo + 1 + (t * 37 + k) % (hi - lo - 1);
        ELSE lo := lo + 1; DELETE FROM ${name} WHERE id = lo; END IF;
      END LOOP; COMMIT; END LOOP; END $$`);
    return { low: from.low + 20 * transactions, high: from.high + 50 * transactions };
  }

  /** Until the slot is read, or is not. */
  async untilSlot(name: string, state: 'active' | 'free'): Promise<void> {
    const is = state === 'active' ? 'active' : 'NOT active';
    await until(`slot ${name} to be ${state}`, async () => {
      const rows = await this.query(
        `SELECT 1 FROM pg_replication_slots WHERE slot_name = '${name}' AND ${is}`,
      );
      return rows.length > 0;
    });
  }

  async dropSlot(name: string): Promise<void> {
    await until(`slot ${name} to be free`, async () => {
      const rows = await this.query(
        `SELECT 1 FROM pg_replication_slots WHERE slot_name = '${name}' AND active`,
      );
      return rows.length === 0;
    });
    await this.query(
      `SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE slot_name = '${name}'`,
    );
    await this.query(`DROP PUBLICATION IF EXISTS ${name}`);
  }

  /** Rows a second that COPY writes out, and that it reads. */
  async copyRates(rows: number): Promise<{ readonly out: number; readonly in: number }> {
    await this.table('copied', 0);
    const out = this.#timed('psql', ['-qc', 'COPY bench TO STDOUT'], '/dev/null');
    const file = `/tmp/bench-postgres-${process.pid}.copy`;
    this.#timed('psql', ['-qc', 'COPY bench TO STDOUT'], file);
    const into = this.#timed('psql', ['-qc', `\\copy copied FROM '${file}'`], '/dev/null');
    execFileSync('rm', ['-f', file]);
    await this.query('DROP TABLE copied');
    return { out: rows / out, in: rows / into };
  }

  /** Changes a second that `pg_recvlogical` reads with pgoutput from a backlog. */
  async recvRate(changes: number): Promise<number> {
    await this.table('received', 2000);
    await this.query('CREATE PUBLICATION received FOR TABLE received');
    await this.query("SELECT pg_create_logical_replication_slot('received', 'pgoutput')");
    await this.changes('received', changes / 100, { low: 0, high: 2000 });
    const [row] = await this.query('SELECT pg_current_wal_lsn()::text AS lsn');
    const options = ['-o', 'proto_version=1', '-o', 'publication_names=received'];
    const args = ['-d', 'postgres', '--slot=received', '--start', '--no-loop', '-f', '-', ...options];
    const seconds = this.#timed('pg_recvlogical', [...args, `--endpos=${row?.lsn}`], '/dev/null');
    await this.dropSlot('received');
    await this.query('DROP TABLE received');
    return changes / seconds;
  }

  /** Rows a second by upserts of 500 from one client. */
  async upsertRate(rows: number): Promise<number> {
    const BATCH = 500;
    await this.table('upserted', 0);
    const client = await this.connect();
    const values = Array.from(
      { length: BATCH },
      (_, row) => `(${Array.from({ length: 7 }, (_, column) => `$${row * 7 + column + 1}`).join(',')})`,
    ).join(',');
    const set = ['n', 'name', 'amount', 'at', 'doc', 'ok']
      .map((name) => `${name} = excluded.${name}`)
      .join(',');
    const text = `INSERT INTO upserted VALUES ${values} ON CONFLICT (id) DO UPDATE SET ${set}`;
    const startedMs = performance.now();
    for (let first = 1; first <= rows; first += BATCH)
      await client.query({
        name: 'upsert',
        text,
        values: Array.from({ length: BATCH }, (_, index) => first + index).flatMap((i) => [
          ...[i, i % 1000, 'abcdefghijklmnopqrstuvwx', '1.50', '2026-01-01T00:00:00Z', `{"a":${i}}`, true],
        ]),
      });
    const seconds = (performance.now() - startedMs) / 1000;
    await client.end();
    await this.query('DROP TABLE upserted');
    return rows / seconds;
  }

  get #login() {
    return {
      host: '127.0.0.1',
      port: this.port,
      user: 'postgres',
      password: 'postgres',
      database: 'postgres',
    };
  }

  /** Seconds that a program of PostgreSQL's takes. */
  #timed(program: string, args: readonly string[], output: string): number {
    const { port, password } = this.#login;
    const env = {
      ...process.env,
      ...{
        PGHOST: '127.0.0.1',
        PGPORT: String(port),
        PGUSER: 'postgres',
        PGPASSWORD: password,
        PGDATABASE: 'postgres',
      },
    };
    const startedMs = performance.now();
    execFileSync('sh', ['-c', 'out=$1; shift; exec "$@" > "$out"', 'sh', output, program, ...args], { env });
    return (performance.now() - startedMs) / 1000;
  }
}
