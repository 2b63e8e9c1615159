import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';

const script = fileURLToPath(new URL('../../../../shared/services/postgres', import.meta.url));

/** Why no server can be started here; undefined where one can. */
export const unavailable = existsSync(script)
  ? undefined
  : 'the start scripts of the services are not beside this repository (../shared/services)';

/** A real server on a port of the loopback, with a folder that outlives its restarts. */
export class Service {
  port = 0;
  readonly #env: Readonly<Record<string, string>>;
  #data = '';
  #child: ChildProcess | null = null;
  #clients: pg.Client[] = [];

  constructor(env: Readonly<Record<string, string>> = {}) {
    this.#env = env;
  }

  /** On the port it had before, where it ran before. */
  async start(): Promise<this> {
    if (this.#data === '') {
      this.#data = mkdtempSync(join(tmpdir(), 'millrace-postgres-'));
      // The server runs as another user.
      chmodSync(this.#data, 0o755);
    }
    const child = spawn(script, this.port === 0 ? [] : [String(this.port)], {
      env: { ...process.env, ...this.#env, SERVICE_DATA: this.#data },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#child = child;
    this.port = Number(new URL(await urlOf(child)).port);
    return this;
  }

  /** Starts it again as a standby that follows nobody: it shows what it has, and takes no writes. */
  async becomeStandby(): Promise<void> {
    await this.halt();
    const signal = join(this.#data, 'pg', 'standby.signal');
    writeFileSync(signal, '');
    // The server runs as another user.
    chmodSync(signal, 0o666);
    await this.start();
  }

  async halt(): Promise<void> {
    const child = this.#child;
    for (const client of this.#clients.splice(0)) await client.end().catch(() => {});
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const exited = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGTERM');
    await exited;
  }

  async close(): Promise<void> {
    await this.halt();
    if (this.#data !== '') rmSync(this.#data, { recursive: true, force: true });
  }

  async connect(database = 'postgres'): Promise<pg.Client> {
    const client = new pg.Client({
      host: '127.0.0.1',
      port: this.port,
      user: 'postgres',
      password: 'postgres',
      database,
    });
    // Restarts of the server break it; the next query says so.
    client.on('error', () => {});
    await client.connect();
    this.#clients.push(client);
    return client;
  }

  /** A database of its own, with a session in it. */
  async database(): Promise<{ readonly name: string; readonly db: pg.Client }> {
    const name = `db_${process.pid}_${databases++}`;
    const admin = await this.connect();
    await admin.query(`CREATE DATABASE ${name}`);
    await admin.end();
    return { name, db: await this.connect(name) };
  }
}

let databases = 0;

function urlOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let errors = '';
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      errors += text;
    });
    child.stdout?.setEncoding('utf8').once('data', (text: string) => resolve(text.trim()));
    child.once('exit', (code) => reject(new Error(`the server did not start (exit ${code}): ${errors}`)));
  });
}

/** Ends the session that reads from a slot, and waits until the server has let go of it. */
export async function severSlot(db: pg.Client, slot: string): Promise<void> {
  for (;;) {
    const { rowCount } = await db.query(
      'SELECT pg_terminate_backend(active_pid) FROM pg_replication_slots WHERE slot_name = $1 AND active',
      [slot],
    );
    if (rowCount === 0) return;
  }
}

export async function dropSlot(db: pg.Client, slot: string): Promise<void> {
  await severSlot(db, slot);
  await db.query(
    'SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE slot_name = $1',
    [slot],
  );
}
