import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePorts } from '../../measure/free-ports.ts';
import { CLUSTER_SIZE, type ClusterSide, type RunningCluster } from './cluster-side.ts';

const LAUNCHER = fileURLToPath(new URL('../../../cli/bin/millrace.mjs', import.meta.url));
const CLUSTER_ID = 'MillraceBenchClusterAQ';

/** Three processes of `millrace broker`; what Kafka's script sets for its own nodes is set here too. */
export async function millraceCluster(): Promise<ClusterSide> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-millrace-cluster-'));
  const first = await freePorts(2 * CLUSTER_SIZE);
  const nodes = Array.from({ length: CLUSTER_SIZE }, (_, index) => ({
    ...{ id: index + 1, port: first + index, controllerPort: first + CLUSTER_SIZE + index },
  }));
  const voters = nodes.map(({ id, controllerPort }) => `${id}@127.0.0.1:${controllerPort}`).join(',');
  const bootstrap = nodes.map(({ port }) => `127.0.0.1:${port}`).join(',');
  const children = new Map<number, ChildProcess>();
  const launch = (nodeId: number): void => {
    const node = nodes[nodeId - 1];
    if (node === undefined) throw new Error(`there is no node ${nodeId}`);
    const settings = {
      'node.id': node.id,
      'cluster.id': CLUSTER_ID,
      'process.roles': 'broker,controller',
      'controller.quorum.voters': voters,
      listeners: `PLAINTEXT://127.0.0.1:${node.port},CONTROLLER://127.0.0.1:${node.controllerPort}`,
      'log.dirs': join(folder, `node-${node.id}`),
      'default.replication.factor': CLUSTER_SIZE,
      'min.insync.replicas': 1,
      'offsets.topic.num.partitions': 8,
      'transaction.state.log.num.partitions': 8,
      'group.initial.rebalance.delay.ms': 0,
    };
    const args = Object.entries(settings).flatMap(([key, value]) => ['--set', `${key}=${value}`]);
    children.set(nodeId, spawn(process.execPath, [LAUNCHER, 'broker', ...args], { stdio: 'ignore' }));
  };
  const end = async (nodeId: number, signal: 'SIGKILL' | 'SIGTERM'): Promise<void> => {
    const child = children.get(nodeId);
    children.delete(nodeId);
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill(signal);
    await ended;
  };
  return {
    name: 'Millrace',
    bootstrap,
    prepare: () => {
      for (const { id } of nodes) rmSync(join(folder, `node-${id}`), { recursive: true, force: true });
    },
    async start(): Promise<RunningCluster> {
      for (const { id } of nodes) launch(id);
      return {
        bootstrap,
        pids: () => [...children.values()].map(({ pid }) => pid ?? 0),
        kill: (nodeId) => end(nodeId, 'SIGKILL'),
        async resume(nodeId) {
          launch(nodeId);
        },
        async stop() {
          await Promise.all(nodes.map(({ id }) => end(id, 'SIGTERM')));
        },
      };
    },
    close: () => rmSync(folder, { recursive: true, force: true }),
  };
}
