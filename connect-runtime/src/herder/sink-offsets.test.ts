import type { Admin } from '@millrace/client';
import { MillraceError } from '@millrace/foundation';
import { describe, expect, test } from 'vitest';
import { SinkOffsets } from './sink-offsets.ts';

type Position = readonly [topic: string, partition: number, offset: number];

/** A cluster with topics `a` and `b` of two partitions and one share group, which is null where no group is known. */
class FakeCluster {
  group: Map<string, number> | null;

  constructor(positions: readonly Position[] | null) {
    this.group = positions && new Map(positions.map(([topic, at, offset]) => [`${topic} ${at}`, offset]));
  }

  readonly admin = {
    describeTopics: async (names: readonly string[]) =>
      names.map((name) => {
        if (name !== 'a' && name !== 'b') throw refusal('UNKNOWN_TOPIC_OR_PARTITION');
        return { name, partitions: [{}, {}] };
      }),
    shareGroupOffsets: async () => {
      if (!this.group) throw refusal('GROUP_ID_NOT_FOUND');
      return [...this.group].map(([key, startOffset]) => {
        const [topic = '', partition] = key.split(' ');
        return { topic, partition: Number(partition), startOffset, lag: 0 };
      });
    },
    alterShareGroupOffsets: async (
      _: string,
      offsets: { topic: string; partition: number; startOffset: number }[],
    ) => {
      for (const { topic, partition, startOffset } of offsets)
        this.group?.set(`${topic} ${partition}`, startOffset);
    },
    deleteShareGroupOffsets: async (_: string, topics: readonly string[]) => {
      for (const key of [...(this.group?.keys() ?? [])])
        if (topics.includes(key.split(' ')[0] ?? '')) this.group?.delete(key);
    },
    deleteGroups: async () => {
      if (!this.group) throw refusal('GROUP_ID_NOT_FOUND');
      this.group = null;
    },
  };

  get sink(): SinkOffsets {
    const config = { 'connector.class': 'X', 'consumer.protocol': 'share' };
    return new SinkOffsets(this.admin as unknown as Admin, 'x', config);
  }

  async positions(): Promise<readonly unknown[]> {
    return (await this.sink.read()).map(({ partition, offset }) => [
      partition.kafka_topic,
      partition.kafka_partition,
      offset.kafka_offset,
    ]);
  }
}

const refusal = (code: string) => new MillraceError(`refused: ${code}`, { code, class: 'config' });

describe('a sink in a share group', () => {
  test('stands where its group begins, by topic and partition', async () => {
    const cluster = new FakeCluster([
      ['b', 1, 5],
      ['b', 0, 6],
      ['a', 1, 7],
    ]);
    expect(await cluster.positions()).toEqual([
      ['a', 1, 7],
      ['b', 0, 6],
      ['b', 1, 5],
    ]);
  });

  test('without a group stands nowhere, and can be reset', async () => {
    const cluster = new FakeCluster(null);
    expect(await cluster.positions()).toEqual([]);
    await expect(cluster.sink.reset()).resolves.toBeUndefined();
  });

  test('loses the position of one partition, and keeps those of the topic and of others', async () => {
    const cluster = new FakeCluster([
      ['a', 0, 1],
      ['a', 1, 2],
      ['b', 0, 3],
    ]);
    await cluster.sink.alter([
      { topic: 'a', partition: 1, offset: null },
      { topic: 'b', partition: 0, offset: 9 },
    ]);
    expect(await cluster.positions()).toEqual([
      ['a', 0, 1],
      ['b', 0, 9],
    ]);
  });

  test('must name topics and partitions that exist', async () => {
    const cluster = new FakeCluster([['a', 0, 1]]);
    const wanted = [
      { topic: 'a', partition: 0, offset: null },
      { topic: 'a', partition: 2, offset: 3 },
    ];
    await expect(cluster.sink.mustExist(wanted)).rejects.toMatchObject({
      code: 'BAD_REQUEST',
      details: { path: 'offsets' },
    });
    const unknown = [{ topic: 'nowhere', partition: 0, offset: 3 }];
    await expect(cluster.sink.mustExist(unknown)).rejects.toMatchObject({ code: 'BAD_REQUEST' });
    expect(await cluster.positions()).toEqual([['a', 0, 1]]);
  });

  test('says that the brokers have no share groups, rather than that it stands nowhere', async () => {
    const cluster = new FakeCluster(null);
    cluster.admin.shareGroupOffsets = () => Promise.reject(refusal('SHARE_GROUPS_UNSUPPORTED'));
    await expect(cluster.sink.read()).rejects.toMatchObject({ code: 'SHARE_GROUPS_UNSUPPORTED' });
  });
});
