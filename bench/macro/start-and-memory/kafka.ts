import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePorts } from '../../measure/free-ports.ts';
import { useOfTrees } from '../../measure/process-tree.ts';
import { type Sample, untilAnswers, watchIdle } from './sample.ts';

const SCRIPTS =
  process.env.KAFKA_PEER_DIR ?? fileURLToPath(new URL('../../../../shared/peers/kafka', import.meta.url));
const HOME = process.env.KAFKA_PEER_HOME ?? join(homedir(), '.cache/kafka-peer');

/** Why the comparison can't be made here; null where it can. */
export function kafkaMissing(): string | null {
  if (!existsSync(join(SCRIPTS, 'connect.sh'))) return `${SCRIPTS} is not there (KAFKA_PEER_DIR)`;
  return existsSync(join(HOME, 'libs')) ? null : `${HOME}/libs is not there: run fetch.sh`;
}

/**
 * One Kafka node and one Connect worker with Kafka's own heap settings, on new folders; formatting the storage comes before and does not
 * count. The worker is started when the broker serves, as it would end without one.
 */
export async function sampleKafka(): Promise<Sample> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-kafka-'));
  // The broker's, its controller's, the worker's.
  const port = await freePorts(3);
  const connectPort = port + 2;
  const env = {
    ...process.env,
    KAFKA_PEER_RUN: folder,
    KAFKA_PEER_PORT: String(port),
    KAFKA_PEER_NICE: '0',
    KAFKA_CONNECT_PORT: String(connectPort),
    KAFKA_CONNECT_CONVERTER: 'org.apache.kafka.connect.json.JsonConverter',
  };
  const run = (script: string, ...args: string[]) =>
    execFileSync(join(SCRIPTS, script), args, {
      env,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'inherit'],
    });
  try {
    run('broker.sh', 'format', '1');
    const startedMs = performance.now();
    run('broker.sh', 'start', '1');
    run('connect.sh', 'start', '1');
    const readySeconds = (performance.now() - startedMs) / 1000;
    await untilAnswers(`http://127.0.0.1:${connectPort}/connectors`);
    const answersSeconds = (performance.now() - startedMs) / 1000;
    const pids = [...run('broker.sh', 'pids').split('\n'), ...run('connect.sh', 'pids').split('\n')]
      .map(Number)
      .filter((pid) => pid > 0);
    const { cpuSeconds } = useOfTrees(pids);
    return { readySeconds, answersSeconds, startCpuSeconds: cpuSeconds, ...(await watchIdle(pids)) };
  } finally {
    run('connect.sh', 'wipe');
    run('broker.sh', 'wipe');
    rmSync(folder, { recursive: true, force: true });
  }
}
