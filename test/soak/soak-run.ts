import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { DevProcess } from '../crash/dev-process.ts';
import { descendantsOf } from '../crash/process-tree.ts';
import { freePort, startService } from '../support/index.ts';
import { type Sample, slopeOf } from './trend.ts';

export interface SoakOptions {
  readonly minutes: number;
  readonly say: (line: string) => void;
}

export interface SoakReport {
  readonly seconds: number;
  readonly rowChanges: number;
  readonly rows: number;
  /** Of the process and its task hosts, in the middle of the samples that count. */
  readonly memoryMiB: number;
  /** What the slope comes to over the time that counts. */
  readonly growthMiB: number;
  readonly growthBoundMiB: number;
  /** Most that each slot was behind the end of the log. */
  readonly lagMiB: { readonly busy: number; readonly quiet: number };
  readonly catchUpSeconds: number;
  readonly violations: readonly string[];
}

const BATCHES_PER_SECOND = 10;
/** Row changes of one batch: as many insertions, updates and deletions, so that the tables stay as large as they are. */
const BATCH_CHANGES = 60;
const INITIAL_ROWS = 5_000;
const LOOK_MS = 1_000;
const PROGRESS_MS = 15_000;
/** The first part of a run is for heaps and caches to come to their size. */
const WARM_UP_SHARE = 0.4;
const LAG_BOUND_MIB = 64;
/** Over the time that counts, however long that is: a leak of a few bytes a record is more than that in half an hour. */
const GROWTH_BOUND_SHARE = 0.15;
/** A run of a minute sees heaps that still grow to their size. */
const GROWTH_BOUND_SHARE_SHORT = 0.3;
const SHORT_MINUTES = 5;
const CATCH_UP_MS = 120_000;
const MIB = 1024 * 1024;

const TABLES = `CREATE TABLE busy (id bigint PRIMARY KEY, n int NOT NULL, v text, at timestamptz, amount numeric(12,2));
  CREATE TABLE quiet (id bigint PRIMARY KEY, v text); CREATE TABLE noise (v text)`;

/** One batch, made in the server, so that the client's round trips do not take the processor from what is looked at. */
const BATCH = `WITH top AS (SELECT max(id) AS id FROM busy),
  made AS (INSERT INTO busy SELECT top.id + i, 0, repeat(md5(i::text), 8), now(), i / 100.0 FROM top, generate_series(1, ${BATCH_CHANGES / 3}) i RETURNING 1),
  changed AS (UPDATE busy SET n = n + 1 WHERE id IN (SELECT id FROM busy ORDER BY id DESC OFFSET 500 LIMIT ${BATCH_CHANGES / 3}) RETURNING 1),
  gone AS (DELETE FROM busy WHERE id IN (SELECT id FROM busy ORDER BY id LIMIT ${BATCH_CHANGES / 3}) RETURNING 1),
  noisy AS (INSERT INTO noise SELECT repeat('x', 400) FROM generate_series(1, 20) RETURNING 1)
  SELECT (SELECT count(*) FROM made) + (SELECT count(*) FROM changed) + (SELECT count(*) FROM gone) AS changes`;

/**
 * A busy table and a quiet one of a real PostgreSQL, each by a source of its own through the log and back into PostgreSQL, for so many
 * minutes: memory must not grow, no slot may fall behind, and in the end both sides are equal.
 * @throws {Error} where something never comes
 */
