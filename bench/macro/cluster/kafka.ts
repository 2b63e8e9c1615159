import { execFile, execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { freePorts } from '../../measure/free-ports.ts';
import { peerScripts } from '../broker/java-tools.ts';
import { CLUSTER_SIZE, type ClusterSide, type RunningCluster } from './cluster-side.ts';

const run = promisify(execFile);
/** The script gives each node ten. */
const PORTS_A_NODE = 10;

/** Three nodes of Apache Kafka with its own heap settings. Formatting their folders comes before the start. */
export async function kafkaCluster(): Promise<ClusterSide> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-kafka-cluster-'));
  const port = await freePorts(PORTS_A_NODE * CLUSTER_SIZE);
  const env = {
    ...process.env,
    KAFKA_PEER_RUN: folder,
    KAFKA_PEER_PORT: String(port),
    KAFKA_PEER_NICE: '0',
    KAFKA_PEER_NOWAIT: '1',
  };
  const script = join(peerScripts, 'broker.sh');
  const now = (...args: string[]) =>
    execFileSync(script, args, { env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
  const later = async (...args: string[]): Promise<void> => void (await run(script, args, { env }));
  const addresses = Array.from(
    { length: CLUSTER_SIZE },
    (_, index) => `127.0.0.1:${port + PORTS_A_NODE * index}`,
  );
  const bootstrap = addresses.join(',');
  return {
    name: 'Apache Kafka',
    bootstrap,
    prepare() {
      now('wipe');
      now('format', String(CLUSTER_SIZE));
    },
    async start(): Promise<RunningCluster> {
      now('start', String(CLUSTER_SIZE));
      return {
        bootstrap,
        pids: () => now('pids').trim().split('\n').map(Number),
        kill: (nodeId) => later('kill', String(nodeId)),
        resume: (nodeId) => later('resume', String(nodeId)),
        stop: () => later('stop'),
      };
    },
    close() {
      now('wipe');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
