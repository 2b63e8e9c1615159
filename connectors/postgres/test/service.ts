import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import pg from 'pg';

const script = fileURLToPath(new URL('../../../../shared/services/postgres', import.meta.url));

/** Why no server can be started here, or null. */
export const noService = existsSync(script)
  ? null
  : 'the start scripts of the services are not beside this repository (../shared/services)';

if (noService !== null) console.warn(`connectors/postgres: acceptance tests are skipped: ${noService}`);

export interface Service {
  readonly port: number;
  /** The server's own process, for a crash. */
  readonly serverPid: number;
  /** A session in a database, closed with `close`. */
  connect(database?: string): Promise<pg.Client>;
  createDatabase(name: string): Promise<void>;
  close(): Promise<void>;
}

/** Starts a real server on a free port of the loopback. */
export async function startPostgres(env: Readonly<Record<string, string>> = {}): Promise<Service> {
  const child = spawn(script, [], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const { url, serverPid } = await firstLines(child);
  const port = Number(new URL(url).port);
  const clients: pg.Client[] = [];
  const connect = async (database = 'postgres'): Promise<pg.Client> => {
    const client = new pg.Client({ connectionString: url.replace(/\/postgres$/, `/${database}`) });
    client.on('error', () => {});
    await client.connect();
    clients.push(client);
    return client;
  };
  return {
    port,
    serverPid,
    connect,
    async createDatabase(name) {
      const client = await connect();
      await client.query(`CREATE DATABASE ${name}`);
    },
    async close() {
      for (const client of clients) await client.end().catch(() => {});
      if (child.exitCode !== null || child.signalCode !== null) return;
      const exited = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGTERM');
      await exited;
    },
  };
}

function firstLines(child: ChildProcess): Promise<{ url: string; serverPid: number }> {
  return new Promise((resolve, reject) => {
    let errors = '';
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      errors += text;
    });
    child.stdout?.setEncoding('utf8').once('data', (text: string) => {
      resolve({ url: text.trim(), serverPid: Number(/pid (\d+)/.exec(errors)?.[1]) });
    });
    child.once('exit', (code) => reject(new Error(`the server did not start (exit ${code}): ${errors}`)));
  });
}

/** Waits until `check` gives something, with a deadline. */
export async function eventually<T>(
  what: string,
  check: () => Promise<T | null | undefined | false>,
  deadlineMs = 20_000,
): Promise<T> {
  const end = performance.now() + deadlineMs;
  for (;;) {
    const value = await check();
    if (value !== null && value !== undefined && value !== false) return value;
    if (performance.now() > end) throw new Error(`did not come to be within ${deadlineMs} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}
