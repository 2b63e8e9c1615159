/**
 * `npm run fuzz -- [--frames 1000000] [--seed S]`: spoilt frames against a broker in a process of its own; at the end it must run,
 * hold no memory for requests or answers, and be no larger than when it was warm.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { ChildOutput, endChild } from '../../support/child-output.ts';
import { eventually } from '../../support/eventually.ts';
import { freePort } from '../../support/free-port.ts';
import { fuzz } from './fuzz-run.ts';

const LAUNCHER = fileURLToPath(new URL('../../../cli/bin/millrace.mjs', import.meta.url));
const READY_TIMEOUT_MS = 60_000;
/** The tail of the log fills up to its bound meanwhile. */
const GROWTH_MAX_MIB = 120;
const WARM_SHARE = 0.1;

const { values } = parseArgs({
  options: {
    frames: { type: 'string', default: '1000000' },
    seed: { type: 'string', default: String(Date.now() % 2 ** 31) },
  },
});
const [frames, seed] = [Number(values.frames), Number(values.seed)];
const folder = mkdtempSync(join(tmpdir(), 'fuzz-'));
const adminPort = await freePort();
const settings = [
  `log.dirs=${join(folder, 'data')}`,
  'listeners=PLAINTEXT://127.0.0.1:0',
  `admin.http.port=${adminPort}`,
];
const args = settings.flatMap((setting) => ['--set', setting]);
const child = spawn(process.execPath, [LAUNCHER, 'broker', '--log-level', 'silent', ...args], {
  stdio: ['ignore', 'pipe', 'inherit'],
});
try {
  const line = /^ready {2}broker 1 {2}PLAINTEXT:\/\/([\d.]+):(\d+)$/;
  const [, host = '', port = ''] = await new ChildOutput(child).line(line, READY_TIMEOUT_MS);
  console.log(`${frames} frames, seed ${seed}`);
  let warmMiB = 0;
  const report = await fuzz({
    ...{ host, port: Number(port), seed, frames },
    progress: (sent) => {
      if (warmMiB === 0 && sent >= frames * WARM_SHARE) warmMiB = residentMiB();
      console.log(`${sent} frames, ${residentMiB().toFixed(0)} MiB`);
    },
  });
  await eventually(nothingHeld, { what: 'memory of requests and answers is given back' });
  const grownMiB = warmMiB === 0 ? 0 : residentMiB() - warmMiB;
  console.log(JSON.stringify({ seed, ...report, grownMiB: Math.round(grownMiB) }));
  if (grownMiB > GROWTH_MAX_MIB) throw new Error(`the broker grew by ${grownMiB.toFixed(0)} MiB`);
} finally {
  await endChild(child);
  rmSync(folder, { recursive: true, force: true });
}

function residentMiB(): number {
  const status = readFileSync(`/proc/${child.pid}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024;
}

async function nothingHeld(): Promise<true> {
  const text = await (await fetch(`http://127.0.0.1:${adminPort}/metrics`)).text();
  for (const name of [
    'millrace_broker_request_memory_bytes',
    'millrace_broker_fetch_memory_bytes',
    'kafka_server_socket_server_metrics_connection_count',
  ]) {
    const figure = Number(new RegExp(`^${name} (\\d+)`, 'm').exec(text)?.[1]);
    if (figure !== 0) throw new Error(`${name} is ${figure}`);
  }
  return true;
}
