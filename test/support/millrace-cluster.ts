import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ChildOutput, endChild } from './child-output.ts';
import { freePort } from './free-port.ts';

const LAUNCHER = fileURLToPath(new URL('../../cli/bin/millrace.mjs', import.meta.url));
const READY_TIMEOUT_MS = 60_000;

/** One node of a cluster, a process of its own. */
export interface ClusterNode {
  readonly nodeId: number;
  readonly address: string;
  /** Undefined while it is down. */
  readonly process: ChildProcess | undefined;
  /** SIGKILL; resolves when the process is gone. */
  kill(): Promise<void>;
  /** SIGTERM; resolves when it has handed over what it led, and ended. */
  stop(): Promise<void>;
  /** Starts it again on its data. */
  start(): Promise<void>;
}

export interface MillraceCluster {
  readonly nodes: readonly ClusterNode[];
  readonly bootstrapServers: readonly string[];
  close(): Promise<void>;
}

type Properties = Readonly<Record<string, string>>;

/** Starts brokers that are controllers too, on the loopback, with folders of their own. */
export async function startMillraceCluster(
  size: number,
  properties: Properties | ((nodeId: number) => Properties) = {},
): Promise<MillraceCluster> {
  const folder = await mkdtemp(join(tmpdir(), 'millrace-cluster-'));
  const clusterId = randomBytes(16).toString('base64url').replace(/^-/, 'A');
  const ids = Array.from({ length: size }, (_, index) => index + 1);
  const ports = new Map<number, { broker: number; controller: number }>();
  for (const id of ids) ports.set(id, { broker: await freePort(), controller: await freePort() });
  const voters = [...ports].map(([id, { controller }]) => `${id}@127.0.0.1:${controller}`).join(',');
  const nodes = [...ports].map(([id, { broker, controller }]) =>
    clusterNode(id, `127.0.0.1:${broker}`, {
      'node.id': String(id),
      'cluster.id': clusterId,
      'process.roles': 'broker,controller',
      'controller.quorum.voters': voters,
      listeners: `PLAINTEXT://127.0.0.1:${broker},CONTROLLER://127.0.0.1:${controller}`,
      'log.dirs': join(folder, `node-${id}`),
      'group.initial.rebalance.delay.ms': '0',
      'offsets.topic.num.partitions': '8',
      'transaction.state.log.num.partitions': '8',
      ...(typeof properties === 'function' ? properties(id) : properties),
    }),
  );
  try {
    await Promise.all(nodes.map((node) => node.start()));
  } catch (error) {
    await Promise.all(nodes.map((node) => node.kill()));
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
  return {
    nodes,
    bootstrapServers: nodes.map(({ address }) => address),
    async close() {
      await Promise.all(nodes.map((node) => node.kill()));
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** One node with these settings, not started. */
export function clusterNode(
  nodeId: number,
  address: string,
  settings: Readonly<Record<string, string>>,
): ClusterNode {
  const args = Object.entries(settings).flatMap(([key, value]) => ['--set', `${key}=${value}`]);
  const level = process.env.CLUSTER_LOG_LEVEL ?? 'warn';
  let child: ChildProcess | undefined;
  return {
    nodeId,
    address,
    get process() {
      return child;
    },
    async kill() {
      const running = child;
      child = undefined;
      if (running === undefined || running.exitCode !== null) return;
      const gone = once(running, 'exit');
      // One that is stopped takes it too.
      running.kill('SIGKILL');
      await gone;
    },
    async stop() {
      const running = child;
      child = undefined;
      if (running !== undefined) await endChild(running);
    },
    async start() {
      const started = spawn(process.execPath, [LAUNCHER, 'broker', '--log-level', level, ...args], {
        stdio: ['ignore', 'pipe', process.env.CLUSTER_LOG_LEVEL === undefined ? 'pipe' : 'inherit'],
      });
      child = started;
      await new ChildOutput(started).line(/^ready/, READY_TIMEOUT_MS);
    },
  };
}
