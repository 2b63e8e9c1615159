/**
 * `npm run fuzz -- [--frames 1000000] [--seed S] [--wait-max-ms 2000]`: spoilt frames and mad requests against a broker and controller
 * in a process of its own; at the end it must run, hold no memory for requests or answers, and be no larger than when it was warm; nobody
 * else may have waited longer than that meanwhile. A run that was cut off goes on where it was
 * when it is given the same seed.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { ChildOutput, endChild } from '../../support/child-output.ts';
import { eventually } from '../../support/eventually.ts';
import { freePort } from '../../support/free-port.ts';
import { RunProgress } from '../../support/run-progress.ts';
import { failedRequest } from './failed-request.ts';
import { type FuzzOptions, fuzz, OTHERS_WAIT_MAX_MS } from './fuzz-run.ts';

const LAUNCHER = fileURLToPath(new URL('../../../cli/bin/millrace.mjs', import.meta.url));
const SOURCES = ['{broker,protocol,foundation}/src/**/*.ts', 'test/conformance/fuzz/*.ts'];
const READY_TIMEOUT_MS = 60_000;
/** The tail of the log fills up to its bound meanwhile. */
const GROWTH_MAX_MIB = 120;
/** How long a process without work may take to collect what a round left, ms. */
const COLLECTED_WITHIN_MS = 120_000;
/** Frames of one seed; the next round has the next one. */
const ROUND_FRAMES = 50_000;

const { values } = parseArgs({
  options: {
    frames: { type: 'string', default: '1000000' },
    seed: { type: 'string', default: String(Date.now() % 2 ** 31) },
    'wait-max-ms': { type: 'string', default: String(OTHERS_WAIT_MAX_MS) },
  },
});
const [frames, seed] = [Number(values.frames), Number(values.seed)];
const progress = new RunProgress({ name: 'fuzz', asked: `${frames} ${seed}`, sources: SOURCES });
const folder = mkdtempSync(join(tmpdir(), 'fuzz-'));
const waitMaxMs = Number(values['wait-max-ms']);
const [adminPort, controllerPort] = [await freePort(), await freePort()];
const settings = [
  `log.dirs=${join(folder, 'data')}`,
  `listeners=PLAINTEXT://127.0.0.1:0,CONTROLLER://127.0.0.1:${controllerPort}`,
  `admin.http.port=${adminPort}`,
];
const args = settings.flatMap((setting) => ['--set', setting]);
const child = spawn(process.execPath, [LAUNCHER, 'broker', '--log-level', 'error', ...args], {
  stdio: ['ignore', 'pipe', 'pipe'],
});
try {
  const line = /^ready {2}broker 1 {2}PLAINTEXT:\/\/([\d.]+):(\d+)$/;
  const output = new ChildOutput(child);
  const [, host = '', port = ''] = await output.line(line, READY_TIMEOUT_MS);
  const ended = once(child, 'exit').then(([code, signal]) => {
    throw new Error(`the broker ended (${code ?? signal}):\n${output.text}`);
  });
  const target = { host, port: Number(port), controllerPort, thrown: () => failedRequest(output.text) };
  await Promise.race([play(target), ended]);
} finally {
  await endChild(child);
  rmSync(folder, { recursive: true, force: true });
}

async function play(target: Omit<FuzzOptions, 'seed' | 'frames'>): Promise<void> {
  let { done, seconds } = progress.read();
  console.log(`${frames} frames, seed ${seed}${done > 0 ? `: goes on behind ${done} frames` : ''}`);
  let warmMiB = 0;
  while (done < frames) {
    const beganMs = performance.now();
    const round = Math.min(ROUND_FRAMES, frames - done);
    const roundSeed = seed + Math.floor(done / ROUND_FRAMES);
    const report = await fuzz({ ...target, seed: roundSeed, frames: round });
    await eventually(nothingHeld, { what: 'memory of requests and answers is given back' });
    done += round;
    seconds += (performance.now() - beganMs) / 1000;
    progress.write(done, seconds);
    const nowMiB = residentMiB();
    if (warmMiB === 0) warmMiB = nowMiB;
    const figures = { done, ...report, seconds: Math.round(seconds), residentMiB: Math.round(nowMiB) };
    console.log(JSON.stringify(figures));
    if (report.slowestMs > waitMaxMs)
      throw new Error(`another client waited ${report.slowestMs.toFixed(0)} ms, above ${waitMaxMs}`);
    if (report.apisAnswered < report.apisServed && round === ROUND_FRAMES)
      throw new Error(`${report.apisServed - report.apisAnswered} APIs gave no answer`);
    await eventually(() => hasRoom(warmMiB), {
      what: 'memory is given back',
      timeoutMs: COLLECTED_WITHIN_MS,
    });
  }
  progress.forget();
}

function residentMiB(): number {
  const status = readFileSync(`/proc/${child.pid}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024;
}

function hasRoom(warmMiB: number): true {
  const grownMiB = residentMiB() - warmMiB;
  if (grownMiB > GROWTH_MAX_MIB) throw new Error(`the broker has grown by ${grownMiB.toFixed(0)} MiB`);
  return true;
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
