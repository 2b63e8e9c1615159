import { setTimeout as sleep } from 'node:timers/promises';
import { createAdmin, createProducer, type TransactionalProducer } from '@millrace/client';
import { startMillraceBroker } from '../support/millrace-broker.ts';
import { SeededRandom } from './seeded-random.ts';
import { noTransactionOpen, readTopic } from './topic-reader.ts';

const TOPIC = 'load';
const GROUP = 'load-group';
const PARTITIONS = 3;
const PRODUCERS = 3;
const RECORDS_MAX = 20;
const KILL_AFTER_MIN_MS = 200;
const KILL_AFTER_MAX_MS = 1_200;

export interface TransactionalCrashOptions {
  readonly seed: number;
  readonly kills: number;
  /** 2: an epoch for each transaction; 1: the older kind. */
  readonly transactionVersion: number;
}

export interface TransactionalCrashReport {
  readonly committed: number;
  readonly aborted: number;
  /** Transactions of which nobody was told how they ended. */
  readonly unknown: number;
  readonly records: number;
  readonly violations: readonly string[];
}

interface Transaction {
  readonly name: string;
  /** What was sent, by partition. */
  readonly sent: { readonly partition: number; readonly text: string }[];
  outcome: 'committed' | 'aborted' | 'unknown';
}

/**
 * Kills our broker with SIGKILL again and again under producers that commit and abort, and then compares what readers of
 * committed records see with what the producers were told: all of a committed transaction, once and in order; nothing of
 * an aborted one; all or nothing of one that nobody was told of; and the offsets of the last one that was committed.
 */
export async function runTransactionalCrash(
  options: TransactionalCrashOptions,
): Promise<TransactionalCrashReport> {
  const random = new SeededRandom(options.seed);
  const broker = await startMillraceBroker({
    'initial.transaction.version': String(options.transactionVersion),
  });
  try {
    const { bootstrapServers } = broker;
    const admin = createAdmin({ bootstrapServers });
    await admin.createTopics([
      { name: TOPIC, partitions: PARTITIONS, configs: { 'internal.segment.bytes': '200000' } },
    ]);
    const stop = new AbortController();
    const loads = Array.from({ length: PRODUCERS }, (_, index) =>
      produce(`p${index}`, bootstrapServers, new SeededRandom(options.seed * 100 + index), stop.signal),
    );
    for (let kill = 0; kill < options.kills; kill++) {
      await sleep(random.between(KILL_AFTER_MIN_MS, KILL_AFTER_MAX_MS));
      await broker.kill();
      await broker.resume();
    }
    await sleep(KILL_AFTER_MIN_MS);
    stop.abort();
    const transactions = (await Promise.all(loads)).flat();
    const seen = await readCommitted(bootstrapServers);
    const offsets = await admin.groupOffsets(GROUP);
    await admin.close();
    return report(transactions, seen, offsets[0]?.offset ?? -1);
  } finally {
    await broker.stop();
  }
}

async function produce(
  name: string,
  bootstrapServers: readonly string[],
  random: SeededRandom,
  stop: AbortSignal,
): Promise<Transaction[]> {
  const transactions: Transaction[] = [];
  const open = async () => {
    const opened = createProducer({
      bootstrapServers,
      transactionalId: name,
      lingerMs: 0,
      batchBytes: 300,
      requestTimeoutMs: 3_000,
    });
    await opened.initTransactions();
    return opened;
  };
  let producer = await open();
  while (!stop.aborted) {
    const transaction: Transaction = { name: `${name}-${transactions.length}`, sent: [], outcome: 'unknown' };
    transactions.push(transaction);
    try {
      await run(producer, transaction, random, name === 'p0' ? transactions.length : null);
    } catch {
      try {
        await producer.abortTransaction();
      } catch {
        // It cannot go on: a successor ends what it may have left.
        await producer.close(100).catch(() => undefined);
        producer = await open();
      }
    }
  }
  await producer.close();
  return transactions;
}

/** One transaction; its outcome is known where the broker has said so. */
async function run(
  producer: TransactionalProducer,
  transaction: Transaction,
  random: SeededRandom,
  offset: number | null,
): Promise<void> {
  producer.beginTransaction();
  const count = random.between(1, RECORDS_MAX);
  for (let index = 0; index < count; index++)
    transaction.sent.push({
      partition: random.between(0, PARTITIONS - 1),
      text: `${transaction.name} ${index} ${random.text(40)}`,
    });
  const isAbort = random.chance(0.3);
  try {
    await producer.send(
      transaction.sent.map(({ partition, text }) => ({
        topic: TOPIC,
        partition,
        key: null,
        value: Buffer.from(text),
      })),
    );
    if (offset !== null)
      await producer.sendOffsetsToTransaction([{ topic: TOPIC, partition: 0, offset }], { groupId: GROUP });
  } catch (error) {
    transaction.outcome = 'aborted';
    throw error;
  }
  if (isAbort) {
    transaction.outcome = 'aborted';
    await producer.abortTransaction();
  } else {
    await producer.commitTransaction();
    transaction.outcome = 'committed';
  }
}

/** Values by partition, in their order, once nothing is open any more. */
async function readCommitted(bootstrapServers: readonly string[]): Promise<string[][]> {
  await noTransactionOpen(bootstrapServers, TOPIC, PARTITIONS);
  const seen = Array.from({ length: PARTITIONS }, (): string[] => []);
  for (const { partition, value } of await readTopic(bootstrapServers, TOPIC, PARTITIONS, 'read_committed'))
    seen[partition]?.push(String(value));
  return seen;
}

function report(
  transactions: readonly Transaction[],
  seen: readonly (readonly string[])[],
  offset: number,
): TransactionalCrashReport {
  const violations: string[] = [];
  const byName = new Map<string, string[]>();
  for (const [partition, texts] of seen.entries())
    for (const text of texts) {
      const name = text.slice(0, text.indexOf(' '));
      byName.set(name, [...(byName.get(name) ?? []), `${partition} ${text}`]);
    }
  for (const { name, sent, outcome } of transactions) {
    const found = byName.get(name) ?? [];
    // Within a partition they have to come in the order in which they were sent.
    const wanted = seen.flatMap((_, partition) =>
      sent.filter((one) => one.partition === partition).map(({ text }) => `${partition} ${text}`),
    );
    const isWhole = found.join('\n') === wanted.join('\n');
    if (outcome === 'committed' && !isWhole)
      violations.push(
        `${name} was committed, but ${found.length} of ${wanted.length} records are seen as sent`,
      );
    if (outcome === 'aborted' && found.length > 0)
      violations.push(`${name} was aborted, but ${found.length} records are seen`);
    if (outcome === 'unknown' && found.length > 0 && !isWhole)
      violations.push(`${name} is seen in part: ${found.length} of ${wanted.length} records`);
  }
  const ofFirst = transactions.filter(({ name }) => name.startsWith('p0-'));
  const lastKnown = ofFirst.findLastIndex(({ outcome }) => outcome === 'committed') + 1;
  const isTold = ofFirst[offset - 1]?.outcome;
  if (offset < lastKnown || (offset > 0 && isTold === 'aborted'))
    violations.push(`the group stands at ${offset} (${isTold}), the last known commit is ${lastKnown}`);
  const count = (outcome: Transaction['outcome']) =>
    transactions.filter((transaction) => transaction.outcome === outcome).length;
  const records = seen.reduce((sum, texts) => sum + texts.length, 0);
  return {
    committed: count('committed'),
    aborted: count('aborted'),
    unknown: count('unknown'),
    records,
    violations,
  };
}
