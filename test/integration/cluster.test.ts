import { type Admin, createAdmin, createConsumer, createProducer, type Producer } from '@millrace/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../support/index.ts';
import { type MillraceCluster, startMillraceCluster } from '../support/millrace-cluster.ts';

describe('three brokers', () => {
  let cluster: MillraceCluster;
  beforeAll(async () => {
    cluster = await startMillraceCluster(3);
  });
  afterAll(async () => {
    await cluster?.close();
  });

  it('are one cluster: what one of them is asked for, all of them know', async () => {
    const names = cluster.nodes.map(({ nodeId }) => `topic-${nodeId}`);
    for (const { nodeId, address } of cluster.nodes) {
      await using admin = closing(createAdmin({ bootstrapServers: [address] }));
      const topic = { name: `topic-${nodeId}`, partitions: 3, replicationFactor: 1 };
      await admin.it.createTopics([topic]);
    }
    for (const { address } of cluster.nodes) {
      await using admin = closing(createAdmin({ bootstrapServers: [address] }));
      await eventually(
        async () => {
          const known = new Set((await admin.it.listTopics()).map(({ name }) => name));
          return names.every((name) => known.has(name));
        },
        { what: `all topics at ${address}` },
      );
      expect((await admin.it.describeCluster()).brokers).toHaveLength(3);
    }
  });

  it('lose nothing that is acknowledged when a leader is killed under load, and the producer goes on', async () => {
    await using admin = closing(createAdmin({ bootstrapServers: cluster.bootstrapServers }));
    const topic = 'orders';
    const configs = { 'min.insync.replicas': '2' };
    await admin.it.createTopics([{ name: topic, partitions: 3, replicationFactor: 3, configs }]);
    await using load = new Load(cluster.bootstrapServers, topic);
    await load.goesOn(500);
    const before = await partitionsOf(admin.it, topic);
    const victim = cluster.nodes.find(({ nodeId }) => nodeId === before[0]?.leader);
    await victim?.kill();
    await load.goesOn(500);
    await victim?.start();
    await load.goesOn(500);
    await load.end();
    await eventually(async () => (await partitionsOf(admin.it, topic)).every(({ isr }) => isr.length === 3), {
      what: 'all replicas in sync again',
      timeoutMs: 60_000,
    });
    const found = await readAll(cluster.bootstrapServers, topic, 3);
    expect(found.length).toBeGreaterThanOrEqual(1_500);
    // Each record once: none lost of those acknowledged, none twice of an idempotent producer.
    expect(found.filter((value, index) => found.indexOf(value) !== index)).toEqual([]);
    const there = new Set(found);
    expect(load.acknowledged.filter((value) => !there.has(value))).toEqual([]);
  });
});

const partitionsOf = async (admin: Admin, topic: string) =>
  (await admin.describeTopics([topic])).find(({ name }) => name === topic)?.partitions ?? [];

/** An idempotent producer with acks=all that writes numbered records until it is told to end. */
class Load {
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
    expect(this.#failures).toEqual([]);
  }

  async end(): Promise<void> {
    this.#isOver = true;
    await this.#written;
    await this.#producer.flush();
    expect(this.#failures).toEqual([]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isOver = true;
    await this.#written;
    await this.#producer.close(1_000).catch(() => undefined);
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

async function readAll(
  bootstrapServers: readonly string[],
  topic: string,
  partitionCount: number,
): Promise<string[]> {
  await using reader = closing(createConsumer({ bootstrapServers }));
  const partitions = Array.from({ length: partitionCount }, (_, partition) => ({ topic, partition }));
  reader.it.assign(partitions);
  for (const partition of partitions) reader.it.seek(partition, 0);
  const ends = await reader.it.endOffsets(partitions);
  const values: string[] = [];
  const total = ends.reduce((sum, end) => sum + end, 0);
  await eventually(
    async () => {
      for (const { value } of await reader.it.poll(200)) values.push(String(value));
      return values.length >= total;
    },
    { what: `${total} records read`, timeoutMs: 60_000 },
  );
  return values;
}

function closing<T extends { close(): Promise<void> }>(it: T) {
  return { it, [Symbol.asyncDispose]: () => it.close() };
}
