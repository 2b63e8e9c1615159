import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createAdmin, createConsumer, createProducer } from '@millrace/client';
import { encodeRequest } from '@millrace/protocol';
import { fetch as fetchApi } from '@millrace/protocol/messages';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { ChildOutput } from '../support/child-output.ts';
import { eventually } from '../support/eventually.ts';
import { freePort } from '../support/free-port.ts';

const LAUNCHER = fileURLToPath(new URL('../../cli/bin/millrace.mjs', import.meta.url));
const READY_TIMEOUT_MS = 30_000;
const MIB = 1024 * 1024;
const TOPIC = 'much';
const RECORD_BYTES = 10_000;
const RECORDS = 8000;
const FETCH_VERSION = 12;
const FETCH_BYTES = 50 * MIB;
const SLOW_READERS = 1000;
const HALF_REQUESTS = 200;
const FETCH_MEMORY_MIB = 32;
const REQUEST_MEMORY_MIB = 64;
const TAIL_MIB = 16;
/** Of one connection: its objects, its share of a batch, what one read of it brought. */
const PER_READER_MIB = 0.15;
const PER_HALF_REQUEST_MIB = 0.6;

let folder: string;
let broker: ChildProcess;
let address: { host: string; port: number };
let doors: string;
const sockets: Socket[] = [];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'broker-memory-'));
  const adminPort = await freePort();
  const settings = {
    'log.dirs': join(folder, 'data'),
    listeners: 'PLAINTEXT://127.0.0.1:0',
    'admin.http.port': adminPort,
    'fetch.memory.max.bytes': FETCH_MEMORY_MIB * MIB,
    'queued.max.request.bytes': REQUEST_MEMORY_MIB * MIB,
    'log.tail.cache.bytes': TAIL_MIB * MIB,
  };
  const args = Object.entries(settings).flatMap(([key, value]) => ['--set', `${key}=${value}`]);
  broker = spawn(process.execPath, [LAUNCHER, 'broker', ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  const line = /^ready {2}broker 1 {2}PLAINTEXT:\/\/([\d.]+):(\d+)$/;
  const [, host = '', port = ''] = await new ChildOutput(broker).line(line, READY_TIMEOUT_MS);
  address = { host, port: Number(port) };
  doors = `http://127.0.0.1:${adminPort}`;
});
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy();
  broker.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

const bootstrapServers = () => [`${address.host}:${address.port}`];

function residentMiB(): number {
  const status = readFileSync(`/proc/${broker.pid}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024;
}

async function figure(line: RegExp): Promise<number> {
  const text = await (await fetch(`${doors}/metrics`)).text();
  return Number(line.exec(text)?.[1] ?? 0);
}

/** A connection that never reads. */
async function deaf(): Promise<Socket> {
  const socket = connect(address);
  sockets.push(socket);
  socket.on('error', () => undefined);
  socket.pause();
  await new Promise((resolve) => socket.once('connect', resolve));
  return socket;
}

async function fill(): Promise<void> {
  const admin = createAdmin({ bootstrapServers: bootstrapServers() });
  await admin.createTopics([{ name: TOPIC, partitions: 1 }]);
  await admin.close();
  const producer = createProducer({ bootstrapServers: bootstrapServers() });
  const value = Buffer.alloc(RECORD_BYTES, 'x');
  for (let sent = 0; sent < RECORDS; sent++)
    if (!producer.produce({ topic: TOPIC, key: null, value })) await producer.ready();
  await producer.close();
}

/** Somebody who behaves, while the others do not. */
async function expectToServe(): Promise<void> {
  const producer = createProducer({ bootstrapServers: bootstrapServers() });
  const [written] = await producer.send([{ topic: TOPIC, key: null, value: Buffer.from('news') }]);
  await producer.close();
  const consumer = createConsumer({ bootstrapServers: bootstrapServers() });
  consumer.assign([{ topic: TOPIC, partition: 0 }]);
  consumer.seek({ topic: TOPIC, partition: 0 }, written?.offset ?? 0);
  const [read] = await consumer.poll(10_000);
  expect(String(read?.value)).toBe('news');
  await consumer.close();
}

it('readers that ask for much and never read cost no more memory than the config says', async () => {
  await fill();
  await expectToServe();
  const beforeMiB = residentMiB();
  const request = Buffer.concat(
    encodeRequest({
      api: fetchApi,
      version: FETCH_VERSION,
      correlationId: 1,
      clientId: 'deaf',
      body: {
        maxWaitMs: 0,
        minBytes: 1,
        maxBytes: FETCH_BYTES,
        topics: [
          { topic: TOPIC, partitions: [{ partition: 0, fetchOffset: 0, partitionMaxBytes: FETCH_BYTES }] },
        ],
      },
    }),
  );
  for (let reader = 0; reader < SLOW_READERS; reader++) {
    const socket = await deaf();
    // Two: the second one must wait until the first one's answer has gone.
    socket.write(Buffer.concat([request, request]));
  }
  await eventually(
    async () =>
      (await figure(/^kafka_network_requestmetrics_totaltimems_count\{request="Fetch"\} (\d+)/m)) >=
      SLOW_READERS,
    { what: 'all fetches are answered' },
  );
  expect(await figure(/^millrace_broker_fetch_memory_bytes (\d+)/m)).toBeGreaterThan(0);
  expect(residentMiB() - beforeMiB).toBeLessThan(FETCH_MEMORY_MIB + SLOW_READERS * PER_READER_MIB);
  await expectToServe();
}, 120_000);

it('requests that are begun and never ended cost no more memory than the config says', async () => {
  await fill();
  await expectToServe();
  const beforeMiB = residentMiB();
  const half = Buffer.alloc(2 * MIB);
  half.writeInt32BE(40 * MIB, 0);
  for (let request = 0; request < HALF_REQUESTS; request++) (await deaf()).write(half);
  await eventually(
    async () => (await figure(/^millrace_broker_request_memory_bytes (\d+)/m)) >= REQUEST_MEMORY_MIB * MIB,
    { what: 'the memory for requests is taken' },
  );
  expect(residentMiB() - beforeMiB).toBeLessThan(REQUEST_MEMORY_MIB + HALF_REQUESTS * PER_HALF_REQUEST_MIB);
  // Small requests find room, however many large ones are begun.
  await expectToServe();
  for (const socket of sockets.splice(0)) socket.destroy();
  await expectToServe();
}, 120_000);
