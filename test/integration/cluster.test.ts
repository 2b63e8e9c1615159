import { createAdmin } from '@millrace/client';
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
});

function closing<T extends { close(): Promise<void> }>(it: T) {
  return { it, [Symbol.asyncDispose]: () => it.close() };
}
