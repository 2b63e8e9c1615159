import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePorts } from '../../measure/free-ports.ts';
import { untilAnswers } from '../start-and-memory/sample.ts';
import type { ConnectSide, RunningWorker } from './side.ts';

const SCRIPTS =
  process.env.KAFKA_PEER_DIR ?? fileURLToPath(new URL('../../../../shared/peers/kafka', import.meta.url));
const HOME = process.env.KAFKA_PEER_HOME ?? join(homedir(), '.cache/kafka-peer');

/** Why there is no Apache Kafka here; null where there is. */
export function kafkaMissing(): string | null {
  if (!existsSync(join(SCRIPTS, 'connect.sh'))) return `${SCRIPTS} is not there (KAFKA_PEER_DIR)`;
  return existsSync(join(HOME, 'libs')) ? null : `${HOME}/libs is not there: run fetch.sh`;
}

function script(name: string, args: readonly string[], env: { readonly [key: string]: string }): string {
  return execFileSync(join(SCRIPTS, name), args, {
    env: { ...process.env, KAFKA_PEER_NICE: '0', ...env },
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}

/** One Kafka node below both sides. */
export class KafkaBroker {
  readonly bootstrap: string;
  readonly #folder: string;
  readonly #env: { readonly [key: string]: string };

  private constructor(port: number, folder: string) {
    this.bootstrap = `127.0.0.1:${port}`;
    this.#folder = folder;
    this.#env = { KAFKA_PEER_RUN: folder, KAFKA_PEER_PORT: String(port) };
  }

  static async start(): Promise<KafkaBroker> {
    const broker = new KafkaBroker(await freePorts(2), mkdtempSync(join(tmpdir(), 'bench-connect-')));
    try {
      script('broker.sh', ['format', '1'], broker.#env);
      script('broker.sh', ['start', '1'], broker.#env);
      return broker;
    } catch (error) {
      broker.close();
      throw error;
    }
  }

  close(): void {
    script('broker.sh', ['wipe'], this.#env);
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** Kafka Connect's distributed worker, with Kafka's own heap settings. */
export async function kafkaConnect(bootstrap: string): Promise<ConnectSide> {
  const port = await freePorts(2);
  const env = {
    KAFKA_PEER_PORT: bootstrap.slice(bootstrap.lastIndexOf(':') + 1),
    KAFKA_CONNECT_BOOTSTRAP: bootstrap,
    KAFKA_CONNECT_PORT: String(port),
    KAFKA_CONNECT_GROUP: `bench-java-${process.pid}`,
    KAFKA_PEER_NOWAIT: '1',
  };
  return {
    name: 'Kafka Connect',
    async start(index): Promise<RunningWorker> {
      const url = `http://127.0.0.1:${port + index}`;
      const startedMs = performance.now();
      script('connect.sh', index === 0 ? ['start', '1'] : ['add', String(index + 1)], env);
      await untilAnswers(`${url}/connectors`);
      const startSeconds = (performance.now() - startedMs) / 1000;
      const pid = Number(script('connect.sh', ['pids'], env).trim().split('\n').at(-1));
      const kill = async () => void process.kill(pid, 'SIGKILL');
      return { url, pid, startSeconds, kill };
    },
    async close() {
      script('connect.sh', ['wipe'], env);
    },
  };
}
