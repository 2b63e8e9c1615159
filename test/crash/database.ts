import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { type DatabaseServer, lsnNumber, SLOT } from './pipeline.ts';
import { AUDIT_TABLE, SCHEMA, tableDefinitions, tables } from './tables.ts';

export interface SlotState {
  readonly active: boolean;
  readonly confirmedLsn: number;
}

/** How long a server that was killed may be away, ms. */
const AWAY_MAX_MS = 120_000;
const TRY_EVERY_MS = 50;
const GONE_CODES = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE']);

/** The real server that the load is written to, with the second database beside it. */
export class Database {
  readonly server: DatabaseServer;
  readonly from = 'source';
  readonly to = 'copy';
  readonly #clients = new Set<pg.Client>();
  /** Those that answer questions, by database; one that broke is made anew. */
  readonly #asked = new Map<string, pg.Client>();
  #closed = false;

  constructor(url: string) {
    const { hostname, port, username, password } = new URL(url);
    this.server = { host: hostname, port: Number(port), user: username, password };
  }

  async prepare(): Promise<void> {
    const root = await this.connect('postgres');
    for (const name of [this.from, this.to]) await root.query(`CREATE DATABASE ${name}`);
    for (const database of [this.from, this.to]) await this.ask(database, tableDefinitions());
    // Beside what is captured.
    await this.ask(
      this.from,
      'CREATE SCHEMA load; CREATE TABLE load.journal (writer int PRIMARY KEY, serial bigint NOT NULL, id text NOT NULL)',
    );
    await this.ask(
      this.to,
      `CREATE TABLE ${SCHEMA}.${AUDIT_TABLE} (read_topic text, read_partition int, read_offset bigint)`,
    );
  }

  /** Waits for a server that was killed. */
  async connect(database: string): Promise<pg.Client> {
    const endMs = performance.now() + AWAY_MAX_MS;
    for (;;) {
      const client = new pg.Client({ ...this.server, database });
      // What is under way fails, and tells of it.
      client.on('error', () => undefined);
      try {
        await client.connect();
        this.#clients.add(client);
        client.once('end', () => this.#clients.delete(client));
        return client;
      } catch (error) {
        await client.end().catch(() => undefined);
        if (this.#closed || !this.isGone(error) || performance.now() > endMs) throw error;
        await delay(TRY_EVERY_MS);
      }
    }
  }

  /** Whether it failed because the server went away, or is not back yet. */
  isGone(error: unknown): boolean {
    // Of class 57: ended by an administrator, after a crash, or still starting.
    if (error instanceof pg.DatabaseError) return error.code?.startsWith('57P') ?? false;
    const { code, message } = error as NodeJS.ErrnoException;
    return GONE_CODES.has(code ?? '') || /Connection terminated|not queryable/.test(message);
  }

  /** Rows of a query that changes nothing, or that is run before anything is killed; asked again where the server went away. */
  async ask(
    database: string,
    text: string,
    values: readonly unknown[] = [],
  ): Promise<readonly Readonly<Record<string, unknown>>[]> {
    for (;;) {
      let client = this.#asked.get(database);
      if (!client) {
        client = await this.connect(database);
        this.#asked.set(database, client);
      }
      try {
        return (await client.query(text, [...values])).rows;
      } catch (error) {
        if (this.#closed || !this.isGone(error)) throw error;
        this.#asked.delete(database);
      }
    }
  }

  async slot(): Promise<SlotState> {
    const text =
      'SELECT active, confirmed_flush_lsn::text AS lsn FROM pg_replication_slots WHERE slot_name = $1';
    const [row] = await this.ask(this.from, text, [SLOT]);
    return { active: row?.active === true, confirmedLsn: row?.lsn ? lsnNumber(String(row.lsn)) : 0 };
  }

  async currentLsn(): Promise<number> {
    const [row] = await this.ask(this.from, 'SELECT pg_current_wal_lsn()::text AS lsn');
    return lsnNumber(String(row?.lsn));
  }

  /** What differs between the two databases, row by row; empty where nothing does. */
  async differences(
    examplesMax: number,
  ): Promise<{ readonly rows: number; readonly differences: readonly string[] }> {
    const differences: string[] = [];
    let count = 0;
    for (const { name, key } of tables) {
      const text = `SELECT concat_ws('/', ${key.join(', ')}) AS key, md5(t::text) AS hash FROM ${SCHEMA}.${name} AS t`;
      const rows = async (database: string) =>
        new Map((await this.ask(database, text)).map((row) => [String(row.key), String(row.hash)]));
      const from = await rows(this.from);
      const to = await rows(this.to);
      count += from.size;
      for (const [id, hash] of from) {
        if (to.get(id) !== hash) differences.push(`${name} ${id} ${to.has(id) ? 'differs' : 'is missing'}`);
        to.delete(id);
      }
      for (const id of to.keys()) if (!from.has(id)) differences.push(`${name} ${id} should be gone`);
    }
    const more = differences.length - examplesMax;
    return {
      rows: count,
      differences: more > 0 ? [...differences.slice(0, examplesMax), `${more} more`] : differences,
    };
  }

  /** Rows of the audit, and how many of them are of different records. */
  async audited(): Promise<{ readonly rows: number; readonly distinct: number }> {
    const [row] = await this.ask(
      this.to,
      `SELECT count(*)::int AS rows, count(DISTINCT (read_topic, read_partition, read_offset))::int AS distinct FROM ${SCHEMA}.${AUDIT_TABLE}`,
    );
    return { rows: Number(row?.rows), distinct: Number(row?.distinct) };
  }

  /** Whoever still waits for the server fails. */
  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all([...this.#clients].map((client) => client.end().catch(() => undefined)));
  }
}
