import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePorts } from '../../measure/free-ports.ts';
import { peerHome, peerScripts } from './java-tools.ts';
import type { BrokerSide, RunningBroker } from './side.ts';

/** Why there is no Apache Kafka here; null where there is. */
export function kafkaMissing(): string | null {
  if (!existsSync(join(peerScripts, 'broker.sh'))) return `${peerScripts} is not there (KAFKA_PEER_DIR)`;
  return existsSync(join(peerHome, 'libs')) ? null : `${peerHome}/libs is not there: run fetch.sh`;
}

/** One Kafka node with Kafka's own heap settings. Formatting its folder comes before the start. */
export async function kafkaBroker(): Promise<BrokerSide> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-kafka-'));
  const port = await freePorts(2);
  const bootstrap = `127.0.0.1:${port}`;
  const broker = (...args: string[]): string =>
    execFileSync(join(peerScripts, 'broker.sh'), args, {
      env: {
        ...process.env,
        KAFKA_PEER_RUN: folder,
        KAFKA_PEER_PORT: String(port),
        KAFKA_PEER_NICE: '0',
        KAFKA_PEER_NOWAIT: '1',
      },
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'inherit'],
    });
  return {
    name: 'Apache Kafka',
    bootstrap,
    prepare() {
      broker('wipe');
      broker('format', '1');
    },
    async start(): Promise<RunningBroker> {
      broker('start', '1');
      return {
        bootstrap,
        pid: Number(broker('pids').trim()),
        async stop() {
          broker('stop');
        },
      };
    },
    close() {
      broker('wipe');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