export async function runSoak(options: SoakOptions): Promise<SoakReport> {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-soak-'));
  mkdirSync(join(folder, 'data'));
  const service = await startService('postgres');
  const ports = { kafkaPort: await freePort(), httpPort: await freePort() };
  const dev = new DevProcess({
    dataDir: join(folder, 'data'),
    ...ports,
    logFile: join(folder, 'millrace.log'),
  });
  const run = new SoakRun(options, service.url, `http://127.0.0.1:${ports.httpPort}`);
  try {
    await dev.ready();
    return await run.run();
  } catch (error) {
    throw new Error(`${(error as Error).message}\n${dev.printed}`, { cause: error });
  } finally {
    await run.end();
    await dev.close();
    await service.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

class SoakRun {
  readonly #options: SoakOptions;
  readonly #url: URL;
  readonly #rest: string;
  readonly #clients: pg.Client[] = [];
  readonly #memory: Sample[] = [];
  readonly #lag = { busy: 0, quiet: 0 };
  #rowChanges = 0;
  #quietRows = 0;

  constructor(options: SoakOptions, url: string, rest: string) {
    this.#options = options;
    this.#url = new URL(url);
    this.#rest = rest;
  }

  async run(): Promise<SoakReport> {
    const { minutes, say } = this.#options;
    const root = await this.#connect('postgres');
    for (const name of ['shop', 'copy']) await root.query(`CREATE DATABASE ${name}`);
    const [shop, copy] = [await this.#connect('shop'), await this.#connect('copy')];
    for (const client of [shop, copy]) await client.query(TABLES);
    await shop.query(
      `INSERT INTO busy SELECT i, 0, 'first', now(), 0 FROM generate_series(1, ${INITIAL_ROWS}) i`,
    );
    await this.#createConnectors();
    await this.#slots(shop);
    const startedMs = performance.now();
    const seconds = () => (performance.now() - startedMs) / 1000;
    const writing = this.#write(minutes * 60, seconds);
    let saidMs = 0;
    while (seconds() < minutes * 60) {
      await this.#look(shop, seconds());
      if (performance.now() - saidMs > PROGRESS_MS) {
        saidMs = performance.now();
        say(
          `${seconds().toFixed(0)} s: ${this.#rowChanges} row changes, ${this.#memory.at(-1)?.value.toFixed(0)} MiB, slots behind by ${mib(this.#lag.busy)} and ${mib(this.#lag.quiet)} MiB at most`,
        );
      }
      await delay(LOOK_MS);
    }
    await writing;
    const endedMs = performance.now();
    const rows = await this.#equal(shop, copy);
    return this.#report(seconds(), rows, (performance.now() - endedMs) / 1000);
  }

  async end(): Promise<void> {
    for (const client of this.#clients) await client.end().catch(() => undefined);
  }

  #report(seconds: number, rows: number | string, catchUpSeconds: number): SoakReport {
    const counted = this.#memory.filter((one) => one.seconds > this.#options.minutes * 60 * WARM_UP_SHARE);
    const sorted = counted.map(({ value }) => value).sort((a, b) => a - b);
    const memoryMiB = sorted[Math.floor(sorted.length / 2)] ?? 0;
    const spanSeconds = (counted.at(-1)?.seconds ?? 0) - (counted[0]?.seconds ?? 0);
    const growthMiB = slopeOf(counted) * spanSeconds;
    const isShort = this.#options.minutes < SHORT_MINUTES;
    const growthBoundMiB = memoryMiB * (isShort ? GROWTH_BOUND_SHARE_SHORT : GROWTH_BOUND_SHARE);
    const lagMiB = { busy: this.#lag.busy / MIB, quiet: this.#lag.quiet / MIB };
    const violations = [
      ...(growthMiB > growthBoundMiB
        ? [`memory grew by ${growthMiB.toFixed(0)} MiB, more than ${growthBoundMiB.toFixed(0)}`]
        : []),
      ...Object.entries(lagMiB).flatMap(([name, lag]) =>
        lag > LAG_BOUND_MIB ? [`the slot of the ${name} table was ${lag.toFixed(0)} MiB behind`] : [],
      ),
      ...(typeof rows === 'string' ? [rows] : []),
      ...(counted.length < 2 ? ['memory was not looked at'] : []),
    ];
    return {
      ...{ seconds, memoryMiB, growthMiB, growthBoundMiB, lagMiB, catchUpSeconds, violations },
      rowChanges: this.#rowChanges,
      rows: typeof rows === 'number' ? rows : 0,
    };
  }

  async #write(forSeconds: number, seconds: () => number): Promise<void> {
    const client = await this.#connect('shop');
    for (let batch = 0; seconds() < forSeconds; batch++) {
      const { rows } = await client.query(BATCH);
      this.#rowChanges += Number(rows[0].changes);
      // The quiet table gets a row now and then, so that it is seen to be alive.
      if (batch % (BATCHES_PER_SECOND * 30) === 0)
        await client.query('INSERT INTO quiet VALUES ($1, $2)', [++this.#quietRows, 'still here']);
      if (batch % (BATCHES_PER_SECOND * 60) === 0) await client.query('TRUNCATE noise');
      const aheadMs = ((batch + 1) / BATCHES_PER_SECOND - seconds()) * 1000;
      if (aheadMs > 0) await delay(aheadMs);
    }
  }

  async #look(shop: pg.Client, seconds: number): Promise<void> {
    const { rows } = await shop.query(
      `SELECT slot_name AS name, pg_wal_lsn_diff(pg_current_wal_lsn(), confirmed_flush_lsn) AS behind FROM pg_replication_slots`,
    );
    for (const { name, behind } of rows) {
      const which = String(name).includes('busy') ? 'busy' : 'quiet';
      this.#lag[which] = Math.max(this.#lag[which], Number(behind));
    }
    this.#memory.push({ seconds, value: memoryMiB() });
  }

  /** Until both sinks have written what is in the tables; the count of rows, or what differs. */
  async #equal(shop: pg.Client, copy: pg.Client): Promise<number | string> {
    const sum = (table: string) =>
      `SELECT count(*)::int AS rows, coalesce(md5(string_agg(t::text, ',' ORDER BY id)), '') AS sum FROM ${table} t`;
    const deadlineMs = performance.now() + CATCH_UP_MS;
    for (;;) {
      let [count, equal] = [0, true];
      for (const table of ['busy', 'quiet']) {
        const [from] = (await shop.query(sum(table))).rows;
        const [to] = (await copy.query(sum(table))).rows;
        count += from.rows;
        equal &&= from.sum === to.sum;
      }
      if (equal) return count;
      if (performance.now() > deadlineMs)
        return `the tables differed ${CATCH_UP_MS / 1000} s after the last change`;
      await delay(LOOK_MS);
    }
  }

  async #createConnectors(): Promise<void> {
    const { hostname, port, username, password } = this.#url;
    const login = {
      'database.hostname': hostname,
      'database.port': port,
      'database.user': username,
      'database.password': password,
    };
    for (const table of ['busy', 'quiet']) {
      await this.#create(`from_${table}`, {
        'connector.class': 'PostgresSource',
        ...login,
        'database.dbname': 'shop',
        'topic.prefix': table,
        'table.include.list': `public.${table}`,
        // As with long uptimes: many heartbeats in little time.
        'heartbeat.interval.ms': '1000',
      });
      await this.#create(`to_${table}`, {
        'connector.class': 'PostgresSink',
        ...login,
        topics: `${table}.public.${table}`,
        'database.dbname': 'copy',
        'table.name.format': table,
      });
    }
  }

  async #create(name: string, config: Readonly<Record<string, string>>): Promise<void> {
    const answer = await fetch(`${this.#rest}/connectors/${name}/config`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ 'tasks.max': '1', ...config }),
    });
    if (!answer.ok) throw new Error(`creating ${name}: ${answer.status} ${await answer.text()}`);
  }

  /** Until both sources stream. */
  async #slots(shop: pg.Client): Promise<void> {
    const deadlineMs = performance.now() + CATCH_UP_MS;
    for (;;) {
      const { rows } = await shop.query(
        'SELECT count(*)::int AS active FROM pg_replication_slots WHERE active',
      );
      if (rows[0].active === 2) return;
      if (performance.now() > deadlineMs) throw new Error('the sources do not stream');
      await delay(LOOK_MS);
    }
  }

  async #connect(database: string): Promise<pg.Client> {
    const { hostname, port, username, password } = this.#url;
    const client = new pg.Client({ host: hostname, port: Number(port), user: username, password, database });
    await client.connect();
    this.#clients.push(client);
    return client;
  }
}

const mib = (bytes: number): string => (bytes / MIB).toFixed(1);

/** What the processes below this one hold that are Node's, shared pages divided among them. */
function memoryMiB(): number {
  let kib = 0;
  for (const pid of descendantsOf(process.pid)) {
    try {
      if (!readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('node')) continue;
      kib += Number(/^Pss:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))?.[1] ?? 0);
    } catch {
      // It has ended.
    }
  }
  return kib / 1024;
}
