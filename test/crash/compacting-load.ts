import { appendFileSync, existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type ConsumerRecord, createAdmin } from '@millrace/client';
import { eventually } from '../support/eventually.ts';
import { type MillraceBrokerProcess, startMillraceBroker } from '../support/millrace-broker.ts';
import { compactionViolations, type SeenRecord } from './compacted-check.ts';
import { KeyedWriter, textOf, VERSION_HEADER } from './keyed-writer.ts';
import { SeededRandom } from './seeded-random.ts';
import { noTransactionOpen, readTopic } from './topic-reader.ts';

const PARTITIONS = 2;
const KEYS = 300;
const WRITERS = 3;
/** In one, tombstones stay for as long as this runs; in the other they go when they may. */
const TOPICS = { kept: { 'delete.retention.ms': '86400000' }, swept: { 'delete.retention.ms': '0' } };
const COMPACTED = {
  'cleanup.policy': 'compact',
  'min.cleanable.dirty.ratio': '0',
  'internal.segment.bytes': '100000',
};
/** Compaction begins again at once, and takes its time, so that most kills come upon it. */
const BROKER = {
  'log.cleaner.backoff.ms': '20',
  'log.cleaner.io.max.bytes.per.second': '1000000',
};
const FROZEN = { 'log.cleaner.enable': 'false' };
const QUICK = { 'log.cleaner.io.max.bytes.per.second': '1000000000' };
const CLEANER_FILE = /\.(cleaned|swap)$/;
const KILL_AFTER_MIN_MS = 100;
const KILL_AFTER_MAX_MS = 1_500;
/** How long compaction is waited for, before the kill comes all the same. */
const SIGHT_MAX_MS = 3_000;
const TORN_SHARE = 0.4;
const CLEANED_TIMEOUT_MS = 120_000;

export interface CompactingCrashOptions {
  readonly seed: number;
  readonly kills: number;
}

export interface CompactingCrashReport {
  /** Kills that came while files of a compaction lay in a folder, and those of a broker that was not ready yet. */
  readonly inCompaction: number;
  readonly inStart: number;
  readonly tornTails: number;
  readonly acknowledged: number;
  readonly aborted: number;
  readonly unknown: number;
  /** That are left at the end. */
  readonly records: number;
  readonly violations: readonly string[];
}

/**
 * Kills our broker with SIGKILL again and again while it compacts two topics under plain and transactional writers, tears some
 * tails, and compares what is left with what the writers were told: each key's newest record, everything that compaction
 * has not come to, each once, in order and as it was sent, and nothing of an aborted transaction. Looked at as the last kill left it,
 * and once more when all is compacted.
 */
export async function runCompactingCrash(options: CompactingCrashOptions): Promise<CompactingCrashReport> {
  const random = new SeededRandom(options.seed);
  const broker = await startMillraceBroker(BROKER);
  try {
    const { bootstrapServers } = broker;
    const admin = createAdmin({ bootstrapServers });
    const topics = Object.keys(TOPICS);
    await admin.createTopics(
      Object.entries(TOPICS).map(([name, configs]) => ({
        name,
        partitions: PARTITIONS,
        configs: { ...COMPACTED, ...configs },
      })),
    );
    await admin.close();
    const writers = Array.from({ length: WRITERS }, (_, index) => {
      const own = new SeededRandom(options.seed * 100 + index);
      const shared = { bootstrapServers, topics, partitions: PARTITIONS, keys: KEYS, random: own };
      return new KeyedWriter({ ...shared, name: `w${index}`, isTransactional: index > 0 });
    });
    const stop = new AbortController();
    const running = Promise.all(writers.map((writer) => writer.run(stop.signal)));
    const struck = await strike(broker, options.kills, random);
    stop.abort();
    await running;
    for (const topic of topics) await noTransactionOpen(bootstrapServers, topic, PARTITIONS);
    await broker.kill();
    await broker.resume(FROZEN);
    const violations = await check(broker, writers, 'after the last kill');
    await broker.kill();
    await broker.resume(QUICK);
    violations.push(
      ...(await leftToCompact(broker)),
      ...(await check(broker, writers, 'when all was compacted')),
    );
    const writes = writers.flatMap((writer) => [...writer.writes.values()].flat());
    const count = (outcome: string) => writes.filter((write) => write.outcome === outcome).length;
    const left = await Promise.all(
      topics.map((topic) => readTopic(bootstrapServers, topic, PARTITIONS, 'read_committed')),
    );
    return {
      ...struck,
      acknowledged: count('acknowledged'),
      aborted: count('aborted'),
      unknown: count('unknown'),
      records: left.flat().length,
      violations,
    };
  } finally {
    await broker.stop();
  }
}

