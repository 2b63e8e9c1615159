import { chmodSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Service, startService } from '../support/index.ts';
import { descendantsOf, survivors } from './process-tree.ts';

/** How long sessions of a server that was killed may go on: each ends at its next look. */
const SESSIONS_END_MS = 10_000;

/** A real PostgreSQL whose data outlive it, so that it may be killed and started again at the same address. */
export class PostgresServer {
  readonly #data: string;
  #service: Service;

  private constructor(data: string, service: Service) {
    this.#data = data;
    this.#service = service;
  }

  /** @param data a folder that is made, and is to be removed behind `stop` */
  static async start(data: string): Promise<PostgresServer> {
    mkdirSync(data, { recursive: true });
    // The server runs as another user.
    chmodSync(data, 0o755);
    return new PostgresServer(data, await startService('postgres', { env: { SERVICE_DATA: data } }));
  }

  get url(): string {
    return this.#service.url;
  }

  /** SIGKILL to the process that all others of the server come from; resolves when they are gone too, as they see that. */
  async kill(): Promise<void> {
    const pid = Number(readFileSync(join(this.#data, 'pg', 'postmaster.pid'), 'utf8').split('\n')[0]);
    const sessions = descendantsOf(pid);
    process.kill(pid, 'SIGKILL');
    for (const left of await survivors([pid, ...sessions], SESSIONS_END_MS)) process.kill(left, 'SIGKILL');
    await this.#service.stop();
  }

  /** With recovery from its log, as after any crash. */
  async restart(): Promise<void> {
    const { port } = this.#service;
    this.#service = await startService('postgres', { port, env: { SERVICE_DATA: this.#data } });
  }

  async stop(): Promise<void> {
    await this.#service.stop();
  }
}
