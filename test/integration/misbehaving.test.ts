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
const MIB = 1024 * 1024;
const ASK_EVERY_MS = 5;
/** Of fewer the p99 would be the slowest ones, which a host that starts makes on any busy machine. */
const ASKED_MIN = 150;
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

/** What no run comes near, however busy the machine is. */
const NEVER_MS = 3_600_000;
const NEVER_BYTES = 8 * 1024 * MIB;
/** A failure shows in the status for so long, until the task is started again. */
const BACKOFF_MS = 5_000;
/** Until a test gives up; it says nothing of how long things may take. */
const PATIENCE_MS = 120_000;

/**
 * What ends a plugin that misbehaves. Each worker of these tests has only those that are tried on it, and which cannot come
 * before the others: on a busy machine any limit that is near strikes sooner or later.
 */
const UNLIMITED = {
  'task.host.silence.max.ms': NEVER_MS,
  'task.host.heap.max.bytes': NEVER_BYTES / 2,
  'task.host.memory.max.bytes': NEVER_BYTES,
  'task.start.timeout.ms': NEVER_MS,
  'task.shutdown.graceful.timeout.ms': NEVER_MS,
  'plugin.call.timeout.ms': NEVER_MS,
};

let folder: string;
let bootstrap: string;
let broker: Member;
let worker: Member;
let rest: string;
let goodOut: string;
let bare: BareServer;
/** Of the requests since the worker began. */
let asked: Latencies;
let askedBare: Latencies;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'misbehaving-'));
  bootstrap = `127.0.0.1:${await freePort()}`;
  broker = new Member('broker', {
    name: 'broker',
    folder,
    config: {
      'node.id': 1,
      'process.roles': 'broker,controller',
      'controller.listener.names': 'CONTROLLER',
      listeners: `PLAINTEXT://${bootstrap},CONTROLLER://127.0.0.1:${await freePort()}`,
      'log.dirs': join(folder, 'log'),
      'group.initial.rebalance.delay.ms': 0,
    },
  });
  bare = await BareServer.start();
  broker.start();
  await broker.ready();
}, PATIENCE_MS);

afterAll(async () => {
  bare?.stop();
  await broker?.end('SIGTERM');
  rmSync(folder, { recursive: true, force: true });
}, 60_000);

/** Before the tests of a block: a worker with these limits alone, and a pipeline on it that must notice nothing. */
function onWorkerWith(limits: Partial<Record<keyof typeof UNLIMITED, number>>): void {
  let writing: NodeJS.Timeout;

  beforeAll(async () => {
    const restPort = await freePort();
    const name = `worker-${restPort}`;
    rest = `http://127.0.0.1:${restPort}`;
    worker = new Member('worker', {
      name,
      folder,
      config: {
        'bootstrap.servers': bootstrap,
        listeners: rest,
        'group.id': name,
        ...Object.fromEntries(
          ['config', 'offset', 'status'].flatMap((kind) => [
            [`${kind}.storage.topic`, `${name}-${kind}`],
            [`${kind}.storage.replication.factor`, 1],
          ]),
        ),
        'key.converter': 'StringConverter',
        'value.converter': 'StringConverter',
        plugins: FAULTY,
        'task.restart.backoff.ms': BACKOFF_MS,
        ...UNLIMITED,
        ...limits,
      },
    });
    worker.start();
    await worker.ready();
    [asked, askedBare] = [new Latencies(), new Latencies()];
    const goodIn = join(folder, `${name}-in.txt`);
    goodOut = join(folder, `${name}-out.txt`);
    writeFileSync(goodIn, '');
    const topic = `${name}-good`;
    await put('good-source', { 'connector.class': 'FileSource', file: goodIn, topic });
    const sink = { topics: topic, file: goodOut, format: 'lines', flush: 'none' };
    await put('good-sink', { 'connector.class': 'FileSink', ...sink });
    writing = setInterval(() => appendFileSync(goodIn, 'a line\n'), 100);
    await patiently('the good sink to write', () => existsSync(goodOut));
  }, PATIENCE_MS);

  afterAll(async () => {
    clearInterval(writing);
    await worker?.end('SIGTERM');
  }, 60_000);
}

function patiently<T>(what: string, check: () => T | Promise<T>): Promise<T> {
  return eventually(check, { what, timeoutMs: PATIENCE_MS });
}

