import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as passed } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { freePorts } from '../../measure/free-ports.ts';
import type { BrokerSide, RunningBroker } from './side.ts';

const LAUNCHER = fileURLToPath(new URL('../../../cli/bin/millrace.mjs', import.meta.url));
const ANSWER_TIMEOUT_MS = 60_000;
const TRY_EVERY_MS = 5;

/** `millrace broker`, with as many partitions of internal topics as the other side has. */
export async function millraceBroker(): Promise<BrokerSide> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-millrace-'));
  const port = await freePorts(1);
  const bootstrap = `127.0.0.1:${port}`;
  const settings = {
    'log.dirs': join(folder, 'data'),
    listeners: `PLAINTEXT://${bootstrap}`,
    'offsets.topic.num.partitions': '8',
    'group.initial.rebalance.delay.ms': '0',
  };
  return {
    name: 'Millrace',
    bootstrap,
    prepare: () => rmSync(settings['log.dirs'], { recursive: true, force: true }),
    async start(): Promise<RunningBroker> {
      const args = Object.entries(settings).flatMap(([key, value]) => ['--set', `${key}=${value}`]);
      const child = spawn(process.execPath, [LAUNCHER, 'broker', ...args], { stdio: 'ignore' });
      await untilConnects(port);
      return {
        bootstrap,
        pid: child.pid ?? 0,
        async stop() {
          const ended = once(child, 'exit');
          child.kill('SIGTERM');
          await ended;
        },
      };
    },
    close: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** @throws {Error} where nobody listens for a minute */
async function untilConnects(port: number): Promise<void> {
  const untilMs = performance.now() + ANSWER_TIMEOUT_MS;
  while (performance.now() < untilMs) {
    const socket = connect(port, '127.0.0.1');
    const isOpen = await Promise.race([
      once(socket, 'connect').then(() => true),
      once(socket, 'error').then(() => false),
    ]).catch(() => false);
    socket.destroy();
    if (isOpen) return;
    await passed(TRY_EVERY_MS);
  }
  throw new Error(`no broker listens on port ${port}`);
}