/** Kills it so many times: upon the sight of a compaction's files, at any time, and now and then before it is ready again. */
async function strike(broker: MillraceBrokerProcess, kills: number, random: SeededRandom) {
  const struck = { inCompaction: 0, inStart: 0, tornTails: 0 };
  for (let kill = 0; kill < kills; kill++) {
    await sleep(random.between(KILL_AFTER_MIN_MS, KILL_AFTER_MAX_MS));
    if (random.chance(0.7)) await compactionInSight(broker);
    await broker.kill();
    if (cleanerFiles(broker).length > 0) struck.inCompaction += 1;
    if (random.chance(TORN_SHARE)) struck.tornTails += tearTail(broker, random);
    if (kill + 1 < kills && random.chance(0.2)) {
      const resumed = broker.resume().catch(() => undefined);
      await sleep(random.between(KILL_AFTER_MIN_MS, KILL_AFTER_MAX_MS));
      await broker.kill();
      await resumed;
      struck.inStart += 1;
      kill += 1;
    }
    await broker.resume();
  }
  return struck;
}

async function compactionInSight(broker: MillraceBrokerProcess): Promise<void> {
  const untilMs = performance.now() + SIGHT_MAX_MS;
  while (cleanerFiles(broker).length === 0 && performance.now() < untilMs) await sleep(1);
}

function cleanerFiles(broker: MillraceBrokerProcess): readonly string[] {
  return logFolders(broker).flatMap((folder) => filesOf(folder).filter((name) => CLEANER_FILE.test(name)));
}

/** What a write leaves that was cut off: bytes behind the last whole batch, here of a batch that is in the log already. */
function tearTail(broker: MillraceBrokerProcess, random: SeededRandom): number {
  const folders = logFolders(broker);
  const folder = folders[random.between(0, folders.length - 1)] ?? '';
  const path = join(folder, activeOf(folder));
  const bytes = readFileSync(path);
  if (bytes.length === 0) return 0;
  const from = random.chance(0.5) ? 0 : random.between(0, bytes.length - 1);
  appendFileSync(path, bytes.subarray(from, from + random.between(1, 2_000)));
  return 1;
}

/** What is left against what the writers were told, while nobody writes. */
async function check(
  broker: MillraceBrokerProcess,
  writers: readonly KeyedWriter[],
  when: string,
): Promise<string[]> {
  const violations: string[] = [];
  for (const topic of Object.keys(TOPICS)) {
    const records = await readTopic(broker.bootstrapServers, topic, PARTITIONS, 'read_committed');
    const folders = Array.from({ length: PARTITIONS }, (_, partition) =>
      join(broker.dataFolder, `${topic}-${partition}`),
    );
    const found = compactionViolations({
      writes: writers.flatMap((writer) => writer.writes.get(topic) ?? []),
      seen: records.map(seenOf),
      untouchedFrom: folders.map((folder) => Number.parseInt(activeOf(folder), 10)),
      keepsTombstones: topic === 'kept',
    });
    const setAside = folders.flatMap(filesOf).filter((name) => name.includes('given-up'));
    violations.push(
      ...found.map((violation) => `${topic}, ${when}: ${violation}`),
      ...setAside.map((name) => `${topic}, ${when}: ${name} was set aside`),
    );
  }
  return violations;
}

function seenOf({ partition, offset, key, value, headers }: ConsumerRecord): SeenRecord {
  const name = String(key);
  const version = Number(headers.find((header) => header.key === VERSION_HEADER)?.value);
  const isIntact = value === null || String(value) === textOf(name, version);
  return { partition, offset, key: name, version, isTombstone: value === null, isIntact };
}

/** Waits until the cleaner has come to the active segment of every partition. @returns where it has not */
async function leftToCompact(broker: MillraceBrokerProcess): Promise<string[]> {
  const path = join(broker.dataFolder, 'cleaner-offset-checkpoint');
  const left = (): string[] => {
    const cleaned = existsSync(path) ? readFileSync(path, 'utf8').split('\n') : [];
    return logFolders(broker).flatMap((folder) => {
      const [, topic, partition] = /([^/]+)-(\d+)$/.exec(folder) ?? [];
      const active = Number.parseInt(activeOf(folder), 10);
      return active === 0 || cleaned.includes(`${topic} ${partition} ${active}`) ? [] : [folder];
    });
  };
  await eventually(() => left().length === 0, {
    what: 'everything is compacted',
    timeoutMs: CLEANED_TIMEOUT_MS,
  }).catch(() => undefined);
  return left().map((folder) => `${folder} is not compacted to its end: ${broker.printed()}`);
}

function logFolders({ dataFolder }: MillraceBrokerProcess): readonly string[] {
  return readdirSync(dataFolder)
    .filter((name) => Object.keys(TOPICS).some((topic) => name.startsWith(`${topic}-`)))
    .map((name) => join(dataFolder, name));
}

/** The name of the last segment's file. */
function activeOf(folder: string): string {
  return filesOf(folder).findLast((name) => name.endsWith('.log')) ?? '';
}

function filesOf(folder: string): readonly string[] {
  return readdirSync(folder).sort();
}
