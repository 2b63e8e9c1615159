import { type ChildProcess, spawn } from 'node:child_process';
import {
  appendFileSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Member } from '../chaos/processes.ts';
import { ChildOutput, eventually, freePort } from '../support/index.ts';

const FAULTY = new URL('../../connect-runtime/test/fixtures/faulty-plugin.ts', import.meta.url).href;
const ASK_EVERY_MS = 10;
const REST_P99_MAX_MS = 50;
/**
 * A machine that is busy with other things is slow for everybody. So a bare server in a process of its own is asked in the same
 * moments, and the worker may take so many times what that one takes, where this is more.
 */
const BARE_P99_TIMES_MAX = 4;
/** The control plane may warm up, and no more. */
const CONTROL_PLANE_GROWTH_MAX_MIB = 60;
const SINK_PAUSE_MAX_MS = 3_000;
const BARE_MAX_TIMES_MAX = 20;
const MIB = 1024 * 1024;

let folder: string;
let broker: Member;
let worker: Member;
let rest: string;
let bare: BareServer;
let writing: NodeJS.Timeout;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'misbehaving-'));
  const [kafkaPort, controllerPort, restPort] = [await freePort(), await freePort(), await freePort()];
  const bootstrap = `127.0.0.1:${kafkaPort}`;
  rest = `http://127.0.0.1:${restPort}`;
  broker = new Member('broker', {
    name: 'broker',
    folder,
    config: {
      'node.id': 1,
      'process.roles': 'broker,controller',
      'controller.listener.names': 'CONTROLLER',
      listeners: `PLAINTEXT://${bootstrap},CONTROLLER://127.0.0.1:${controllerPort}`,
      'log.dirs': join(folder, 'log'),
      'group.initial.rebalance.delay.ms': 0,
    },
  });
  worker = new Member('worker', {
    name: 'worker',
    folder,
    config: {
      'bootstrap.servers': bootstrap,
      listeners: `http://127.0.0.1:${restPort}`,
      'group.id': 'misbehaving',
      ...Object.fromEntries(
        ['config', 'offset', 'status'].flatMap((kind) => [
          [`${kind}.storage.topic`, `connect-${kind}`],
          [`${kind}.storage.replication.factor`, 1],
        ]),
      ),
      'key.converter': 'StringConverter',
      'value.converter': 'StringConverter',
      plugins: FAULTY,
      'plugin.call.timeout.ms': 8_000,
      // On a busy machine a leak must come to its limit before its loop counts as one without an end.
      'task.host.silence.max.ms': 10_000,
      'task.host.heap.max.bytes': 128 * MIB,
      'task.host.memory.max.bytes': 512 * MIB,
      'task.start.timeout.ms': 3_000,
      'task.shutdown.graceful.timeout.ms': 1_000,
    },
  });
  bare = await BareServer.start();
  broker.start();
  await broker.ready();
  worker.start();
  await worker.ready();
  // A pipeline that must notice nothing.
  writeFileSync(join(folder, 'in.txt'), '');
  await put('good-source', { 'connector.class': 'FileSource', file: join(folder, 'in.txt'), topic: 'good' });
  const sink = { topics: 'good', file: join(folder, 'out.txt'), format: 'lines', flush: 'none' };
  await put('good-sink', { 'connector.class': 'FileSink', ...sink });
  writing = setInterval(() => appendFileSync(join(folder, 'in.txt'), 'a line\n'), 100);
  await eventually(() => existsSync(join(folder, 'out.txt')), {
    what: 'the good sink to write',
    timeoutMs: 30_000,
  });
}, 120_000);

afterAll(async () => {
  clearInterval(writing);
  bare?.stop();
  await worker?.end('SIGTERM');
  await broker?.end('SIGTERM');
  rmSync(folder, { recursive: true, force: true });
}, 60_000);

async function put(name: string, config: Record<string, string>): Promise<void> {
  const answer = await fetch(`${rest}/connectors/${name}/config`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(config),
  });
  expect(answer.status, await answer.text()).toBe(201);
}

interface TaskState {
  readonly state: string;
  readonly error?: { readonly code: string; readonly message: string; readonly hint?: string };
}

async function taskOf(name: string): Promise<TaskState | undefined> {
  const status = (await (await fetch(`${rest}/connectors/${name}/status`)).json()) as { tasks?: TaskState[] };
  return status.tasks?.[0];
}

