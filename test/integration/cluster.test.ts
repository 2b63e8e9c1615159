import { type Admin, createAdmin } from '@millrace/client';
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