function putOnce(name: string, config: Record<string, string>): Promise<Response> {
  return fetch(`${rest}/connectors/${name}/config`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(config),
  });
}

/** Where the time of calls is limited, one on a busy machine may take longer. */
async function put(name: string, config: Record<string, string>): Promise<void> {
  await patiently(`${name} to be made`, async () => {
    const answer = await putOnce(name, config);
    const body = await answer.text();
    if (body.includes('TASK_HOST_TIMEOUT')) return false;
    expect(answer.ok, body).toBe(true);
    return true;
  });
}

async function runs(name: string): Promise<void> {
  await patiently(`${name} to run`, async () => (await taskOf(name))?.state === 'RUNNING');
}

/** What the status first tells of the task's failure. */
async function failureOf(name: string): Promise<TaskState['error']> {
  return await patiently(
    `the status of ${name} to tell what failed`,
    async () => (await taskOf(name))?.error,
  );
}

async function failsWith(name: string, code: string, words: string): Promise<void> {
  expect(await failureOf(name)).toMatchObject({
    code,
    message: expect.stringContaining(words),
    hint: expect.any(String),
  });
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

  get count(): number {
    return this.#all.length;
  }

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
        asked.take(`${rest}/connectors/good-sink/status`),
        askedBare.take(bare.url),
      ]);
      expect(answer.status).toBe(200);
      await delay(ASK_EVERY_MS);
    }
  }

  #look(): void {
    const { size } = statSync(goodOut);
    const nowMs = performance.now();
    if (size > this.#sizeBytes) this.#grownAtMs = nowMs;
    this.#sizeBytes = size;
    this.pauseMaxMs = Math.max(this.pauseMaxMs, nowMs - this.#grownAtMs);
  }
}

/** What must hold while a plugin misbehaves: records flow, the control plane does not grow; how others are answered is measured. */
async function undisturbed(fault: string, misbehave: () => Promise<void>): Promise<void> {
  const beforeMiB = controlPlaneMiB();
  const witness = new Witness();
  try {
    await misbehave();
  } finally {
    await witness.done();
    const grownMiB = controlPlaneMiB() - beforeMiB;
    const pauseMs = witness.pauseMaxMs;
    const figures = `${fault}: records paused ${pauseMs.toFixed(0)} ms at most; control plane grew ${grownMiB.toFixed(1)} MiB`;
    process.stdout.write(`${figures}\n`);
    const pauseMaxMs = Math.max(SINK_PAUSE_MAX_MS, BARE_MAX_TIMES_MAX * askedBare.figures().maxMs);
    expect(pauseMs, figures).toBeLessThan(pauseMaxMs);
    expect(grownMiB, figures).toBeLessThan(CONTROL_PLANE_GROWTH_MAX_MIB);
  }
}

/** What must hold over all tests of a block: requests were answered while plugins misbehaved. */
async function othersWereAnswered(): Promise<void> {
  const witness = new Witness();
  await patiently('enough requests', () => asked.count >= ASKED_MIN);
  await witness.done();
  const [ours, bareOnes] = [asked.figures(), askedBare.figures()];
  const figures = `REST p50 ${ours.p50Ms.toFixed(1)}, p99 ${ours.p99Ms.toFixed(1)}, max ${ours.maxMs.toFixed(1)} ms of ${ours.count}; a bare server p99 ${bareOnes.p99Ms.toFixed(1)}, max ${bareOnes.maxMs.toFixed(1)} ms`;
  process.stdout.write(`${figures}\n`);
  expect(ours.p99Ms, figures).toBeLessThan(Math.max(REST_P99_MAX_MS, BARE_P99_TIMES_MAX * bareOnes.p99Ms));
}

/** A plugin with this fault, until the status tells of it. */
async function misbehaves(
  fault: string,
  config: Record<string, string>,
  [code, words]: readonly [string, string],
) {
  const name = `bad-${fault.replaceAll(' ', '-')}`;
  await undisturbed(fault, async () => {
    await put(name, { 'connector.class': 'FaultySource', ...config });
    await failsWith(name, code, words);
    await remove(name);
  });
}

