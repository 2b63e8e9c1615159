import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { ChildOutput, endChild } from './child-output.ts';

const LAUNCHER = fileURLToPath(new URL('../../cli/bin/millrace.mjs', import.meta.url));
const READY_TIMEOUT_MS = 30_000;

/** A `millrace` command that serves the REST API, as a process of its own. */
export interface MillraceWorker {
  /** `http://host:port` of the REST API. */
  readonly url: string;
  readonly pid: number;
  readonly output: ChildOutput;
  /** SIGKILL. */
  kill(): Promise<void>;
  close(): Promise<void>;
}

/** Starts `millrace worker` on a free port, with Kafka Connect's keys; three internal topics are named for the group. */
export function startMillraceWorker(options: {
  readonly bootstrapServers: readonly string[];
  readonly group: string;
  readonly config?: Readonly<Record<string, string>>;
}): Promise<MillraceWorker> {
  const { group } = options;
  const config = {
    'bootstrap.servers': options.bootstrapServers.join(','),
    'group.id': group,
    listeners: 'http://127.0.0.1:0',
    'config.storage.topic': `${group}-configs`,
    'config.storage.replication.factor': '1',
    'offset.storage.topic': `${group}-offsets`,
    'offset.storage.replication.factor': '1',
    'offset.storage.partitions': '5',
    'status.storage.topic': `${group}-status`,
    'status.storage.replication.factor': '1',
    'status.storage.partitions': '2',
    ...options.config,
  };
  return startServing([
    'worker',
    ...Object.entries(config).flatMap(([key, value]) => ['--set', `${key}=${value}`]),
  ]);
}

/** Runs a command of `millrace` until it prints its line `ready` with the address of its REST API. */
export async function startServing(args: readonly string[]): Promise<MillraceWorker> {
  const child = spawn(process.execPath, [LAUNCHER, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  const output = new ChildOutput(child);
  try {
    const [, url = ''] = await output.line(/^ready .* REST (\S+?)\/? /, READY_TIMEOUT_MS);
    const kill = () => endChild(child, 'SIGKILL');
    return { url, pid: child.pid ?? 0, output, kill, close: () => endChild(child) };
  } catch (error) {
    await endChild(child);
    throw error;
  }
}