async function remove(name: string): Promise<void> {
  await fetch(`${rest}/connectors/${name}`, { method: 'DELETE' });
}

function controlPlaneMiB(): number {
  const kib = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${worker.pid}/status`, 'latin1'))?.[1];
  return (Number(kib) * 1024) / MIB;
}

/** Answers every request at once, in a process of its own: what this machine takes for a request in any case. */
class BareServer {
  readonly url: string;
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, port: string) {
    this.#child = child;
    this.url = `http://127.0.0.1:${port}/`;
  }

  static async start(): Promise<BareServer> {
    const program = `const server = require('node:http').createServer((_, answer) => answer.end('{}'));
      server.listen(0, '127.0.0.1', () => console.log('port ' + server.address().port));`;
    const child = spawn(process.execPath, ['-e', program], { stdio: ['ignore', 'pipe', 'pipe'] });
    const [, port] = await new ChildOutput(child).line(/^port (\d+)/, 20_000);
    return new BareServer(child, port!);
  }

  stop(): void {
    this.#child.kill();
  }
}

/** How long requests took, ms. */
class Latencies {
  readonly #all: number[] = [];

  async take(url: string): Promise<Response> {
    const startedAtMs = performance.now();
    const answer = await fetch(url);
    await answer.arrayBuffer();
    this.#all.push(performance.now() - startedAtMs);
    return answer;
  }

  figures() {
    const sorted = this.#all.toSorted((a, b) => a - b);
    const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
    return { count: sorted.length, p50Ms: at(0.5), p99Ms: at(0.99), maxMs: at(1) };
  }
}

/** Asks the worker and looks at the good sink for as long as something goes on. */
class Witness {
  readonly worker = new Latencies();
  readonly bare = new Latencies();
  readonly #stop = new AbortController();
  readonly #asking: Promise<void>;
  readonly #looking: NodeJS.Timeout;
  #sizeBytes = 0;
  #grownAtMs = performance.now();
  pauseMaxMs = 0;

  constructor() {
    this.#asking = this.#ask();
    this.#looking = setInterval(() => this.#look(), 50);
  }

  async done(): Promise<void> {
    this.#stop.abort();
    clearInterval(this.#looking);
    await this.#asking;
  }

  async #ask(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      const [answer] = await Promise.all([
        this.worker.take(`${rest}/connectors/good-sink/status`),
        this.bare.take(bare.url),
      ]);
      expect(answer.status).toBe(200);
      await delay(ASK_EVERY_MS);
    }
  }

  #look(): void {
    const { size } = statSync(join(folder, 'out.txt'));
    const nowMs = performance.now();
    if (size > this.#sizeBytes) this.#grownAtMs = nowMs;
    this.#sizeBytes = size;
    this.pauseMaxMs = Math.max(this.pauseMaxMs, nowMs - this.#grownAtMs);
  }
}

/** What must hold while a plugin misbehaves: others are answered, records flow, the control plane does not grow. */
async function undisturbed(fault: string, misbehave: () => Promise<void>): Promise<void> {
  const beforeMiB = controlPlaneMiB();
  const witness = new Witness();
  try {
    await misbehave();
  } finally {
    await witness.done();
    const grownMiB = controlPlaneMiB() - beforeMiB;
    const [asked, bareOnes] = [witness.worker.figures(), witness.bare.figures()];
    const pauseMs = witness.pauseMaxMs;
    const figures = `${fault}: REST p50 ${asked.p50Ms.toFixed(1)}, p99 ${asked.p99Ms.toFixed(1)}, max ${asked.maxMs.toFixed(1)} ms of ${asked.count}; a bare server p99 ${bareOnes.p99Ms.toFixed(1)}, max ${bareOnes.maxMs.toFixed(1)} ms; records paused ${pauseMs.toFixed(0)} ms at most; control plane grew ${grownMiB.toFixed(1)} MiB`;
    process.stdout.write(`${figures}\n`);
    const p99MaxMs = Math.max(REST_P99_MAX_MS, BARE_P99_TIMES_MAX * bareOnes.p99Ms);
    expect(asked.p99Ms, figures).toBeLessThan(p99MaxMs);
    const pauseMaxMs = Math.max(SINK_PAUSE_MAX_MS, BARE_MAX_TIMES_MAX * bareOnes.maxMs);
    expect(pauseMs, figures).toBeLessThan(pauseMaxMs);
    expect(grownMiB, figures).toBeLessThan(CONTROL_PLANE_GROWTH_MAX_MIB);
  }
}

