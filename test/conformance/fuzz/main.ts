/**
 * `npm run fuzz -- [--frames 1000000] [--seed S]`: spoilt frames against a broker in a process of its own; at the end it must run,
 * hold no memory for requests or answers, and be no larger than when it was warm. A run that was cut off goes on where it was
 * when it is given the same seed.
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
import { RunProgress } from '../../support/run-progress.ts';
import { fuzz } from './fuzz-run.ts';

const LAUNCHER = fileURLToPath(new URL('../../../cli/bin/millrace.mjs', import.meta.url));
const SOURCES = ['{broker,protocol,foundation}/src/**/*.ts', 'test/conformance/fuzz/*.ts'];
const READY_TIMEOUT_MS = 60_000;
/** The tail of the log fills up to its bound meanwhile. */
const GROWTH_MAX_MIB = 120;
/** Frames of one seed; the next round has the next one. */
const ROUND_FRAMES = 50_000;

const { values } = parseArgs({
  options: {
    frames: { type: 'string', default: '1000000' },
    seed: { type: 'string', default: String(Date.now() % 2 ** 31) },
  },
});
const [frames, seed] = [Number(values.frames), Number(values.seed)];
const progress = new RunProgress({ name: 'fuzz', asked: `${frames} ${seed}`, sources: SOURCES });
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
  await play(host, Number(port));
} finally {
  await endChild(child);
  rmSync(folder, { recursive: true, force: true });
}

async function play(host: string, port: number): Promise<void> {
  let { done, seconds } = progress.read();
  console.log(`${frames} frames, seed ${seed}${done > 0 ? `: goes on behind ${done} frames` : ''}`);
  let warmMiB = 0;
  while (done < frames) {
    const beganMs = performance.now();
    const round = Math.min(ROUND_FRAMES, frames - done);
    const report = await fuzz({ host, port, seed: seed + Math.floor(done / ROUND_FRAMES), frames: round });
    await eventually(nothingHeld, { what: 'memory of requests and answers is given back' });
    done += round;
    seconds += (performance.now() - beganMs) / 1000;
    progress.write(done, seconds);
    const nowMiB = residentMiB();
    if (warmMiB === 0) warmMiB = nowMiB;
    const figures = { done, ...report, seconds: Math.round(seconds), residentMiB: Math.round(nowMiB) };
    console.log(JSON.stringify(figures));
    if (nowMiB - warmMiB > GROWTH_MAX_MIB)
      throw new Error(`the broker grew by ${(nowMiB - warmMiB).toFixed(0)} MiB`);
  }
  progress.forget();
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
