import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { MongoClient } from 'mongodb';

const script = fileURLToPath(new URL('../../../../shared/services/mongodb', import.meta.url));

/** Why no server can be started here; undefined where one can. */
export const unavailable = existsSync(script)
  ? undefined
  : 'the start scripts of the services are not beside this repository (../shared/services)';

let databases = 0;

/** A real server, a replica set of one, on a port of the loopback, with a folder that outlives its restarts. */
export class Service {
  port = 0;
  readonly #env: Readonly<Record<string, string>>;
  #data = '';
  #child: ChildProcess | null = null;
  /** The server's own. */
  #pid = 0;
  #clients: MongoClient[] = [];

  constructor(env: Readonly<Record<string, string>> = {}) {
    this.#env = env;
  }

  get uri(): string {
    return `mongodb://127.0.0.1:${this.port}/?replicaSet=rs0&serverSelectionTimeoutMS=3000`;
  }

  /** On the port it had before, where it ran before. */
  async start(): Promise<this> {
    if (this.#data === '') this.#data = mkdtempSync(join(tmpdir(), 'millrace-mongodb-'));
    const child = spawn(script, this.port === 0 ? [] : [String(this.port)], {
      env: { ...process.env, ...this.#env, SERVICE_DATA: this.#data },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#child = child;
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#pid = Number(/ pid (\d+)/.exec(text)?.[1] ?? this.#pid);
    });
    this.port = Number(/:(\d+)\/?/.exec((await urlOf(child)).replace(/^mongodb:\/\/[^@]*@/, ''))?.[1]);
    return this;
  }

  halt(): Promise<void> {
    return this.#end((child) => child.kill('SIGTERM'));
  }

  /** As a crash of the server does. */
  kill(): Promise<void> {
    return this.#end(() => process.kill(this.#pid, 'SIGKILL'));
  }

  async #end(how: (child: ChildProcess) => void): Promise<void> {
    const child = this.#child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const exited = new Promise((resolve) => child.once('exit', resolve));
    how(child);
    await exited;
  }

  async close(): Promise<void> {
    for (const client of this.#clients.splice(0)) await client.close().catch(() => {});
    await this.halt();
    if (this.#data !== '') rmSync(this.#data, { recursive: true, force: true });
  }

  /** A client that waits out restarts of the server; closed with the service. */
  async client(): Promise<MongoClient> {
    const client = new MongoClient(this.uri.replace('=3000', '=30000'));
    this.#clients.push(client);
    return await client.connect();
  }

  /** Work with a client that is gone afterwards, with all its sockets. */
  async use<T>(work: (client: MongoClient) => Promise<T>, uri = this.uri): Promise<T> {
    const client = new MongoClient(uri.replace('=3000', '=30000'));
    try {
      return await work(await client.connect());
    } finally {
      await client.close();
    }
  }

  /** A name for a database of its own. */
  database(): string {
    return `t${process.pid}_${++databases}`;
  }
}

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