describe.skipIf(process.platform !== 'linux')('a plugin that misbehaves costs others nothing', () => {
  describe('where hosts may not be silent', () => {
    onWorkerWith({ 'task.host.silence.max.ms': 8_000 });

    test.each(['spin', 'block-in-a-child'])('%s', async (fault) => {
      await misbehaves(fault, { fault }, ['TASK_HOST_UNRESPONSIVE', 'kept it busy']);
    });

    test('others were answered all the while', othersWereAnswered);
  });

  describe('where memory is limited', () => {
    onWorkerWith({ 'task.host.heap.max.bytes': 192 * MIB, 'task.host.memory.max.bytes': 768 * MIB });

    test.each([
      ['leak-heap', 'TASK_HOST_OUT_OF_HEAP', 'heap'],
      ['leak-buffers-in-a-loop', 'TASK_HOST_OUT_OF_MEMORY', 'used'],
      ['throw-out-of-band', 'PLUGIN_THREW_OUT_OF_BAND', 'thrown by a timer'],
      ['reject-out-of-band', 'PLUGIN_THREW_OUT_OF_BAND', 'rejected by nobody'],
      ['huge-records', 'MESSAGE_TOO_LARGE', 'bytes'],
    ] as const)('%s', async (fault, code, words) => {
      await misbehaves(fault, { fault }, [code, words]);
    });

    test('others were answered all the while', othersWereAnswered);
  });

  describe('where calls are limited', () => {
    onWorkerWith({
      'plugin.call.timeout.ms': 8_000,
      'task.start.timeout.ms': 8_000,
      'task.shutdown.graceful.timeout.ms': 1_000,
    });

    test('hang in start', async () => {
      await misbehaves('hang in start', { 'hang.in': 'start' }, ['TASK_START_TIMED_OUT', 'did not start']);
    });

    test('hang in validate', async () => {
      await undisturbed('hang in validate', async () => {
        const config = { 'connector.class': 'FaultySource', 'hang.in': 'validate' };
        const answer = await putOnce('bad-validate', config);
        expect(answer.ok).toBe(false);
        expect(await answer.json()).toMatchObject({ code: 'TASK_HOST_TIMEOUT', hint: expect.any(String) });
      });
    });

    test('hang in a change of one connector: others are changed meanwhile', async () => {
      const config = { 'connector.class': 'FaultySource', fault: 'return-at-once' };
      for (const name of ['bad-patch', 'beside-patch']) await put(name, config);
      await undisturbed('hang in a change', async () => {
        let over = false;
        const patched = fetch(`${rest}/connectors/bad-patch/config`, {
          method: 'PATCH',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ 'hang.in': 'validate' }),
        }).finally(() => {
          over = true;
        });
        // The first of them may come before it.
        for (const change of ['pause', 'resume', 'pause', 'resume']) {
          const { status } = await fetch(`${rest}/connectors/beside-patch/${change}`, { method: 'PUT' });
          expect(status).toBe(202);
        }
        expect(over).toBe(false);
        expect(await (await patched).json()).toMatchObject({ code: 'TASK_HOST_TIMEOUT' });
      });
      for (const name of ['bad-patch', 'beside-patch']) await remove(name);
    });

    test('hang in stop: its neighbours are told why they start again, and do', async () => {
      await undisturbed('hang in stop', async () => {
        await put('beside', { 'connector.class': 'FaultySource', fault: 'return-at-once' });
        await put('bad-stop', { 'connector.class': 'FaultySource', 'hang.in': 'stop' });
        for (const name of ['beside', 'bad-stop']) await runs(name);
        const told = failsWith(
          'beside',
          'TASK_NOT_STOPPED_IN_TIME',
          'task bad-stop-0 did not stop within 1000 ms',
        );
        await remove('bad-stop');
        await told;
        await runs('beside');
        await remove('beside');
      });
    });

    test.each([
      ['a poll without an end', 'none'],
      ['a poll that never waits', 'return-at-once'],
    ] as const)('%s', async (words, fault) => {
      const name = `bad-${words.replaceAll(' ', '-')}`;
      await undisturbed(words, async () => {
        await put(name, { 'connector.class': 'FaultySource', fault });
        await runs(name);
        await remove(name);
        await patiently('its end', async () => (await fetch(`${rest}/connectors/${name}`)).status === 404);
        await put(`${name}-again`, { 'connector.class': 'FaultySource', fault: 'none' });
        await runs(`${name}-again`);
        await remove(`${name}-again`);
      });
    });

    test('others were answered all the while', othersWereAnswered);
  });
});
