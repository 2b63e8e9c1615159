import { createConsumer, createProducer, type Producer } from '@millrace/client';
import { eventually } from './eventually.ts';

/** An idempotent producer with acks=all that writes numbered records until it is told to end. */
export class AcknowledgedLoad {
  readonly acknowledged: string[] = [];
  readonly #producer: Producer;
  readonly #topic: string;
  readonly #failures: unknown[] = [];
  readonly #written: Promise<void>;
  #isOver = false;

  constructor(bootstrapServers: readonly string[], topic: string) {
    this.#topic = topic;
    this.#producer = createProducer({ bootstrapServers, lingerMs: 1 });
    this.#written = this.#write();
  }

  /** Resolves when so many more are acknowledged. */
  async goesOn(records: number): Promise<void> {
    const goal = this.acknowledged.length + records;
    await eventually(() => this.#failures.length > 0 || this.acknowledged.length >= goal, {
      what: `${records} more records acknowledged`,
      timeoutMs: 60_000,
    });
    this.#check();
  }

  async end(): Promise<void> {
    this.#isOver = true;
    await this.#written;
    await this.#producer.flush();
    this.#check();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isOver = true;
    await this.#written;
    await this.#producer.close(1_000).catch(() => undefined);
  }

  #check(): void {
    if (this.#failures.length > 0)
      throw new Error(`records failed: ${this.#failures.map(String).join(', ')}`);
  }

  async #write(): Promise<void> {
    for (let number = 0; !this.#isOver; number += 1) {
      const value = `record-${number}`;
      const record = { topic: this.#topic, partition: number % 3, key: null, value: Buffer.from(value) };
      this.#producer.produce(record, (error) => {
        if (error === null) this.acknowledged.push(value);
        else this.#failures.push(error);
      });
      if (number % 10 === 0) await new Promise((resolve) => setTimeout(resolve, 2));
      if (number - this.acknowledged.length > 2_000) await this.#producer.ready();
    }
  }
}

export interface ReadOptions {
  readonly isolationLevel?: 'read_committed' | 'read_uncommitted';
  /** How many records there are, where markers of transactions are among the offsets. */
  readonly records?: number;
}

/** The values of all records that are there, partition by partition. */
export async function readAll(
  bootstrapServers: readonly string[],
  topic: string,
  partitionCount: number,
  options: ReadOptions = {},
): Promise<string[]> {
  const reader = createConsumer({
    bootstrapServers,
    isolationLevel: options.isolationLevel ?? 'read_uncommitted',
  });
  const partitions = Array.from({ length: partitionCount }, (_, partition) => ({ topic, partition }));
  reader.assign(partitions);
  for (const partition of partitions) reader.seek(partition, 0);
  const ends = await reader.endOffsets(partitions);
  const values: string[] = [];
  const total = options.records ?? ends.reduce((sum, end) => sum + end, 0);
  await eventually(
    async () => {
      for (const { value } of await reader.poll(200)) values.push(String(value));
      return values.length >= total;
    },
    { what: `${total} records read`, timeoutMs: 60_000 },
  );
  await reader.close();
  return values;
}
