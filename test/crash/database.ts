import pg from 'pg';
import { type DatabaseServer, lsnNumber, SLOT } from './pipeline.ts';
import { AUDIT_TABLE, SCHEMA, tableDefinitions, tables } from './tables.ts';

export interface SlotState {
  readonly active: boolean;
  readonly confirmedLsn: number;
}

/** The real server that the load is written to, with the second database beside it. */
export class Database {
  readonly server: DatabaseServer;
  readonly from = 'source';
  readonly to = 'copy';
  readonly #clients: pg.Client[] = [];
  #watch: pg.Client | null = null;
  #copy: pg.Client | null = null;

  constructor(url: string) {
    const { hostname, port, username, password } = new URL(url);
    this.server = { host: hostname, port: Number(port), user: username, password };
  }

  async prepare(): Promise<void> {
    const root = await this.connect('postgres');
    for (const name of [this.from, this.to]) await root.query(`CREATE DATABASE ${name}`);
    this.#watch = await this.connect(this.from);
    this.#copy = await this.connect(this.to);
    for (const client of [this.#watch, this.#copy]) await client.query(tableDefinitions());
    await this.#copy.query(
      `CREATE TABLE ${SCHEMA}.${AUDIT_TABLE} (read_topic text, read_partition int, read_offset bigint)`,
    );
  }

  async connect(database: string): Promise<pg.Client> {
    const client = new pg.Client({ ...this.server, database });
    await client.connect();
    this.#clients.push(client);
    return client;
  }

  async slot(): Promise<SlotState> {
    const { rows } = await this.#on(this.#watch).query(
      'SELECT active, confirmed_flush_lsn AS lsn FROM pg_replication_slots WHERE slot_name = $1',
      [SLOT],
    );
    const [row] = rows;
    return { active: row?.active ?? false, confirmedLsn: row?.lsn ? lsnNumber(row.lsn) : 0 };
  }

  async currentLsn(): Promise<number> {
    const { rows } = await this.#on(this.#watch).query('SELECT pg_current_wal_lsn() AS lsn');
    return lsnNumber(rows[0].lsn);
  }

  /** What differs between the two databases, row by row; empty where nothing does. */
  async differences(
    examplesMax: number,
  ): Promise<{ readonly rows: number; readonly differences: readonly string[] }> {
    const differences: string[] = [];
    let count = 0;
    for (const { name, key } of tables) {
      const text = `SELECT concat_ws('/', ${key.join(', ')}) AS key, md5(t::text) AS hash FROM ${SCHEMA}.${name} AS t`;
      const rows = async (client: pg.Client | null) =>
        new Map<string, string>(
          (await this.#on(client).query(text)).rows.map(({ key: id, hash }) => [id, hash]),
        );
      const from = await rows(this.#watch);
      const to = await rows(this.#copy);
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
    const { rows } = await this.#on(this.#copy).query(
      `SELECT count(*)::int AS rows, count(DISTINCT (read_topic, read_partition, read_offset))::int AS distinct FROM ${SCHEMA}.${AUDIT_TABLE}`,
    );
    return rows[0];
  }

  async close(): Promise<void> {
    await Promise.all(this.#clients.map((client) => client.end()));
  }

  #on(client: pg.Client | null): pg.Client {
    if (!client) throw new Error('the databases are not prepared');
    return client;
  }
}
