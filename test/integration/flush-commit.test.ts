import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { createAdmin, createConsumer, createProducer } from '@millrace/client';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { ChildOutput } from '../support/child-output.ts';

const LAUNCHER = fileURLToPath(new URL('../../cli/bin/millrace.mjs', import.meta.url));
const JOURNAL_PRELOAD = pathToFileURL(fileURLToPath(new URL('sync-journal.ts', import.meta.url))).href;
const READY_TIMEOUT_MS = 30_000;
const TOPIC = 'synced';
const PARTITIONS = 3;
const ACKNOWLEDGED_BEFORE_KILL = 300;

let folder: string;
let child: ChildProcess | null = null;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'flush-commit-'));
});
afterEach(() => {
  child?.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

const dataFolder = () => join(folder, 'data');
const journal = () => join(folder, 'journal');

async function startBroker(settings: Readonly<Record<string, string>>): Promise<string> {
  const all = { 'log.dirs': dataFolder(), listeners: 'PLAINTEXT://127.0.0.1:0', ...settings };
  const args = Object.entries(all).flatMap(([key, value]) => ['--set', `${key}=${value}`]);
  const started = spawn(process.execPath, [LAUNCHER, 'broker', ...args], {
    env: { ...process.env, NODE_OPTIONS: `--import=${JOURNAL_PRELOAD}`, SYNC_JOURNAL: journal() },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  child = started;
  const [, address = ''] = await new ChildOutput(started).line(
    /^ready {2}broker 1 {2}PLAINTEXT:\/\/(\S+)$/,
    READY_TIMEOUT_MS,
  );
  return address;
}

async function kill(): Promise<void> {
  if (child === null) return;
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
  child = null;
}

/** Bytes of each file that a sync had promised when the power went. */
function syncedSizes(): ReadonlyMap<string, number> {
  const lines = readFileSync(journal(), 'utf8').split('\n').filter(Boolean);
  const sizes = new Map<string, number>();
  for (const line of lines) {
    const { path, size } = JSON.parse(line);
    sizes.set(path, Math.max(sizes.get(path) ?? 0, size));
  }
  return sizes;
}

/** Files of a log that are no segments of it, and that nothing works out again. */
const COMPANIONS = ['partition.metadata', 'leader-epoch-checkpoint'];

/** Takes from the topic's logs what no sync has promised. @returns how many bytes of records that were */
function losePower(): number {
  const sizes = syncedSizes();
  let lostBytes = 0;
  for (const name of readdirSync(dataFolder()).filter((entry) => entry.startsWith(`${TOPIC}-`))) {
    for (const companion of COMPANIONS) {
      const path = join(dataFolder(), name, companion);
      if (existsSync(path)) truncateSync(path, sizes.get(path) ?? 0);
    }
    for (const file of readdirSync(join(dataFolder(), name)).filter((entry) => entry.endsWith('.log'))) {
      const path = join(dataFolder(), name, file);
      const kept = sizes.get(path) ?? 0;
      lostBytes += statSync(path).size - kept;
      truncateSync(path, kept);
    }
  }
  return lostBytes;
}

/** Sends until so many are acknowledged and the broker is killed under the rest. @returns the values acknowledged */
async function writeUntilKilled(address: string): Promise<readonly string[]> {
  const admin = createAdmin({ bootstrapServers: [address] });
  await admin.createTopics([{ name: TOPIC, partitions: PARTITIONS }]);
  await admin.close();
  const producer = createProducer({ bootstrapServers: [address], lingerMs: 0, deliveryTimeoutMs: 1000 });
  const acknowledged: string[] = [];
  let isAlive = true;
  for (let sent = 0; isAlive; sent++) {
    const value = `value-${sent}`;
    producer.produce(
      { topic: TOPIC, partition: sent % PARTITIONS, key: null, value: Buffer.from(value) },
      (error) => {
        if (error === null && isAlive) acknowledged.push(value);
      },
    );
    if (sent % 10 === 0) await new Promise((resolve) => setImmediate(resolve));
    if (acknowledged.length >= ACKNOWLEDGED_BEFORE_KILL) isAlive = false;
  }
  await kill();
  await producer.close(100);
  return acknowledged;
}

async function readAll(address: string): Promise<ReadonlySet<string>> {
  const consumer = createConsumer({ bootstrapServers: [address] });
  const partitions = Array.from({ length: PARTITIONS }, (_, partition) => ({ topic: TOPIC, partition }));
  const ends = await consumer.endOffsets(partitions);
  const total = ends.reduce((sum, end) => sum + end, 0);
  consumer.assign(partitions);
  for (const partition of partitions) consumer.seek(partition, 0);
  const values = new Set<string>();
  while (values.size < total) for (const { value } of await consumer.poll(5000)) values.add(String(value));
  await consumer.close();
  return values;
}

it('with flush=commit, what is acknowledged outlives a loss of power', async () => {
  const acknowledged = await writeUntilKilled(await startBroker({ flush: 'commit' }));
  losePower();
  const left = await readAll(await startBroker({ flush: 'commit' }));
  expect(acknowledged.filter((value) => !left.has(value))).toEqual([]);
});

it('without it, a loss of power takes what was acknowledged: the measure of the test above', async () => {
  const acknowledged = await writeUntilKilled(await startBroker({}));
  expect(existsSync(journal())).toBe(true);
  expect(acknowledged.length).toBeGreaterThan(0);
  expect(losePower()).toBeGreaterThan(0);
});
