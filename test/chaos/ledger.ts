import { createReadStream, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { createConsumer } from '@millrace/client';

const READ_TIMEOUT_MS = 300_000;

/** Which numbers of one counter were seen, and how often. */
class Counter {
  #seen = new Uint8Array(1024);
  #highest = -1;
  repeats = 0;
  /** Numbers that came before one below them. */
  leaps = 0;

  get count(): number {
    return this.#highest + 1;
  }

  add(number: number): void {
    while (number >= this.#seen.length) {
      const larger = new Uint8Array(this.#seen.length * 2);
      larger.set(this.#seen);
      this.#seen = larger;
    }
    if (this.#seen[number]) this.repeats++;
    if (number > this.#highest + 1) this.leaps++;
    this.#seen[number] = 1;
    this.#highest = Math.max(this.#highest, number);
  }

  /** Of the first `count` numbers, those that were never seen. */
  missing(count: number): readonly number[] {
    return Array.from({ length: count }, (_, number) => number).filter((number) => !this.#seen[number]);
  }
}

/** Values of the form `counter/part/number`, by counter and part. */
export class Ledger {
  readonly #counters = new Map<string, Counter>();
  records = 0;
  readonly strangers: string[] = [];

  add(value: string): void {
    const at = value.lastIndexOf('/');
    const number = Number(value.slice(at + 1));
    if (at < 0 || !Number.isSafeInteger(number)) {
      this.strangers.push(value.slice(0, 100));
      return;
    }
    const name = value.slice(0, at);
    const counter = this.#counters.get(name) ?? new Counter();
    this.#counters.set(name, counter);
    counter.add(number);
    this.records++;
  }

  get repeats(): number {
    return [...this.#counters.values()].reduce((sum, { repeats }) => sum + repeats, 0);
  }

  /** How often the order was broken: a number came before one below it. */
  get leaps(): number {
    return [...this.#counters.values()].reduce((sum, { leaps }) => sum + leaps, 0);
  }

  /** How far each counter came. */
  counts(): ReadonlyMap<string, number> {
    return new Map([...this.#counters].map(([name, counter]) => [name, counter.count]));
  }

  /** What is not here of so many numbers of each counter. */
  lacks(counts: ReadonlyMap<string, number>): readonly string[] {
    return [...counts].flatMap(([name, count]) => {
      const missing = (this.#counters.get(name) ?? new Counter()).missing(count);
      if (missing.length === 0) return [];
      return [`${name}: ${missing.length} of ${count} are missing, the first is ${missing[0]}`];
    });
  }
}

export interface TopicReading {
  readonly topic: string;
  /** Where to begin in each partition. */
  readonly from: readonly number[];
}

/** The values that a topic holds up to its end, of transactions only those that were committed. */
export async function valuesOf(
  bootstrap: string,
  { topic, from }: TopicReading,
  take: (value: string) => void,
): Promise<void> {
  const consumer = createConsumer({ bootstrapServers: [bootstrap], isolationLevel: 'read_committed' });
  const all = from.map((_, partition) => ({ topic, partition }));
  const deadlineMs = performance.now() + READ_TIMEOUT_MS;
  try {
    consumer.assign(all);
    for (const one of all) consumer.seek(one, from[one.partition] ?? 0);
    const ends = await consumer.endOffsets(all);
    while (all.some((one, index) => (consumer.position(one) ?? 0) < (ends[index] ?? 0))) {
      for (const record of await consumer.poll(500)) take(record.value?.toString('utf8') ?? '');
      if (performance.now() > deadlineMs) throw new Error(`reading ${topic} takes too long`);
    }
  } finally {
    await consumer.close();
  }
}

/** Adds all that a topic holds. */
export async function readTopic(
  bootstrap: string,
  topic: { readonly name: string; readonly partitions: number },
  ledger: Ledger,
): Promise<Ledger> {
  const from = Array.from({ length: topic.partitions }, () => 0);
  await valuesOf(bootstrap, { topic: topic.name, from }, (value) => ledger.add(value));
  return ledger;
}

/** All lines of the files of a folder whose names begin so. */
export async function ledgerOfFiles(folder: string, prefix: string): Promise<Ledger> {
  const ledger = new Ledger();
  for (const name of readdirSync(folder).filter((file) => file.startsWith(prefix)))
    for await (const line of createInterface({ input: createReadStream(join(folder, name)) }))
      ledger.add(line);
  return ledger;
}
