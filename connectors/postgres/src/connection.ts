import { readFile } from 'node:fs/promises';
import type { ConnectionOptions } from 'node:tls';
import { MillraceError } from '@millrace/sdk';
import pg from 'pg';
import { type ConnectionKeys, isQueryTimeout, toPostgresError } from './errors.ts';

export const sslModes = ['disable', 'prefer', 'require', 'verify-ca', 'verify-full'] as const;

/** Where and how to log in, whichever config keys it came from. */
export interface ConnectionSettings {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string | null;
  readonly database: string;
  /** One of `sslModes`. */
  readonly sslmode: string;
  /** Files in PEM form. */
  readonly sslrootcert: string | null;
  readonly sslcert: string | null;
  readonly sslkey: string | null;
  /** Where tables without schema are looked for and made, as `search_path` has it; null: as the server says. */
  readonly searchPath: string | null;
  readonly connectTimeoutMs: number;
  readonly queryTimeoutMs: number;
  readonly keys: ConnectionKeys;
}

/** What text the server writes and for how long a session may stay idle; the first part is what `type-map.ts` reads. */
const sessionSettings: Readonly<Record<string, string>> = {
  DateStyle: 'ISO, YMD',
  IntervalStyle: 'iso_8601',
  TimeZone: 'UTC',
  extra_float_digits: '3',
  bytea_output: 'hex',
  lc_monetary: 'C',
  // A slow pipeline may hold a snapshot's transaction, and a stream its connection, for as long as it needs.
  idle_in_transaction_session_timeout: '0',
  idle_session_timeout: '0',
  transaction_timeout: '0',
};

/** What the server has beyond its own limit to answer, ms, before a statement is given up here. */
const ANSWER_MARGIN_MS = 2_000;
const TIMER_MAX_MS = 0x7fffffff;

/** Leaves every value as the server wrote it: one parser, in `type-map.ts`, serves snapshot and stream. */
const rawText = { getTypeParser: () => (text: string) => text } as unknown as pg.CustomTypesConfig;

/**
 * Opens a session.
 *
 * @param purpose `replication` allows replication commands beside simple queries
 * @throws {MillraceError} class transient, auth or config, with the key at fault as its path
 */
export async function connect(
  settings: ConnectionSettings,
  purpose: 'query' | 'replication' = 'query',
): Promise<pg.Client> {
  try {
    return await connectWithTls(settings, purpose);
  } catch (error) {
    throw toPostgresError(
      error,
      `Connecting to PostgreSQL at ${settings.host}:${settings.port}`,
      settings.keys,
    );
  }
}

async function connectWithTls(settings: ConnectionSettings, purpose: string): Promise<pg.Client> {
  const tls = await tlsOptions(settings);
  try {
    return await openSession(settings, purpose, tls);
  } catch (error) {
    const plainServer = error instanceof Error && error.message.includes('does not support SSL');
    if (settings.sslmode === 'prefer' && plainServer) return await openSession(settings, purpose, false);
    throw error;
  }
}

async function openSession(
  settings: ConnectionSettings,
  purpose: string,
  ssl: ConnectionOptions | false,
): Promise<pg.Client> {
  const client = new pg.Client({
    host: settings.host,
    port: settings.port,
    user: settings.user,
    // Null would make the driver look for a password of its own in the environment and in files.
    password: settings.password ?? '',
    database: settings.database,
    ssl,
    connectionTimeoutMillis: settings.connectTimeoutMs,
    application_name: 'millrace',
    keepAlive: true,
    types: rawText,
    // The server's own limit says nothing where the server is gone without a word.
    ...(purpose === 'query' &&
      settings.queryTimeoutMs > 0 && {
        query_timeout: Math.min(TIMER_MAX_MS, settings.queryTimeoutMs + ANSWER_MARGIN_MS),
      }),
    ...(purpose === 'replication' && { replication: 'database' }),
  } as pg.ClientConfig);
  // A connection that breaks also fails the query under way, which is where it is handled.
  client.on('error', () => {});
  try {
    await client.connect();
    const wanted = {
      ...sessionSettings,
      statement_timeout: String(settings.queryTimeoutMs),
      ...(settings.searchPath !== null && { search_path: settings.searchPath }),
    };
    const rows = Object.entries(wanted).map(([name, value]) => `('${name}', ${quoteLiteral(value)})`);
    // Not SET: servers of other versions do not know every one of them.
    await client.query(
      `SELECT set_config(s.name, v.value, false) FROM (VALUES ${rows.join(', ')}) v(name, value) JOIN pg_settings s ON lower(s.name) = lower(v.name)`,
    );
    return client;
  } catch (error) {
    disconnect(client);
    throw error;
  }
}

