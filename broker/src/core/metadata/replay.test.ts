import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { configResourceTypeIds } from './config-resources.ts';
import type { MetadataImage, PartitionImage } from './image.ts';
import { brokerRecord, partitionChangeRecord, partitionRecord } from './record-builders.ts';
import type { MetadataRecord } from './records.ts';
import { emptyImage, replay } from './replay.ts';
import { snapshotRecords } from './snapshot-records.ts';

const partition = (number: number): PartitionImage => ({
  partition: number,
  replicas: [1],
  isr: [1],
  elr: [],
  adding: [],
  removing: [],
  directories: ['d'],
  leader: 1,
  leaderEpoch: 0,
  partitionEpoch: 0,
});

const topic = (name: string, partitions = 1): readonly MetadataRecord[] => [
  { kind: 'TopicRecord', value: { name, topicId: `id-${name}` } },
  ...Array.from({ length: partitions }, (_, number) => partitionRecord(`id-${name}`, partition(number))),
];

const config = (name: string, key: string, value: string | null): MetadataRecord => ({
  kind: 'ConfigRecord',
  value: { resourceType: configResourceTypeIds.topic, resourceName: name, name: key, value },
});

const quota = (user: string | null, key: string, value: number | null): MetadataRecord => ({
  kind: 'ClientQuotaRecord',
  value: {
    entity: [{ entityType: 'user', entityName: user }],
    key,
    value: value ?? 0,
    remove: value === null,
  },
});

const broker = brokerRecord({
  id: 1,
  epoch: 5,
  incarnationId: 'i',
  endpoints: [],
  rack: null,
  fenced: true,
  inControlledShutdown: false,
  logDirs: ['d'],
});

/** Everything that an image says, in one order. */
function plain(image: MetadataImage) {
  const byName = <Item extends { name: string }>(items: Item[]) =>
    items.sort((left, right) => (left.name < right.name ? -1 : 1));
  return {
    brokers: [...image.brokers.values()],
    topics: byName([...image.topicsByName.values()].map((item) => ({ ...item }))),
    ids: [...image.topicsById.keys()].sort(),
    configs: byName(
      [...image.configs.resources()].map(({ type, name, values }) => ({
        type,
        name,
        values: [...values].sort(),
      })),
    ),
    features: [...image.features].sort(),
    quotas: [...image.clientQuotas].map(([key, { values }]) => [key, [...values].sort()]).sort(),
    nextProducerId: image.nextProducerId,
  };
}

describe('replay', () => {
  it('shares what does not change, and leaves the image before as it was', () => {
    const before = replay(emptyImage, [...topic('a'), ...topic('b')], 3, 1);
    const after = replay(before, [partitionChangeRecord('id-a', 0, { leader: -1 })], 4, 1);
    expect(after.topicsByName.get('b')).toBe(before.topicsByName.get('b'));
    expect(after.configs).toBe(before.configs);
    expect(before.topicsByName.get('a')?.partitions[0]?.leader).toBe(1);
    expect(after.topicsByName.get('a')).toBe(after.topicsById.get('id-a'));
    expect(after).toMatchObject({ offset: 4, epoch: 1 });
  });

  it('counts the leader epoch up with each change of leader, and the partition epoch with each change', () => {
    const changes = [
      partitionChangeRecord('id-a', 0, { leader: -1 }),
      partitionChangeRecord('id-a', 0, { leader: 1 }),
    ];
    const image = replay(emptyImage, [...topic('a'), ...changes], 0, 0);
    expect(image.topicsByName.get('a')?.partitions[0]).toMatchObject({
      leader: 1,
      leaderEpoch: 2,
      partitionEpoch: 2,
    });
  });

  it('removes a topic with its configs', () => {
    const records: MetadataRecord[] = [
      ...topic('a'),
      config('a', 'retention.ms', '1'),
      { kind: 'RemoveTopicRecord', value: { topicId: 'id-a' } },
    ];
    expect(plain(replay(emptyImage, records, 0, 0))).toEqual(plain(emptyImage));
  });

  it('gives the same image from a snapshot as from the log, whatever the batches', () => {
    const step = fc.oneof(
      fc.constantFrom('a', 'b', 'c').map((name) => ({ do: 'toggle', name }) as const),
      fc
        .tuple(fc.constantFrom('a', 'b', 'c'), fc.constantFrom('k', 'l'), fc.constantFrom('1', '2', null))
        .map(([name, key, value]) => ({ do: 'config', name, key, value }) as const),
      fc.constantFrom('a', 'b', 'c').map((name) => ({ do: 'move', name }) as const),
      fc
        .tuple(fc.constantFrom('a', null), fc.constantFrom('k', 'l'), fc.constantFrom(1, 2, null))
        .map(([name, key, value]) => ({ do: 'quota', name, key, value }) as const),
    );
    fc.assert(
      fc.property(fc.array(fc.array(step, { maxLength: 6 }), { maxLength: 8 }), (batches) => {
        let image = replay(emptyImage, [broker], 0, 1);
        const log: MetadataRecord[] = [broker];
        for (const [index, batch] of batches.entries()) {
          const there = new Set(image.topicsByName.keys());
          const records = batch.flatMap((action): readonly MetadataRecord[] => {
            if (action.do === 'toggle') {
              if (there.delete(action.name))
                return [{ kind: 'RemoveTopicRecord', value: { topicId: `id-${action.name}` } }];
              there.add(action.name);
              return topic(action.name, 2);
            }
            if (action.do === 'quota') return [quota(action.name, action.key, action.value)];
            if (!there.has(action.name)) return [];
            if (action.do === 'move') return [partitionChangeRecord(`id-${action.name}`, 1, { leader: -1 })];
            return [config(action.name, action.key, action.value)];
          });
          image = replay(image, records, index + 1, 1);
          log.push(...records);
        }
        expect(plain(replay(emptyImage, log, 0, 1))).toEqual(plain(image));
        expect(plain(replay(emptyImage, snapshotRecords(image), 0, 1))).toEqual(plain(image));
      }),
    );
  });
});
