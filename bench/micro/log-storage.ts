/**
 * What logs cost the broker beside requests: `node bench/micro/log-storage.ts [compaction|recovery] [GIGABYTES]`.
 *
 * - compaction (1 GB): time, processor seconds, and the longest that the event loop was kept from anything else while one
 *   partition is compacted; 100 B values, 1 million keys.
 * - recovery (5 GB, in 1 partition): from the start of the process to `ready` after a SIGKILL while records came in, five
 *   times, each ended by SIGKILL again. A third argument: over so many partitions; a fourth: in batches of so many bytes.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { startBroker } from '@millrace/broker';
import { createAdmin, createProducer } from '@millrace/client';
import { silentLogger } from '@millrace/foundation';
import { batchOf, produceBatches } from '../measure/wire-load.ts';

const GIGABYTE = 1_000_000_000;
const VALUE_BYTES = 100;
const KEYS = 1_000_000;
const ROUND_RECORDS = 20_000;
const BATCH_BYTES = 131_072;
const IN_FLIGHT = 5;
const STARTS = 5;
/** The loop is looked at without compaction first. */
const IDLE_MS = 10_000;
const LAUNCHER = fileURLToPath(new URL('../../cli/bin/millrace.mjs', import.meta.url));
const CHECKPOINT = 'cleaner-offset-checkpoint';
const LISTENERS = { listeners: 'PLAINTEXT://127.0.0.1:0' };

const [mode = 'compaction', size, partitions, batchBytes] = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), 'bench-log-storage-'));
try {
  if (mode === 'recovery')
    await recovery(Number(size ?? 5) * GIGABYTE, Number(partitions ?? 1), Number(batchBytes ?? BATCH_BYTES));
  else await compaction(Number(size ?? 1) * GIGABYTE);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function compaction(bytes: number): Promise<void> {
  const data = join(folder, 'data');
  const first = await startBroker(
    { 'log.dirs': data, ...LISTENERS, 'log.cleaner.enable': 'false' },
    { logger: silentLogger },
  );
  const [address] = first.addresses.values();
  const records = await fill(`${address?.host}:${address?.port}`, bytes, { 'cleanup.policy': 'compact' });
  await first.close();
  const broker = await startBroker(
    { 'log.dirs': data, ...LISTENERS, 'log.cleaner.backoff.ms': `${IDLE_MS}` },
    { logger: silentLogger },
  );
  // What the machine itself does to the loop, of which a pause must be told.
  const idle = monitorEventLoopDelay({ resolution: 1 });
  idle.enable();
  await sleep(IDLE_MS - 100);
  idle.disable();
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  const startedMs = performance.now();
  const cpu = process.cpuUsage();
  let peakBytes = 0;
  while (!isCleaned(data)) {
    await sleep(50);
    peakBytes = Math.max(peakBytes, process.memoryUsage.rss());
  }
  const used = process.cpuUsage(cpu);
  delay.disable();
  console.log({
    records,
    seconds: round((performance.now() - startedMs) / 1000),
    cpuSeconds: round((used.user + used.system) / 1e6),
    maxPauseMs: round(delay.max / 1e6),
    p99PauseMs: round(delay.percentile(99) / 1e6),
    idleMaxPauseMs: round(idle.max / 1e6),
    idleP99PauseMs: round(idle.percentile(99) / 1e6),
    peakMemoryMb: Math.round(peakBytes / 2 ** 20),
  });
  await broker.close();
}

function isCleaned(data: string): boolean {
  const path = join(data, CHECKPOINT);
  // Its entry is there from the start on, at the offset where the round began.
  return existsSync(path) && !/ 0\n$/.test(readFileSync(path, 'utf8'));
}

async function recovery(bytes: number, partitions: number, maxBytes: number): Promise<void> {
  const data = join(folder, 'data');
  const broker = await launch(data);
  const admin = createAdmin({ bootstrapServers: [broker.address] });
  await admin.createTopics([{ name: 'filled', partitions }]);
  await admin.close();
  const { batch, records } = batchOf({ maxBytes, valueBytes: VALUE_BYTES, compression: 'none' });
  const batches = Math.ceil(bytes / batch.length / partitions);
  const load = { topic: 'filled', batch, acks: 1, inFlight: IN_FLIGHT };
  const fill = (partition: number, count: number) =>
    produceBatches(broker.address, { ...load, partition, batches: count });
  await Promise.all(Array.from({ length: partitions }, (_, partition) => fill(partition, batches)));
  const writing = fill(0, Number.MAX_SAFE_INTEGER).catch(() => undefined);
  await sleep(1000);
  await killed(broker.child);
  await writing;
  for (let start = 0; start < STARTS; start++) {
    const startedMs = performance.now();
    const again = await launch(data);
    const secondsToReady = round((performance.now() - startedMs) / 1000);
    const cpuSeconds = cpuSecondsOf(again.child.pid);
    console.log({
      gigabytes: bytes / GIGABYTE,
      partitions,
      recordsInABatch: records,
      secondsToReady,
      cpuSeconds,
    });
    await killed(again.child);
  }
}

async function killed(child: ChildProcess): Promise<void> {
  child.kill('SIGKILL');
  await once(child, 'exit');
}

async function launch(data: string): Promise<{ child: ChildProcess; address: string }> {
  const settings = ['log.dirs', data, 'listeners', LISTENERS.listeners];
  const args = ['--set', `${settings[0]}=${settings[1]}`, '--set', `${settings[2]}=${settings[3]}`];
  const child = spawn(process.execPath, [LAUNCHER, 'broker', '--log-level', 'warn', ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let text = '';
  for await (const chunk of child.stdout ?? []) {
    text += String(chunk);
    const address = /^ready.*?(127\.0\.0\.1:\d+)/m.exec(text)?.[1];
    if (address !== undefined) return { child, address };
  }
  throw new Error(`the broker did not become ready: ${text}`);
}

async function fill(address: string, bytes: number, configs: Record<string, string>): Promise<number> {
  const topic = 'filled';
  const bootstrapServers = [address];
  const admin = createAdmin({ bootstrapServers });
  await admin.createTopics([
    { name: topic, partitions: 1, configs: { 'segment.bytes': '268435456', ...configs } },
  ]);
  await admin.close();
  const producer = createProducer({
    bootstrapServers,
    batchBytes: BATCH_BYTES,
    lingerMs: 5,
  });
  const value = Buffer.alloc(VALUE_BYTES, 'v');
  const records = Math.floor(bytes / (VALUE_BYTES + 20));
  try {
    for (let sent = 0; sent < records; sent += ROUND_RECORDS) {
      const batch = Array.from({ length: ROUND_RECORDS }, (_, index) => ({
        topic,
        partition: 0,
        key: Buffer.from(`key ${((sent + index) * 7_919) % KEYS}`),
        value,
      }));
      await producer.send(batch);
    }
  } finally {
    await producer.close(1000);
  }
  return records;
}

/** Of a process so far; null where there is no /proc. */
function cpuSecondsOf(pid: number | undefined): number | null {
  const path = `/proc/${pid}/stat`;
  if (!existsSync(path)) return null;
  const fields = readFileSync(path, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
