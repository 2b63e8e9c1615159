import { type Admin, createAdmin, createConsumer, createProducer } from '@millrace/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AcknowledgedLoad, readAll } from '../support/acknowledged-load.ts';
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

  it('give what was committed before a restart, where the leader alone came back and too few are in sync', async () => {
    const { bootstrapServers, nodes } = cluster;
    await using admin = closing(createAdmin({ bootstrapServers }));
    const topic = 'held';
    const configs = { 'min.insync.replicas': '2' };
    await admin.it.createTopics([{ name: topic, partitions: 1, replicationFactor: 2, configs }]);
    const send = async (value: string, acks: -1 | 1) => {
      await using producer = closing(createProducer({ bootstrapServers, acks }));
      await producer.it.send([{ topic, key: null, value: Buffer.from(value) }]);
    };
    await using consumer = closing(createConsumer({ bootstrapServers }));
    const reads = (until: string) =>
      eventually(
        async () => {
          consumer.it.assign([{ topic, partition: 0 }]);
          consumer.it.seek({ topic, partition: 0 }, 0);
          const read: string[] = [];
          for (
            let more = await consumer.it.poll(1_000);
            more.length > 0;
            more = await consumer.it.poll(1_000)
          )
            for (const { value } of more) read.push(String(value));
          return read.at(-1) === until ? read : null;
        },
        { what: `records up to ${until}`, timeoutMs: 90_000 },
      );
    await send('committed', -1);
    const [{ leader = 0, isr = [] } = {}] = await partitionsOf(admin.it, topic);
    const leading = nodes.find(({ nodeId }) => nodeId === leader);
    const following = nodes.find(({ nodeId }) => nodeId !== leader && isr.includes(nodeId));
    await following?.stop();
    // Its leader takes it; whether it stays is open until the other one has it too.
    await send('open', 1);
    await leading?.stop();
    await leading?.start();
    expect(await reads('committed')).toEqual(['committed']);
    await following?.start();
    expect(await reads('open')).toEqual(['committed', 'open']);
  }, 240_000);

  it('lose nothing that is acknowledged when a leader is killed under load, and the producer goes on', async () => {
    await using admin = closing(createAdmin({ bootstrapServers: cluster.bootstrapServers }));
    const topic = 'orders';
    const configs = { 'min.insync.replicas': '2' };
    await admin.it.createTopics([{ name: topic, partitions: 3, replicationFactor: 3, configs }]);
    await using load = new AcknowledgedLoad(cluster.bootstrapServers, topic);
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

function closing<T extends { close(): Promise<void> }>(it: T) {
  return { it, [Symbol.asyncDispose]: () => it.close() };
}
