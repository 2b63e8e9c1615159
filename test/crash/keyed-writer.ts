import {
  createProducer,
  type Producer,
  type ProducerRecord,
  type TransactionalProducer,
} from '@millrace/client';
import type { Write } from './compacted-check.ts';
import type { SeededRandom } from './seeded-random.ts';

const RECORDS_MAX = 40;
const TOMBSTONE_SHARE = 0.1;
const ABORT_SHARE = 0.3;
const FILLER_BYTES_MAX = 150;

export interface KeyedWriterOptions {
  readonly name: string;
  readonly bootstrapServers: readonly string[];
  readonly topics: readonly string[];
  readonly partitions: number;
  readonly keys: number;
  /** Whether it writes in transactions, some of which it aborts. */
  readonly isTransactional: boolean;
  readonly random: SeededRandom;
}

/** The header that says which version of its key a record is; tombstones have it too. */
export const VERSION_HEADER = 'version';

/** What is sent as a version of a key. */
export function textOf(key: string, version: number): string {
  return `${key} ${version} ${'x'.repeat((version * 31 + key.length) % FILLER_BYTES_MAX)}`;
}

/** Writes new versions of its own keys, in no order, and notes what it was told of each. */
export class KeyedWriter {
  readonly #options: KeyedWriterOptions;
  /** By topic: what it sent, in order. */
  readonly writes: ReadonlyMap<string, Write[]>;
  readonly #versions = new Map<string, number>();

  constructor(options: KeyedWriterOptions) {
    this.#options = options;
    this.writes = new Map(options.topics.map((topic) => [topic, []]));
  }

  async run(stop: AbortSignal): Promise<void> {
    if (this.#options.isTransactional) await this.#runTransactions(stop);
    else await this.#runPlain(stop);
  }

  async #runPlain(stop: AbortSignal): Promise<void> {
    const { bootstrapServers } = this.#options;
    const producer = createProducer({ bootstrapServers, lingerMs: 0, requestTimeoutMs: 3_000 });
    while (!stop.aborted) await this.#send(producer, (write) => (write.outcome = 'acknowledged'));
    await producer.close();
  }

  async #runTransactions(stop: AbortSignal): Promise<void> {
    let producer = await this.#open();
    while (!stop.aborted) {
      let sent: Write[] = [];
      try {
        producer.beginTransaction();
        sent = await this.#send(producer, () => undefined);
        const isAborted = this.#options.random.chance(ABORT_SHARE);
        if (isAborted) for (const write of sent) write.outcome = 'aborted';
        await (isAborted ? producer.abortTransaction() : producer.commitTransaction());
        if (!isAborted) for (const write of sent) write.outcome = 'acknowledged';
      } catch {
        // What it was told nothing of may be there or not; its successor ends what is open.
        await producer.close(100).catch(() => undefined);
        producer = await this.#open();
      }
    }
    await producer.close();
  }

  async #open(): Promise<TransactionalProducer> {
    const { bootstrapServers, name } = this.#options;
    const options = { bootstrapServers, lingerMs: 0, requestTimeoutMs: 3_000, transactionalId: name };
    const producer = createProducer(options);
    await producer.initTransactions();
    return producer;
  }

  /** @throws where one of them failed, when all have been answered */
  async #send(producer: Producer, acknowledged: (write: Write) => void): Promise<Write[]> {
    const { topics, random } = this.#options;
    const topic = topics[random.between(0, topics.length - 1)] ?? '';
    const sent: Write[] = [];
    let failure: Error | null = null;
    const count = random.between(1, RECORDS_MAX);
    for (let index = 0; index < count; index++) {
      const write = this.#next(topic);
      sent.push(write);
      this.writes.get(topic)?.push(write);
      producer.produce(this.#recordOf(topic, write), (error, metadata) => {
        failure ??= error;
        if (metadata === null) return;
        write.offset = metadata.offset;
        acknowledged(write);
      });
    }
    await producer.flush();
    if (failure !== null) throw failure;
    return sent;
  }

  #next(topic: string): Write {
    const { name, keys, random } = this.#options;
    const key = `${name}-${random.between(0, keys - 1)}`;
    const version = this.#versions.get(`${topic} ${key}`) ?? 0;
    this.#versions.set(`${topic} ${key}`, version + 1);
    return { key, version, isTombstone: random.chance(TOMBSTONE_SHARE), outcome: 'unknown', offset: null };
  }

  #recordOf(topic: string, { key, version, isTombstone }: Write): ProducerRecord {
    return {
      topic,
      partition: Number(key.slice(key.lastIndexOf('-') + 1)) % this.#options.partitions,
      key: Buffer.from(key),
      value: isTombstone ? null : Buffer.from(textOf(key, version)),
      headers: [{ key: VERSION_HEADER, value: Buffer.from(String(version)) }],
    };
  }
}
