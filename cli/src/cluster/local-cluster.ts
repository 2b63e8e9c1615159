import { randomBytes } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { MillraceError } from '@millrace/foundation';
import { freePort } from '../serve/free-port.ts';
import { BrokerProcess } from './broker-process.ts';
import { type ClusterFile, readClusterFile, writeClusterFile } from './cluster-file.ts';

export interface LocalClusterOptions {
  readonly dataDir: string;
  readonly brokers: number;
  /** Of the first broker; the next ones follow, and the controllers behind them. 0: any. */
  readonly kafkaPort: number;
  readonly overrides: readonly (readonly [key: string, value: string])[];
  readonly logLevel: string;
  readonly say: (line: string) => void;
}

/** Brokers as processes on this machine. */
export interface LocalCluster {
  /** Of clients, `host:port`. */
  readonly addresses: readonly string[];
  close(): Promise<void>;
}

interface PlannedNode {
  readonly id: number;
  readonly port: number;
  readonly controllerPort: number;
}

const HOST = '127.0.0.1';
const REPLICAS = 3;

/**
 * Starts the brokers of a data folder, each a controller too; resolves when all serve. They are started again when they end.
 * @throws {MillraceError} CLUSTER_SIZE_CHANGED, BROKER_NOT_STARTED
 */
export async function startLocalCluster(options: LocalClusterOptions): Promise<LocalCluster> {
  const { dataDir, brokers, logLevel, say } = options;
  const before = readClusterFile(dataDir);
  if (before !== null && before.nodes.length !== brokers) throw otherSize(dataDir, before.nodes.length);
  await mkdir(dataDir, { recursive: true });
  const clusterId = before?.clusterId ?? newClusterId();
  const plan = await planned(options);
  const configFiles = await Promise.all(
    plan.map((node) => writeConfig(node, plan, { clusterId, ...options })),
  );
  let written: Promise<unknown> = Promise.resolve();
  const onChange = (): void => {
    written = written.then(() => writeClusterFile(dataDir, file())).catch(() => undefined);
  };
  const processes = plan.map(
    ({ id }, index) =>
      new BrokerProcess({ id, configFile: configFiles[index] ?? '', logLevel, say, onChange }),
  );
  const file = (): ClusterFile => ({
    clusterId,
    nodes: plan.map(({ id, port }, index) => ({
      ...{ id, address: `${HOST}:${port}`, configFile: configFiles[index] ?? '' },
      pid: processes[index]?.pid ?? null,
    })),
  });
  const close = async (): Promise<void> => {
    await Promise.all(processes.map((broker) => broker.stop()));
    onChange();
    await written;
  };
  const starts = await Promise.allSettled(processes.map((broker) => broker.start()));
  const failed = starts.find((start) => start.status === 'rejected');
  if (failed !== undefined) {
    await close();
    throw failed.reason;
  }
  return { addresses: plan.map(({ port }) => `${HOST}:${port}`), close };
}

async function planned({ brokers, kafkaPort }: LocalClusterOptions): Promise<readonly PlannedNode[]> {
  const nodes: PlannedNode[] = [];
  for (let id = 1; id <= brokers; id += 1) {
    const port = kafkaPort === 0 ? await freePort(HOST) : kafkaPort + id - 1;
    const controllerPort = kafkaPort === 0 ? await freePort(HOST) : kafkaPort + brokers + id - 1;
    nodes.push({ id, port, controllerPort });
  }
  return nodes;
}

async function writeConfig(
  { id, port, controllerPort }: PlannedNode,
  plan: readonly PlannedNode[],
  options: LocalClusterOptions & { readonly clusterId: string },
): Promise<string> {
  const { dataDir, clusterId, brokers } = options;
  const path = join(dataDir, `broker-${id}.json`);
  const config = {
    'node.id': id,
    'cluster.id': clusterId,
    'process.roles': 'broker,controller',
    'controller.quorum.voters': plan.map((node) => `${node.id}@${HOST}:${node.controllerPort}`).join(','),
    listeners: `PLAINTEXT://${HOST}:${port},CONTROLLER://${HOST}:${controllerPort}`,
    'log.dirs': join(dataDir, `broker-${id}`),
    'default.replication.factor': Math.min(REPLICAS, brokers),
    'min.insync.replicas': brokers < REPLICAS ? 1 : REPLICAS - 1,
    'offsets.topic.num.partitions': 8,
    'group.initial.rebalance.delay.ms': 0,
    ...Object.fromEntries(options.overrides),
  };
  await writeFile(path, `${JSON.stringify(config, null, 2)}\n`);
  return path;
}

/** As in Kafka, none begins with a dash: tools take that for an option. */
function newClusterId(): string {
  return randomBytes(16).toString('base64url').replace(/^-/, 'A');
}

function otherSize(dataDir: string, size: number): MillraceError {
  return new MillraceError(`The data folder ${dataDir} holds a cluster of ${size} brokers.`, {
    ...{ code: 'CLUSTER_SIZE_CHANGED', class: 'config', path: '--brokers' },
    hint: `Start it with --brokers ${size}, or take another --data-dir.`,
  });
}
