import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ChildOutput, endChild } from './child-output.ts';
import { freePort } from './free-port.ts';
import type { KafkaPeer } from './kafka-peer.ts';

const LAUNCHER = fileURLToPath(new URL('../../cli/bin/millrace.mjs', import.meta.url));
const READY_TIMEOUT_MS = 30_000;

/** As the scripts of Apache Kafka's single node have it. */
const CONFIG = {
  'node.id': '1',
  'group.initial.rebalance.delay.ms': '0',
  'offsets.topic.num.partitions': '8',
  'transaction.state.log.num.partitions': '8',
};

/** A broker that can be killed, and comes back on its data at the same address. */
export type BrokerProcess = Pick<KafkaPeer, 'bootstrapServers' | 'kill' | 'resume' | 'stop'>;

/**
 * Starts `millrace broker` as a process of its own, on a free port of the loopback with a folder of its own.
 */
export async function startMillraceBroker(
  properties: Readonly<Record<string, string>> = {},
): Promise<BrokerProcess> {
  const folder = await mkdtemp(join(tmpdir(), 'millrace-broker-'));
  const port = await freePort();
  const settings = {
    ...CONFIG,
    'log.dirs': join(folder, 'data'),
    listeners: `PLAINTEXT://127.0.0.1:${port}`,
    ...properties,
  };
  const args = Object.entries(settings).flatMap(([key, value]) => ['--set', `${key}=${value}`]);
  const start = async (): Promise<ChildProcess> => {
    const started = spawn(process.execPath, [LAUNCHER, 'broker', '--log-level', 'warn', ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    try {
      await new ChildOutput(started).line(/^ready/, READY_TIMEOUT_MS);
      return started;
    } catch (error) {
      await endChild(started);
      throw error;
    }
  };
  let child = await start();
  return {
    bootstrapServers: [`127.0.0.1:${port}`],
    async kill() {
      const gone = once(child, 'exit');
      child.kill('SIGKILL');
      await gone;
    },
    async resume() {
      child = await start();
    },
    async stop() {
      await endChild(child);
      await rm(folder, { recursive: true, force: true });
    },
  };
}
