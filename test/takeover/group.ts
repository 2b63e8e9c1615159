import { fileURLToPath } from 'node:url';
import { createAdmin } from '@millrace/client';
import { type Life, readLives } from '../chaos/journal.ts';
import { Member } from '../chaos/processes.ts';
import { RestOfAny } from '../chaos/rest.ts';
import { eventually, freePort } from '../support/index.ts';

const PLUGIN = fileURLToPath(new URL('../chaos/plugin.ts', import.meta.url));
const WORKERS = 3;
/** Of each of the two connectors. */
const TASKS = 6;
/** A source task writes to the partition of its number: so many tasks it may have. */
const PARTITIONS = 12;
const SETTLE_TIMEOUT_MS = 60_000;

/** One worker of the group, with the port of its REST API, by which the group knows it. */
export interface GroupWorker {
  readonly process: Member;
  readonly port: number;
}

interface WorkerRow {
  readonly id: string;
  readonly leader: boolean;
  readonly tasks: readonly { readonly connector: string; readonly task: number }[];
}

/** Three workers as processes of their own, with a source and a sink of six tasks each that write down when they start and stop. */
export class Group {
  readonly workers: readonly GroupWorker[];
  readonly rest: RestOfAny;
  readonly #folder: string;
  readonly #bootstrapServers: readonly string[];
  readonly #name: string;

  private constructor(
    at: { readonly folder: string; readonly bootstrapServers: readonly string[]; readonly name: string },
    workers: readonly GroupWorker[],
  ) {
    this.#folder = at.folder;
    this.#bootstrapServers = at.bootstrapServers;
    this.#name = at.name;
    this.workers = workers;
    this.rest = new RestOfAny(workers.map(({ port }) => port));
  }

  /** Nothing runs yet. The name is the prefix of everything that the broker keeps of it. */
  static async on(at: {
    readonly folder: string;
    readonly bootstrapServers: readonly string[];
    readonly name: string;
    readonly sessionTimeoutMs: number;
    /** Others learn with a heartbeat that somebody came: every return of a worker waits for that. */
    readonly heartbeatIntervalMs?: number;
  }): Promise<Group> {
    const ports = await Promise.all(Array.from({ length: WORKERS }, () => freePort()));
    const workers = ports.map((port) => {
      const config = workerConfig({ ...at, port });
      return { port, process: new Member('worker', { name: `worker-${port}`, folder: at.folder, config }) };
    });
    return new Group(at, workers);
  }

  async start(): Promise<void> {
    const admin = createAdmin({ bootstrapServers: this.#bootstrapServers });
    await admin.createTopics([{ name: this.topic, partitions: PARTITIONS }]);
    await admin.close();
    for (const { process } of this.workers) process.start();
    await Promise.all(this.workers.map(({ process }) => process.ready()));
    const shared = { folder: this.#folder, 'tasks.max': String(TASKS) };
    await this.put('numbers', { ...shared, 'connector.class': 'ChaosSource', topic: this.topic });
    await this.put('written', { ...shared, 'connector.class': 'ChaosSink', topics: this.topic });
    await this.settled();
  }

  get topic(): string {
    return `${this.#name}-numbers`;
  }

  put(connector: string, config: Readonly<Record<string, string>>): Promise<unknown> {
    return this.rest.ask('PUT', `/connectors/${connector}/config`, config);
  }

  /** All lives of each task so far, the newest last. */
  lives(): ReadonlyMap<string, readonly Life[]> {
    return readLives(this.#folder);
  }

  async leader(): Promise<GroupWorker> {
    const rows = await this.#rows();
    const leading = this.workers.find(({ port }) =>
      rows.find(({ leader }) => leader)?.id.endsWith(`:${port}`),
    );
    if (!leading) throw new Error(`no worker leads: ${JSON.stringify(rows)}`);
    return leading;
  }

  /** Resolves when the group has met, the tasks are even, and each runs where it is assigned. */
  async settled(): Promise<void> {
    let problem = '';
    await eventually(
      async () => {
        problem = await this.#unsettled();
        return problem === '';
      },
      { what: 'the group to settle', timeoutMs: SETTLE_TIMEOUT_MS },
    ).catch((error) => {
      throw new Error(`${String(error)}: ${problem}`);
    });
  }

  async close(): Promise<void> {
    await Promise.allSettled(this.workers.map(({ process }) => process.end('SIGTERM')));
  }

  async #rows(): Promise<readonly WorkerRow[]> {
    return (await this.rest.ask('GET', '/api/v1/workers')) as readonly WorkerRow[];
  }

  async #unsettled(): Promise<string> {
    const rows = await this.#rows();
    const lives = this.lives();
    const up = this.workers.filter(({ process }) => process.pid !== null);
    if (rows.length !== up.length) return `${rows.length} of ${up.length} workers are in the group`;
    const all = rows.reduce((sum, { tasks }) => sum + tasks.length, 0);
    for (const { port, process } of up) {
      const tasks = rows.find(({ id }) => id.endsWith(`:${port}`))?.tasks ?? [];
      if (Math.abs(tasks.length - all / up.length) >= 1 || all < 2 * TASKS)
        return `${port} has ${tasks.length} of ${all} tasks`;
      for (const { connector, task } of tasks) {
        const life = lives.get(`${connector}-${task}`)?.at(-1);
        if (life?.worker !== process.pid || life?.stopped !== false)
          return `${connector}-${task} does not run on ${port}`;
      }
    }
    return '';
  }
}

function workerConfig(of: {
  readonly bootstrapServers: readonly string[];
  readonly port: number;
  readonly name: string;
  readonly sessionTimeoutMs: number;
  readonly heartbeatIntervalMs?: number;
}) {
  return {
    'bootstrap.servers': of.bootstrapServers.join(','),
    listeners: `http://127.0.0.1:${of.port}`,
    'group.id': of.name,
    'config.storage.topic': `${of.name}-configs`,
    'config.storage.replication.factor': 1,
    'offset.storage.topic': `${of.name}-offsets`,
    'offset.storage.partitions': 5,
    'offset.storage.replication.factor': 1,
    'status.storage.topic': `${of.name}-status`,
    'status.storage.replication.factor': 1,
    'key.converter': 'StringConverter',
    'value.converter': 'StringConverter',
    plugins: PLUGIN,
    'session.timeout.ms': of.sessionTimeoutMs,
    ...(of.heartbeatIntervalMs === undefined ? {} : { 'heartbeat.interval.ms': of.heartbeatIntervalMs }),
  };
}