describe.skipIf(process.platform !== 'linux')('a plugin that misbehaves costs others nothing', () => {
  test.each([
    ['spin', {}, 'TASK_HOST_UNRESPONSIVE', 'kept it busy'],
    ['leak-heap', {}, 'TASK_HOST_OUT_OF_HEAP', 'heap'],
    ['leak-buffers-in-a-loop', {}, 'TASK_HOST_OUT_OF_MEMORY', 'used'],
    ['throw-out-of-band', {}, 'PLUGIN_THREW_OUT_OF_BAND', 'thrown by a timer'],
    ['reject-out-of-band', {}, 'PLUGIN_THREW_OUT_OF_BAND', 'rejected by nobody'],
    ['block-in-a-child', {}, 'TASK_HOST_UNRESPONSIVE', 'kept it busy'],
    ['huge-records', {}, 'MESSAGE_TOO_LARGE', 'bytes'],
    ['hang in start', { 'hang.in': 'start' }, 'TASK_START_TIMED_OUT', 'did not start'],
  ] as const)('%s', async (fault, config, code, words) => {
    const name = `bad-${fault.replaceAll(' ', '-')}`;
    await undisturbed(fault, async () => {
      const faults = 'hang.in' in config ? config : { fault };
      await put(name, { 'connector.class': 'FaultySource', ...faults });
      const { error } = await eventually(
        async () => {
          const task = await taskOf(name);
          return task?.error ? task : null;
        },
        { what: `a status that tells of ${fault}`, timeoutMs: 45_000 },
      ).then((task) => task!);
      expect(error).toMatchObject({
        code,
        message: expect.stringContaining(words),
        hint: expect.any(String),
      });
      await remove(name);
    });
  });

  test('hang in validate', async () => {
    await undisturbed('hang in validate', async () => {
      const answer = await fetch(`${rest}/connectors/bad-validate/config`, {
        method: 'PUT',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ 'connector.class': 'FaultySource', 'hang.in': 'validate' }),
      });
      expect(answer.ok).toBe(false);
      expect(await answer.json()).toMatchObject({ code: 'TASK_HOST_TIMEOUT', hint: expect.any(String) });
    });
  });

  test('hang in stop: its neighbours are told why they start again, and do', async () => {
    await undisturbed('hang in stop', async () => {
      await put('beside', { 'connector.class': 'FaultySource', fault: 'return-at-once' });
      await put('bad-stop', { 'connector.class': 'FaultySource', 'hang.in': 'stop' });
      for (const name of ['beside', 'bad-stop'])
        await eventually(async () => (await taskOf(name))?.state === 'RUNNING', {
          what: `${name} to run`,
          timeoutMs: 20_000,
        });
      const told = eventually(async () => (await taskOf('beside'))?.error ?? null, {
        what: 'a status that tells of it',
        timeoutMs: 20_000,
      });
      await remove('bad-stop');
      expect(await told).toMatchObject({
        code: 'TASK_NOT_STOPPED_IN_TIME',
        message: expect.stringContaining('task bad-stop-0 did not stop within 1000 ms'),
        hint: expect.any(String),
      });
      await eventually(async () => (await taskOf('beside'))?.state === 'RUNNING', {
        what: 'the neighbour to run again',
        timeoutMs: 20_000,
      });
      await remove('beside');
    });
  });

  test.each([
    ['a poll without an end', { fault: 'none' }],
    ['a poll that never waits', { fault: 'return-at-once' }],
  ] as const)('%s', async (fault, config) => {
    const name = `bad-${fault.replaceAll(' ', '-')}`;
    await undisturbed(fault, async () => {
      await put(name, { 'connector.class': 'FaultySource', ...config });
      await eventually(async () => (await taskOf(name))?.state === 'RUNNING', {
        what: `${name} to run`,
        timeoutMs: 20_000,
      });
      await remove(name);
      await eventually(async () => (await fetch(`${rest}/connectors/${name}`)).status === 404, {
        what: 'its end',
      });
      await put(`${name}-again`, { 'connector.class': 'FaultySource', fault: 'none' });
      await eventually(async () => (await taskOf(`${name}-again`))?.state === 'RUNNING', {
        what: 'the next one to run',
        timeoutMs: 20_000,
      });
      await remove(`${name}-again`);
    });
  });
});
