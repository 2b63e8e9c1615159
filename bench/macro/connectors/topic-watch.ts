import { setTimeout as passed } from 'node:timers/promises';
import { type Admin, createAdmin, createConsumer, createProducer } from '@millrace/client';

const LOOK_EVERY_MS = 20;
const TIMEOUT_MS = 300_000;
const LATENCY_RATE = 500;
const FILL_AT_ONCE = 5000;
const WARM_SHARE = 0.1;
const MARK = /mark(\d+)E/;

/** A record that a topic is filled with. */
export interface TopicRecord {
  readonly key: Buffer;
  readonly value: Buffer;
}

/** Topics of one partition, as the load side sees them. */
export class TopicWatch {
  readonly #bootstrap: string;
  readonly #admin: Admin;

  constructor(bootstrap: string) {
    this.#bootstrap = bootstrap;
    this.#admin = createAdmin({ bootstrapServers: [bootstrap] });
  }

  async create(topic: string): Promise<void> {
    await this.#admin.createTopics([{ name: topic, partitions: 1 }]);
  }

  async end(topic: string): Promise<number> {
    const [end = 0] = await this.#admin.listOffsets([{ topic, partition: 0 }], 'latest');
    return end;
  }

  /** Milliseconds of this process's clock at which the first record behind `base` was there, and the last of `count`. */
  async wait(
    topic: string,
    count: number,
    base = 0,
  ): Promise<{ readonly firstMs: number; readonly lastMs: number }> {
    const startedMs = performance.now();
    let firstMs: number | null = null;
    for (;;) {
      const come = (await this.end(topic)) - base;
      if (come > 0) firstMs ??= performance.now();
      if (come >= count) return { firstMs: firstMs ?? startedMs, lastMs: performance.now() };
      if (performance.now() - startedMs > TIMEOUT_MS)
        throw new Error(`${topic} has ${come} of ${count} records`);
      await passed(LOOK_EVERY_MS);
    }
  }

  /** A topic with records 1 to `count`. */
  async fill(topic: string, count: number, recordOf: (index: number) => TopicRecord): Promise<void> {
    await this.create(topic);
    const producer = createProducer({
      bootstrapServers: [this.#bootstrap],
      lingerMs: 5,
      batchBytes: 131_072,
    });
    for (let first = 1; first <= count; first += FILL_AT_ONCE)
      await producer.send(
        Array.from({ length: Math.min(FILL_AT_ONCE, count - first + 1) }, (_, index) => ({
          topic,
          ...recordOf(first + index),
        })),
      );
    await producer.close();
  }

  /**
   * Has marks written one by one at a fixed rate; the middle of the times from the return of `write` to the mark's record at a
   * consumer, ms. A record is known by the mark's text in its value.
   */
  async latencyMs(
    topic: string,
    count: number,
    write: (mark: string, index: number) => Promise<unknown>,
  ): Promise<number> {
    const consumer = createConsumer({ bootstrapServers: [this.#bootstrap] });
    consumer.assign([{ topic, partition: 0 }]);
    consumer.seek({ topic, partition: 0 }, await this.end(topic));
    const done = new Float64Array(count);
    const seen = new Float64Array(count);
    let writing = true;
    const reading = (async () => {
      for (let got = 0, sinceMs = performance.now(); got < count; ) {
        for (const { value } of await consumer.poll(200)) {
          const index = Number(MARK.exec(value?.toString('latin1') ?? '')?.[1] ?? -1);
          if (index < 0 || seen[index] !== 0) continue;
          seen[index] = performance.now();
          got++;
        }
        if (writing) sinceMs = performance.now();
        else if (performance.now() - sinceMs > 30_000) throw new Error(`${count - got} records never came`);
      }
    })();
    const startedMs = performance.now();
    for (let index = 0; index < count; index++) {
      const aheadMs = startedMs + (index * 1000) / LATENCY_RATE - performance.now();
      if (aheadMs > 0) await passed(aheadMs);
      await write(`mark${index}E`, index);
      done[index] = performance.now();
    }
    writing = false;
    await reading;
    await consumer.close();
    const from = Math.floor(count * WARM_SHARE);
    const took = [...seen.subarray(from)].map((ms, index) => Math.max(0, ms - (done[from + index] ?? ms)));
    return took.sort((a, b) => a - b)[Math.floor(took.length / 2)] ?? Number.NaN;
  }

  async close(): Promise<void> {
    await this.#admin.close();
  }
}
