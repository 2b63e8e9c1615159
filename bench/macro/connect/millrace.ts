import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePorts } from '../../measure/free-ports.ts';
import { untilAnswers } from '../start-and-memory/sample.ts';
import type { ConnectSide, RunningWorker } from './side.ts';

const LAUNCHER = fileURLToPath(new URL('../../../cli/bin/millrace.mjs', import.meta.url));

/** `millrace worker` with the defaults of its config, but for what the other side has too: converters, replication. */
export async function millraceWorkers(bootstrap: string): Promise<ConnectSide> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-millrace-'));
  const port = await freePorts(2);
  const children: ChildProcess[] = [];
  const group = `bench-millrace-${process.pid}`;
  // Passwords in configs are stored sealed.
  const keyFile = join(folder, 'secrets.key');
  writeFileSync(keyFile, randomBytes(32).toString('base64'), { mode: 0o600 });
  const config = {
    'secrets.key.file': keyFile,
    'secrets.storage.replication.factor': 1,
    'bootstrap.servers': bootstrap,
    'group.id': group,
    ...Object.fromEntries(
      ['config', 'offset', 'status'].flatMap((kind) => [
        [`${kind}.storage.topic`, `${group}-${kind}s`],
        [`${kind}.storage.replication.factor`, 1],
      ]),
    ),
    'offset.storage.partitions': 5,
    'status.storage.partitions': 2,
    'key.converter': 'StringConverter',
    'value.converter': 'StringConverter',
  };
  return {
    name: 'Millrace',
    async start(index): Promise<RunningWorker> {
      const url = `http://127.0.0.1:${port + index}`;
      const file = join(folder, `worker-${index}.json`);
      writeFileSync(file, JSON.stringify({ ...config, listeners: url }));
      const startedMs = performance.now();
      const child = spawn(process.execPath, [LAUNCHER, 'worker', '--config', file, '--log-level', 'warn'], {
        stdio: ['ignore', 'ignore', 'inherit'],
      });
      children.push(child);
      await untilAnswers(`${url}/connectors`);
      const startSeconds = (performance.now() - startedMs) / 1000;
      const kill = async () => {
        child.kill('SIGKILL');
        if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
      };
      return { url, pid: child.pid ?? 0, startSeconds, kill };
    },
    async close() {
      for (const child of children) {
        if (child.exitCode !== null || child.signalCode !== null) continue;
        child.kill('SIGTERM');
        await once(child, 'exit');
      }
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
