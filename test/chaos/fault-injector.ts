import { setTimeout as delay } from 'node:timers/promises';
import { descendantsOf } from '../crash/process-tree.ts';
import type { SeededRandom } from '../crash/seeded-random.ts';
import type { ChaosBroker } from './chaos-broker.ts';
import { type Cluster, SESSION_TIMEOUT_MS } from './cluster.ts';
import { type Fault, type FaultKind, faultOf } from './faults.ts';
import type { Member } from './processes.ts';
import type { ChaosConnector } from './workload.ts';

const REST_MIN_MS = 500;
const REST_MAX_MS = 4_000;
const DOWN_MAX_MS = 6_000;
const BROKER_DOWN_MAX_MS = 3_000;
const PAUSE_MAX_MS = 5_000;
/** On both sides of the session timeout, and for hosts below what they may take to stop a task. */
const FROZEN_MAX_MS = { worker: 2 * SESSION_TIMEOUT_MS, host: 3_000, broker: 5_000 } as const;
/** Held up for so long, a worker may have lost its place. */
const SESSION_AT_RISK_MS = SESSION_TIMEOUT_MS - 2_000;
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
  /** Names of members that are down, or about to be, or held up. */
  readonly #down = new Set<string>();
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
      case 'freeze-worker':
        return this.#freezeMember(kind, 'worker', this.#worker());
      case 'freeze-broker':
        return this.#freezeMember(kind, 'broker', cluster.broker);
      case 'freeze-host':
        return this.#freezeHost();
      case 'pause':
        return this.#pause();
      default:
        return this.#request(kind);
    }
  }

  /** A worker that may go down; null where too many are. */
  #worker(): Member | null {
    const { cluster } = this.#options;
    const up = cluster.workers.filter((worker) => !this.#down.has(worker.name));
    return up.length <= WORKERS_MIN ? null : this.#pick(up);
  }

  async #takeDown(kind: FaultKind, member: Member | ChaosBroker | null): Promise<void> {
    if (!member || this.#down.has(member.name)) return;
    this.#down.add(member.name);
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
      this.#down.delete(member.name);
      this.#faults.push({ kind, at, until: Date.now(), pids });
    });
  }

  #host(): number | null {
    const { workers } = this.#options.cluster;
    const up = workers.filter(({ name, pid }) => !this.#down.has(name) && pid !== null);
    return this.#pick(up.flatMap(({ pid }) => (pid === null ? [] : descendantsOf(pid))));
  }

  async #killHost(): Promise<void> {
    const pid = this.#host();
    if (pid === null) return;
    this.#options.say(`kill-host ${pid}`);
    const at = Date.now();
    if (signalled(pid, 'SIGKILL'))
      this.#faults.push({ kind: 'kill-host', at, until: Date.now(), pids: [pid] });
  }

  async #freezeHost(): Promise<void> {
    const pid = this.#host();
    if (pid === null) return;
    const { random, say } = this.#options;
    const frozenMs = random.between(0, FROZEN_MAX_MS.host);
    say(`freeze-host ${pid} for ${frozenMs} ms`);
    // No reason to start a task again.
    await this.#beside(() => this.#freeze('freeze-host', pid, frozenMs, []));
  }

  async #freezeMember(
    kind: FaultKind,
    what: 'worker' | 'broker',
    member: Member | ChaosBroker | null,
  ): Promise<void> {
    const pid = member?.pid ?? null;
    if (!member || pid === null || this.#down.has(member.name)) return;
    this.#down.add(member.name);
    const { random, say } = this.#options;
    const frozenMs = random.between(0, FROZEN_MAX_MS[what]);
    say(`${kind} ${member.name} for ${frozenMs} ms`);
    const takenForDead = what === 'worker' && frozenMs >= SESSION_AT_RISK_MS ? [pid] : [];
    await this.#beside(async () => {
      await this.#freeze(kind, pid, frozenMs, takenForDead);
      this.#down.delete(member.name);
    });
  }

  async #freeze(kind: FaultKind, pid: number, frozenMs: number, pids: readonly number[]): Promise<void> {
    const at = Date.now();
    if (!signalled(pid, 'SIGSTOP')) return;
    await delay(frozenMs);
    signalled(pid, 'SIGCONT');
    this.#faults.push({ kind, at, until: Date.now(), pids });
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

  async #request(asked: 'change-config' | 'restart'): Promise<void> {
    const { cluster, connectors, say } = this.#options;
    const connector = this.#pick(connectors);
    if (!connector) return;
    const { name, config, kind: type } = connector;
    const changes = asked === 'change-config' && (type === 'source' || type === 'sink');
    const kind = changes ? asked : 'restart';
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

/** False where the process had ended by itself. */
function signalled(pid: number, signal: NodeJS.Signals): boolean {
  try {
    process.kill(pid, signal);
    return true;
  } catch {
    return false;
  }
}
