import { setTimeout as passed } from 'node:timers/promises';
import { type Admin, createAdmin, createConsumer, createProducer } from '@millrace/client';
import type { PostgresServer } from './postgres-server.ts';

const LOOK_EVERY_MS = 20;
const TIMEOUT_MS = 300_000;
const LATENCY_RATE = 500;
const FILL_AT_ONCE = 5000;
const WARM_SHARE = 0.1;
const MARK = /mark(\d+)E/;

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

  /** Records with key and schemas, as Connect's JsonConverter writes them. */
  async fill(topic: string, count: number): Promise<void> {
    await this.create(topic);
    const producer = createProducer({
      bootstrapServers: [this.#bootstrap],
      lingerMs: 5,
      batchBytes: 131_072,
    });
    for (let first = 1; first <= count; first += FILL_AT_ONCE)
      await producer.send(
        Array.from({ length: Math.min(FILL_AT_ONCE, count - first + 1) }, (_, index) =>
          recordOf(topic, first + index),
        ),
      );
    await producer.close();
  }

  /** Commits rows at a fixed rate; the middle of the times from a commit's return to its record at a consumer, ms. */
  async latency(
    server: PostgresServer,
    of: { readonly table: string; readonly topic: string; readonly count: number },
  ): Promise<number> {
    const consumer = createConsumer({ bootstrapServers: [this.#bootstrap] });
    consumer.assign([{ topic: of.topic, partition: 0 }]);
    consumer.seek({ topic: of.topic, partition: 0 }, await this.end(of.topic));
    const done = new Float64Array(of.count);
    const seen = new Float64Array(of.count);
    let writing = true;
    const reading = (async () => {
      for (let got = 0, sinceMs = performance.now(); got < of.count; ) {
        for (const { value } of await consumer.poll(200)) {
          const index = Number(MARK.exec(value?.toString('latin1') ?? '')?.[1] ?? -1);
          if (index < 0 || seen[index] !== 0) continue;
          seen[index] = performance.now();
          got++;
        }
        if (writing) sinceMs = performance.now();
        else if (performance.now() - sinceMs > 30_000)
          throw new Error(`${of.count - got} records never came`);
      }
    })();
    const client = await server.connect();
    const startedMs = performance.now();
    const text = `INSERT INTO ${of.table} (id, n, name, amount, at, doc, ok) VALUES ($1, 1, $2, 1.5, now(), '{"a":1}', true)`;
    for (let i = 0; i < of.count; i++) {
      const aheadMs = startedMs + (i * 1000) / LATENCY_RATE - performance.now();
      if (aheadMs > 0) await passed(aheadMs);
      await client.query({ name: 'mark', text, values: [100_000_000 + i, `mark${i}E`] });
      done[i] = performance.now();
    }
    writing = false;
    await reading;
    await client.end();
    await consumer.close();
    const from = Math.floor(of.count * WARM_SHARE);
    const took = [...seen.subarray(from)].map((ms, index) => Math.max(0, ms - (done[from + index] ?? ms)));
    return took.sort((a, b) => a - b)[Math.floor(took.length / 2)] ?? Number.NaN;
  }

  async close(): Promise<void> {
    await this.#admin.close();
  }
}

/** A row like those of the table. */
function recordOf(topic: string, i: number) {
  const row = { id: i, n: i % 1000, name: `name-${i}`.padEnd(24, 'x'), amount: (i % 100_000) / 100 };
  const more = { at: 1_700_000_000_000 + i, doc: `{"a": ${i}, "b": "xyz"}`, ok: i % 2 === 0 };
  return {
    topic,
    key: Buffer.from(JSON.stringify({ schema: KEY_SCHEMA, payload: { id: i } })),
    value: Buffer.from(JSON.stringify({ schema: VALUE_SCHEMA, payload: { ...row, ...more } })),
  };
}

const KEY_SCHEMA = {
  type: 'struct',
  fields: [{ type: 'int32', optional: false, field: 'id' }],
  optional: false,
};
const VALUE_SCHEMA = {
  type: 'struct',
  optional: false,
  name: 'row',
  fields: [
    { type: 'int32', optional: false, field: 'id' },
    { type: 'int32', optional: true, field: 'n' },
    { type: 'string', optional: true, field: 'name' },
    { type: 'double', optional: true, field: 'amount' },
    {
      type: 'int64',
      optional: true,
      name: 'org.apache.kafka.connect.data.Timestamp',
      version: 1,
      field: 'at',
    },
    { type: 'string', optional: true, name: 'io.debezium.data.Json', version: 1, field: 'doc' },
    { type: 'boolean', optional: true, field: 'ok' },
  ],
};
