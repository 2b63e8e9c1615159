import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client } from '@elastic/elasticsearch';
import { eventually } from '@millrace/sdk/testing';

const script = fileURLToPath(new URL('../../../../shared/services/elasticsearch', import.meta.url));

/** Why no server can be started here; undefined where one can. */
export const unavailable = existsSync(script)
  ? undefined
  : 'the start scripts of the services are not beside this repository (../shared/services)';

/** How long a start may take on a slow machine, ms. */
export const START_MS = 300_000;
const PASSWORD = 'a secret of tests';
/** Who has only the rights that a test grants. */
export const CLERK = { username: 'clerk', password: 'a password of tests' };
const CLERK_ROLE = 'clerk';
const AS_CLERK = `Basic ${Buffer.from(`${CLERK.username}:${CLERK.password}`).toString('base64')}`;
/** How soon the server sees files of users and roles that have changed. */
const RELOAD = 'resource.reload.interval.high: 200ms';
const GRANT_MS = 60_000;
let names = 0;

export interface ServiceOptions {
  /** Lines of elasticsearch.yml. */
  readonly settings?: readonly string[];
  /** With logins; the user is elastic. */
  readonly secure?: boolean;
}

/** A real server of one node on a port of the loopback, with a folder that outlives its restarts. */
export class Service {
  port = 0;
  readonly #env: Readonly<Record<string, string>>;
  readonly #auth: { readonly username: string; readonly password: string } | null;
  #data = '';
  #child: ChildProcess | null = null;
  /** Of the launcher, whose child is the server. */
  #pid = 0;

  constructor({ settings = [], secure = false }: ServiceOptions = {}) {
    this.#auth = secure ? { username: 'elastic', password: PASSWORD } : null;
    const lines = [...settings, ...(secure ? [RELOAD] : [])];
    this.#env = {
      ...(lines.length > 0 && { ELASTICSEARCH_YML: lines.join('\n') }),
      ...(secure && { ELASTIC_PASSWORD: PASSWORD }),
    };
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Options of a connector that reach it. */
  get options(): Readonly<Record<string, string>> {
    return {
      'connection.url': this.url,
      ...(this.#auth && {
        'connection.username': this.#auth.username,
        'connection.password': this.#auth.password,
      }),
    };
  }

  /** On the port it had before, where it ran before. */
  async start(): Promise<this> {
    if (this.#data === '') {
      this.#data = mkdtempSync(join(tmpdir(), 'millrace-elasticsearch-'));
      // The server does not run as root.
      chmodSync(this.#data, 0o777);
    }
    const child = spawn(script, this.port === 0 ? [] : [String(this.port)], {
      env: { ...process.env, ...this.#env, SERVICE_DATA: this.#data },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#child = child;
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#pid = Number(/ pid (\d+)/.exec(text)?.[1] ?? this.#pid);
    });
    this.port = Number(new URL(await urlOf(child)).port);
    return this;
  }

  /** As a crash of the server does. */
  kill(): Promise<void> {
    return this.#end(() => process.kill(this.#server, 'SIGKILL'));
  }

  /** It answers nobody from now on, and keeps all connections. */
  freeze(): void {
    process.kill(this.#server, 'SIGSTOP');
  }

  thaw(): void {
    process.kill(this.#server, 'SIGCONT');
  }

  /** The child of the launcher, by whichever of its threads. */
  get #server(): number {
    const tasks = `/proc/${this.#pid}/task`;
    const children = readdirSync(tasks).flatMap((task) =>
      readFileSync(`${tasks}/${task}/children`, 'utf8').split(' ').filter(Boolean),
    );
    const [server] = children.map(Number);
    if (!server) throw new Error('the server has ended by itself');
    return server;
  }

  async #end(how: (child: ChildProcess) => void): Promise<void> {
    const child = this.#child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const exited = new Promise((resolve) => child.once('exit', resolve));
    how(child);
    await exited;
  }

  async close(): Promise<void> {
    await this.#end((child) => child.kill('SIGTERM'));
    if (this.#data !== '') rmSync(this.#data, { recursive: true, force: true });
  }

  /** Work with a client that is gone afterwards, with all its sockets. */
  async use<T>(work: (client: Client) => Promise<T>): Promise<T> {
    const client = new Client({
      node: this.url,
      requestTimeout: 60_000,
      maxRetries: 5,
      ...(this.#auth && { auth: this.#auth }),
    });
    try {
      return await work(client);
    } finally {
      await client.close();
    }
  }

  /** Gives the clerk these privileges on this index, and none besides; by files, since this distribution can't keep users. */
  async grant(
    index: string,
    privileges: readonly string[],
    cluster: readonly string[] = ['monitor'],
  ): Promise<void> {
    const file = (name: string, text: string) => writeFileSync(join(this.#data, 'config', name), text);
    const hash = createHash('sha1').update(CLERK.password).digest('base64');
    const list = JSON.stringify(privileges);
    file('users', `${CLERK.username}:{SHA}${hash}\n`);
    file('users_roles', `${CLERK_ROLE}:${CLERK.username}\n`);
    file(
      'roles.yml',
      `${CLERK_ROLE}:\n  cluster: ${JSON.stringify(cluster)}\n  indices:\n    - names: ["${index}"]\n      privileges: ${list}\n`,
    );
    const wanted = JSON.stringify([index, [...privileges].sort(), [...cluster].sort()]);
    await this.use((client) =>
      eventually(
        'the rights are granted',
        async () => {
          // Where the clerk is seen before its role is, the server may remember for good that there is no such role.
          await client.security.clearCachedRoles({ name: CLERK_ROLE });
          const answer = await client.security.getUserPrivileges(
            {},
            { headers: { authorization: AS_CLERK } },
          );
          const [granted] = answer.indices ?? [];
          const found = [
            granted?.names[0],
            [...(granted?.privileges ?? [])].sort(),
            [...answer.cluster].sort(),
          ];
          return JSON.stringify(found) === wanted;
        },
        GRANT_MS,
      ),
    );
  }

  /** Whether it answers. */
  async isUp(): Promise<boolean> {
    return await this.use((client) => client.ping({}, { maxRetries: 0 })).catch(() => false);
  }

  /** All documents of an index that can be read now, by _id. */
  documents(index: string): Promise<ReadonlyMap<string, unknown>> {
    return this.use(async (client) => {
      await client.indices.refresh({ index });
      const { hits } = await client.search({ index, size: 10_000 });
      return new Map(hits.hits.map(({ _id, _source }) => [String(_id), _source]));
    });
  }

  /** A name for an index of its own. */
  index(): string {
    return `t${process.pid}-${++names}`;
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
