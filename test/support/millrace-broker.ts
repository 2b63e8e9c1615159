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

/** One of ours, whose files may be looked at, or harmed while it is away. */
export interface MillraceBrokerProcess extends BrokerProcess {
  readonly dataFolder: string;
  /** Starts it again; `changed` holds for this start. Rejects where it is killed before it is ready. */
  resume(changed?: Readonly<Record<string, string>>): Promise<void>;
  /** The end of what it has printed since it was started last. */
  printed(): string;
}

/**
 * Starts `millrace broker` as a process of its own, on a free port of the loopback with a folder of its own.
 */
export async function startMillraceBroker(
  properties: Readonly<Record<string, string>> = {},
): Promise<MillraceBrokerProcess> {
  const folder = await mkdtemp(join(tmpdir(), 'millrace-broker-'));
  const port = await freePort();
  const settings = {
    ...CONFIG,
    'log.dirs': join(folder, 'data'),
    listeners: `PLAINTEXT://127.0.0.1:${port}`,
    ...properties,
  };
  let child: ChildProcess;
  let output: ChildOutput;
  const start = async (changed: Readonly<Record<string, string>>): Promise<void> => {
    const all = { ...settings, ...changed };
    const args = Object.entries(all).flatMap(([key, value]) => ['--set', `${key}=${value}`]);
    const started = spawn(process.execPath, [LAUNCHER, 'broker', '--log-level', 'warn', ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    child = started;
    output = new ChildOutput(started);
    try {
      await output.line(/^ready/, READY_TIMEOUT_MS);
    } catch (error) {
      await endChild(started);
      throw error;
    }
  };
  await start({});
  return {
    bootstrapServers: [`127.0.0.1:${port}`],
    dataFolder: settings['log.dirs'],
    async kill() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const gone = once(child, 'exit');
      child.kill('SIGKILL');
      await gone;
    },
    resume: (changed = {}) => start(changed),
    printed: () => output.text,
    async stop() {
      await endChild(child);
      await rm(folder, { recursive: true, force: true });
    },
  };
}
