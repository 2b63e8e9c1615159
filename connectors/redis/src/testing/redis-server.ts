import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Redis } from 'ioredis';

const script = fileURLToPath(new URL('../../../../../shared/services/redis', import.meta.url));

/** Why no server can be started here; undefined where one can. */
export const unavailable = existsSync(script)
  ? undefined
  : 'the start scripts of the services are not beside this repository (../shared/services)';

/** A real server on a port of the loopback, with a folder that outlives its restarts. */
export class RedisServer {
  port = 0;
  readonly #args: string;
  #data = '';
  #child: ChildProcess | null = null;
  /** The server's own. */
  #pid = 0;
  #names = 0;

  /** @param args further arguments of the server, such as `--maxmemory 20mb` */
  constructor(args = '') {
    this.#args = args;
  }

  get uri(): string {
    return `redis://127.0.0.1:${this.port}`;
  }

  /** On the port it had before, where it ran before, with all that was written. */
  async start(): Promise<this> {
    if (this.#data === '') this.#data = mkdtempSync(join(tmpdir(), 'millrace-redis-'));
    const child = spawn(script, this.port === 0 ? [] : [String(this.port)], {
      env: {
        ...process.env,
        SERVICE_DATA: this.#data,
        REDIS_ARGS: `--appendonly yes --appendfsync always ${this.#args}`,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#child = child;
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#pid = Number(/ pid (\d+)/.exec(text)?.[1] ?? this.#pid);
    });
    this.port = Number(new URL(await urlOf(child)).port);
    return this;
  }

  halt(): Promise<void> {
    return this.#end((child) => child.kill('SIGTERM'));
  }

  /** As a crash of the server does. */
  kill(): Promise<void> {
    return this.#end(() => process.kill(this.#pid, 'SIGKILL'));
  }

  /** It answers nobody from now on, and keeps all connections. */
  freeze(): void {
    process.kill(this.#pid, 'SIGSTOP');
  }

  thaw(): void {
    process.kill(this.#pid, 'SIGCONT');
  }

  async #end(how: (child: ChildProcess) => void): Promise<void> {
    const child = this.#child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const exited = new Promise((resolve) => child.once('exit', resolve));
    how(child);
    await exited;
  }

  async close(): Promise<void> {
    await this.halt();
    if (this.#data !== '') rmSync(this.#data, { recursive: true, force: true });
  }

  /** Work with a client that is gone afterwards, with its socket. */
  async use<T>(work: (client: Redis) => Promise<T>): Promise<T> {
    const client = new Redis(this.uri, {
      lazyConnect: true,
      maxRetriesPerRequest: null,
      retryStrategy: (times) => (times > 50 ? null : 100),
    });
    client.on('error', () => undefined);
    try {
      await client.connect().catch(() => undefined);
      return await work(client);
    } finally {
      client.disconnect();
    }
  }

  /** Ends all connections with this name, as the death of their process does. */
  async cut(name = 'millrace'): Promise<void> {
    await this.use(async (client) => {
      const list = String(await client.client('LIST'));
      for (const line of list.split('\n')) {
        const id = /^id=(\d+) /.exec(line)?.[1];
        if (id && line.includes(` name=${name} `)) await client.client('KILL', 'ID', id);
      }
    });
  }

  /** A name that no other test has. */
  name(): string {
    return `t${process.pid}_${++this.#names}`;
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