async function tlsOptions(settings: ConnectionSettings): Promise<ConnectionOptions | false> {
  if (settings.sslmode === 'disable') return false;
  const [ca, cert, key] = await Promise.all([
    pemFile('database.sslrootcert', settings.sslrootcert),
    pemFile('database.sslcert', settings.sslcert),
    pemFile('database.sslkey', settings.sslkey),
  ]);
  const verify = settings.sslmode === 'verify-ca' || settings.sslmode === 'verify-full';
  return {
    rejectUnauthorized: verify,
    ...(ca && { ca }),
    ...(cert && { cert }),
    ...(key && { key }),
    ...(settings.sslmode === 'verify-ca' && { checkServerIdentity: () => undefined }),
  };
}

async function pemFile(key: string, file: string | null): Promise<Buffer | null> {
  if (!file) return null;
  try {
    return await readFile(file);
  } catch (cause) {
    throw new MillraceError(`The file ${file} of "${key}" can’t be read.`, {
      code: 'POSTGRES_TLS_FILE',
      class: 'config',
      path: key,
      hint: 'Name a file that the worker may read.',
      cause,
    });
  }
}

/** Cuts a connection whose query had no answer in time: everything behind it would wait as long. */
export function disconnectIfSilent(client: pg.Client, error: unknown): void {
  if (isQueryTimeout(error)) disconnect(client);
}

/** Cuts the connection at once; a query under way fails. */
export function disconnect(client: pg.Client): void {
  client.connection.stream.destroy();
}

/** A connection that is made when it is first needed, and again after it broke, unless that is ruled out. */
export class Session {
  readonly settings: ConnectionSettings;
  readonly #reconnects: boolean;
  #client: pg.Client | null = null;
  /** Ends when the statements that were asked for are through: one goes after the other. */
  #turn: Promise<unknown> = Promise.resolve();
  /** Counts closings: what was asked for before one must not connect anew. */
  #closings = 0;

  constructor(settings: ConnectionSettings, reconnects = true) {
    this.settings = settings;
    this.#reconnects = reconnects;
  }

  async client(): Promise<pg.Client> {
    if (this.#client) return this.#client;
    const client = await connect(this.settings);
    client.once('end', () => {
      if (this.#reconnects && this.#client === client) this.#client = null;
    });
    this.#client = client;
    return client;
  }

  /** Runs one statement. @throws {MillraceError} as `toPostgresError` classifies it, with `doing` in its message */
  query(text: string, values: readonly unknown[], doing: string): Promise<readonly Row[]> {
    const closings = this.#closings;
    const answer = this.#turn.then(() => {
      if (this.#closings === closings) return this.#query(text, values, doing);
      throw toPostgresError(new Error('the connection was closed'), doing, this.settings.keys);
    });
    this.#turn = answer.catch(() => undefined);
    return answer;
  }

  async #query(text: string, values: readonly unknown[], doing: string): Promise<readonly Row[]> {
    const client = await this.client();
    try {
      const result = await client.query<Row>(text, [...values]);
      return result.rows;
    } catch (error) {
      disconnectIfSilent(client, error);
      throw toPostgresError(error, doing, this.settings.keys);
    }
  }

  /** Cuts the connection; a query under way fails. */
  close(): void {
    this.#closings++;
    if (this.#client) disconnect(this.#client);
    this.#client = null;
  }
}

/** Work with a session of its own, which is closed behind it, and cut when the signal aborts. */
export async function withSession<T>(
  settings: ConnectionSettings,
  signal: AbortSignal,
  work: (session: Session) => Promise<T>,
): Promise<T> {
  const session = new Session(settings);
  const abort = () => session.close();
  signal.addEventListener('abort', abort);
  try {
    return await work(session);
  } finally {
    signal.removeEventListener('abort', abort);
    session.close();
  }
}

/** A row as the server wrote it: every value is text. */
export type Row = Readonly<Record<string, string | null>>;

export const quoteIdent = pg.escapeIdentifier;
export const quoteLiteral = pg.escapeLiteral;
