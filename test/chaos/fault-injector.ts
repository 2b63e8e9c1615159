import { setTimeout as delay } from 'node:timers/promises';
import { descendantsOf } from '../crash/process-tree.ts';
import type { SeededRandom } from '../crash/seeded-random.ts';
import type { Cluster } from './cluster.ts';
import { type Fault, type FaultKind, faultOf } from './faults.ts';
import type { Member } from './processes.ts';
import type { ChaosConnector } from './workload.ts';

const REST_MIN_MS = 500;
const REST_MAX_MS = 4_000;
const DOWN_MAX_MS = 6_000;
const BROKER_DOWN_MAX_MS = 3_000;
const PAUSE_MAX_MS = 5_000;
/** As many workers run at least. */
const WORKERS_MIN = 1;

export interface FaultInjectorOptions {
  readonly cluster: Cluster;
  readonly connectors: readonly ChaosConnector[];
  readonly random: SeededRandom;
  readonly say: (line: string) => void;
}

/** Puts faults into the running cluster, one after the other; what takes time mends itself beside the next ones. */
export class FaultInjector {
  readonly #options: FaultInjectorOptions;
  readonly #faults: Fault[] = [];
  readonly #mending = new Set<Promise<void>>();
  /** Members that are down, or about to be. */
  readonly #down = new Set<Member>();
  readonly #paused = new Set<string>();
  #requestsRefused = 0;
  #changes = 0;

  constructor(options: FaultInjectorOptions) {
    this.#options = options;
  }

  get faults(): readonly Fault[] {
    return this.#faults;
  }

  /** Requests that no worker took within their patience. */
  get requestsRefused(): number {
    return this.#requestsRefused;
  }

  /** Until the time has passed and everything is up again. @throws {Error} where a process ended by itself */
  async run(durationMs: number): Promise<void> {
    const { random } = this.#options;
    const endMs = performance.now() + durationMs;
    while (performance.now() < endMs) {
      await delay(random.between(REST_MIN_MS, REST_MAX_MS));
      await this.#put(faultOf(random.fraction()));
    }
    await Promise.all(this.#mending);
  }

  async #put(kind: FaultKind): Promise<void> {
    const { cluster } = this.#options;
    switch (kind) {
      case 'kill-worker':
      case 'end-worker':
        return this.#takeDown(kind, this.#worker());
      case 'kill-broker':
      case 'end-broker':
        return this.#takeDown(kind, cluster.broker);
      case 'kill-host':
        return this.#killHost();
      case 'pause':
        return this.#pause();
      default:
        return this.#request(kind);
    }
  }

  /** A worker that may go down; null where too many are. */
  #worker(): Member | null {
    const { cluster } = this.#options;
    const up = cluster.workers.filter((worker) => !this.#down.has(worker));
    return up.length <= WORKERS_MIN ? null : this.#pick(up);
  }

  async #takeDown(kind: FaultKind, member: Member | null): Promise<void> {
    if (!member || this.#down.has(member)) return;
    this.#down.add(member);
    const { random, say } = this.#options;
    const isBroker = kind.endsWith('broker');
    const downMs = random.between(0, isBroker ? BROKER_DOWN_MAX_MS : DOWN_MAX_MS);
    const pids = isBroker || member.pid === null ? [] : [member.pid];
    say(`${kind} ${member.name} for ${downMs} ms`);
    const at = Date.now();
    await this.#beside(async () => {
      await member.end(kind.startsWith('kill') ? 'SIGKILL' : 'SIGTERM');
      await delay(downMs);
      member.start();
      await member.ready();
      this.#down.delete(member);
      this.#faults.push({ kind, at, until: Date.now(), pids });
    });
  }

  async #killHost(): Promise<void> {
    const { cluster, say } = this.#options;
    const hosts = cluster.workers.flatMap((worker) =>
      this.#down.has(worker) || worker.pid === null ? [] : descendantsOf(worker.pid),
    );
    const pid = this.#pick(hosts);
    if (pid === null) return;
    say(`kill-host ${pid}`);
    const at = Date.now();
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // It had ended by itself.
      return;
    }
    this.#faults.push({ kind: 'kill-host', at, until: Date.now(), pids: [pid] });
  }

  async #pause(): Promise<void> {
    const { cluster, connectors, random, say } = this.#options;
    const name = this.#pick(connectors)?.name;
    if (name === undefined || this.#paused.has(name)) return;
    this.#paused.add(name);
    say(`pause ${name}`);
    const at = Date.now();
    const pausedMs = random.between(0, PAUSE_MAX_MS);
    await this.#beside(async () => {
      await this.#ask(() => cluster.rest.ask('PUT', `/connectors/${name}/pause`));
      await delay(pausedMs);
      // What was asked for must be had: a pause that is never lifted would look like a loss.
      while (!(await this.#ask(() => cluster.rest.ask('PUT', `/connectors/${name}/resume`))));
      this.#paused.delete(name);
      this.#faults.push({ kind: 'pause', at, until: Date.now(), pids: [], connector: name });
    });
  }

  async #request(kind: 'change-config' | 'restart'): Promise<void> {
    const { cluster, connectors, say } = this.#options;
    const connector = this.#pick(connectors);
    if (!connector) return;
    const { name, config, kind: type } = connector;
    const changes = kind === 'change-config' && (type === 'source' || type === 'sink');
    say(`${kind} ${name}`);
    const at = Date.now();
    const note = String(this.#changes++);
    await this.#beside(async () => {
      await this.#ask(() =>
        changes
          ? cluster.rest.ask('PUT', `/connectors/${name}/config`, { ...config, note })
          : cluster.rest.ask('POST', `/connectors/${name}/restart?includeTasks=true`),
      );
      this.#faults.push({ kind, at, until: Date.now(), pids: [], connector: name });
    });
  }

  /** One of several; null of none. */
  #pick<T>(of: readonly T[]): T | null {
    return of[Math.floor(this.#options.random.fraction() * of.length)] ?? null;
  }

  async #ask(request: () => Promise<unknown>): Promise<boolean> {
    try {
      await request();
      return true;
    } catch (error) {
      this.#requestsRefused++;
      this.#options.say(`refused: ${(error as Error).message}`);
      return false;
    }
  }

  async #beside(mend: () => Promise<void>): Promise<void> {
    const mending = mend().finally(() => this.#mending.delete(mending));
    this.#mending.add(mending);
    // A failure ends the run when it is over; until then it is kept.
    mending.catch(() => undefined);
  }
}
