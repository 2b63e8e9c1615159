import { describe, expect, it } from 'vitest';
import { alive, InstantController as Controller } from '../../testing/instant-controller.ts';
import { incrementalAlterConfigs } from './alter-configs.ts';
import { alterPartitions } from './alter-partition.ts';
import { fenceBroker, heartbeatBroker, registerBroker, unregisterBroker } from './brokers.ts';
import type { ConfigChange, TopicToCreate } from './commands.ts';
import { createPartitions } from './create-partitions.ts';
import { createTopics } from './create-topics.ts';
import { deleteTopics } from './delete-topics.ts';
import { electLeaders } from './elect-leaders.ts';
import { allocateProducerIds } from './producer-ids.ts';

describe('creating topics', () => {
  it.each<[string, Partial<TopicToCreate>, string | null]>([
    ['defaults', {}, null],
    ['an empty name', { name: '' }, 'INVALID_TOPIC_EXCEPTION'],
    ['dots for a name', { name: '..' }, 'INVALID_TOPIC_EXCEPTION'],
    ['a blank in the name', { name: 'a b' }, 'INVALID_TOPIC_EXCEPTION'],
    ['a name of 250 characters', { name: 'x'.repeat(250) }, 'INVALID_TOPIC_EXCEPTION'],
    ['a name of 249 characters', { name: 'x'.repeat(249) }, null],
    ['a name that is there', { name: 'there.is' }, 'TOPIC_ALREADY_EXISTS'],
    ['a name that collides', { name: 'there_is' }, 'INVALID_TOPIC_EXCEPTION'],
    ['the log of metadata', { name: '__cluster_metadata' }, 'INVALID_REQUEST'],
    ['no partitions', { numPartitions: 0 }, 'INVALID_PARTITIONS'],
    ['too many partitions', { numPartitions: 10_001 }, 'POLICY_VIOLATION'],
    ['no replicas', { replicationFactor: 0 }, 'INVALID_REPLICATION_FACTOR'],
    ['more replicas than brokers', { replicationFactor: 4 }, 'INVALID_REPLICATION_FACTOR'],
    [
      'bad replicas before bad partitions',
      { numPartitions: 0, replicationFactor: 0 },
      'INVALID_REPLICATION_FACTOR',
    ],
    ['a bad config', { configs: [{ name: 'bad', value: '1' }], numPartitions: 0 }, 'INVALID_CONFIG'],
    ['a config without a value', { configs: [{ name: 'k', value: null }] }, 'INVALID_CONFIG'],
    ['an assignment', { assignments: [{ partition: 0, brokerIds: [2, 1] }] }, null],
    [
      'an assignment and a count',
      { numPartitions: 1, assignments: [{ partition: 0, brokerIds: [1] }] },
      'INVALID_REQUEST',
    ],
    [
      'an assignment to nobody',
      { assignments: [{ partition: 0, brokerIds: [] }] },
      'INVALID_REPLICA_ASSIGNMENT',
    ],
    [
      'an assignment to a stranger',
      { assignments: [{ partition: 0, brokerIds: [9] }] },
      'INVALID_REPLICA_ASSIGNMENT',
    ],
    [
      'an assignment twice to one',
      { assignments: [{ partition: 0, brokerIds: [1, 1] }] },
      'INVALID_REPLICA_ASSIGNMENT',
    ],
    [
      'an assignment to the fenced',
      { assignments: [{ partition: 0, brokerIds: [3] }] },
      'INVALID_REPLICA_ASSIGNMENT',
    ],
    [
      'an assignment with a gap',
      { assignments: [{ partition: 1, brokerIds: [1] }] },
      'INVALID_REPLICA_ASSIGNMENT',
    ],
  ])('with %s', (_what, topic, error) => {
    const controller = new Controller(alive(1), alive(2), alive(3, true));
    controller.create({ name: 'there.is' });
    expect(controller.create(topic)[0]?.error).toBe(error);
    expect(controller.image.topicsByName.size).toBe(error === null ? 2 : 1);
  });

  it('decides each topic by itself, and refuses a name that is there twice', () => {
    const controller = new Controller(alive(1));
    const results = controller.create(
      { name: 'a' },
      { name: 'b' },
      { name: 'b' },
      { name: 'c.d' },
      { name: 'c_d' },
    );
    expect(results.map((result) => result.error)).toEqual([
      null,
      'INVALID_REQUEST',
      'INVALID_REQUEST',
      null,
      'INVALID_TOPIC_EXCEPTION',
    ]);
  });

  it('spreads leaders over the brokers that are alive, followers behind them', () => {
    const controller = new Controller(alive(1), alive(2), alive(3, true));
    controller.create({ numPartitions: 4, replicationFactor: 3 });
    const partitions = controller.image.topicsByName.get('orders')!.partitions;
    expect(partitions.map(({ leader }) => leader).sort()).toEqual([1, 1, 2, 2]);
    expect(partitions.map(({ isr }) => isr.length)).toEqual([2, 2, 2, 2]);
    expect(partitions[0]).toMatchObject({ replicas: [1, 2, 3], directories: ['dir-1', 'dir-2', 'dir-3'] });
  });

  it('changes nothing where it only validates', () => {
    const controller = new Controller(alive(1));
    const topic = { name: 'a', numPartitions: 1, replicationFactor: 1, assignments: [], configs: [] };
    const [result] = controller.decide((input) =>
      createTopics(input, { topics: [topic], validateOnly: true }),
    );
    expect(result?.error).toBeNull();
    expect(controller.image.topicsByName.size).toBe(0);
  });
});

describe('other changes of topics', () => {
  it('deletes by name and id, and says what it does not know', () => {
    const controller = new Controller(alive(1));
    controller.create({ name: 'a' }, { name: 'b' });
    const topicId = controller.image.topicsByName.get('b')!.id;
    const topics = [{ name: 'a' }, { topicId }, { name: 'nobody' }, { topicId: 'nothing' }];
    const results = controller.decide((input) => deleteTopics(input, { topics }));
    expect(results.map(({ error }) => error)).toEqual([
      null,
      null,
      'UNKNOWN_TOPIC_OR_PARTITION',
      'UNKNOWN_TOPIC_ID',
    ]);
    expect(controller.image.topicsByName.size).toBe(0);
  });

  it.each([
    ['nobody', 3, null, 'UNKNOWN_TOPIC_OR_PARTITION'],
    ['orders', 2, null, 'INVALID_PARTITIONS'],
    ['orders', 1, null, 'INVALID_PARTITIONS'],
    ['orders', 4, [[1]], 'INVALID_REPLICA_ASSIGNMENT'],
    ['orders', 3, [[1, 2]], 'INVALID_REPLICA_ASSIGNMENT'],
    ['orders', 3, [[2]], null],
    ['orders', 4, null, null],
  ])('grows %s to %i partitions on %j: %s', (name, count, assignments, error) => {
    const controller = new Controller(alive(1), alive(2));
    controller.create({});
    const topics = [{ name, count, assignments }];
    const results = controller.decide((input) => createPartitions(input, { topics, validateOnly: false }));
    expect(results[0]?.error).toBe(error);
    expect(controller.image.topicsByName.get('orders')!.partitions).toHaveLength(error === null ? count : 2);
  });

  it('changes configs one by one, and none of a resource where one is wrong', () => {
    const controller = new Controller(alive(1));
    controller.create({});
    const alter = (name: string, ...changes: ConfigChange[]) =>
      controller.decide((input) =>
        incrementalAlterConfigs(input, {
          resources: [{ type: 'topic', name, changes }],
          validateOnly: false,
        }),
      )[0]?.error;
    const own = () => Object.fromEntries(controller.image.configs.get('topic', 'orders') ?? []);
    const set = (name: string, value: string | null): ConfigChange => ({ name, operation: 'set', value });
    expect(alter('orders', set('k', '1'))).toBeNull();
    expect(alter('orders', set('k', '2'), set('bad', '1'))).toBe('INVALID_CONFIG');
    expect(own()).toEqual({ k: '1' });
    expect(alter('orders', { name: 'k', operation: 'delete', value: null })).toBeNull();
    expect(alter('orders', { name: 'cleanup.policy', operation: 'append', value: 'compact' })).toBeNull();
    expect(own()).toEqual({ 'cleanup.policy': 'delete,compact' });
    expect(alter('orders', { name: 'cleanup.policy', operation: 'subtract', value: 'delete' })).toBeNull();
    expect(own()).toEqual({ 'cleanup.policy': 'compact' });
    expect(alter('orders', { name: 'k', operation: 'append', value: '1' })).toBe('INVALID_CONFIG');
    expect(alter('orders', set('k', null))).toBe('INVALID_REQUEST');
    expect(alter('orders', set('k', '1'), set('k', '2'))).toBe('INVALID_REQUEST');
    expect(alter('nobody', set('k', '1'))).toBe('UNKNOWN_TOPIC_OR_PARTITION');
  });
});

const levels = (minVersion: number, maxVersion: number) => [
  { name: 'metadata.version', minVersion, maxVersion },
  { name: 'transaction.version', minVersion: 0, maxVersion: 2 },
];

describe('brokers', () => {
  const command = {
    brokerId: 1,
    incarnationId: 'new',
    endpoints: [],
    rack: null,
    logDirs: ['dir-1'],
    features: [{ name: 'metadata.version', minVersion: 0, maxVersion: 30 }],
    previousEpoch: -1,
    isHeard: true,
  };
  const register = (controller: Controller, more: Partial<typeof command> = {}) => {
    const result = controller.decide((input) => registerBroker(input, { ...command, ...more }));
    return result.error === null ? result.epoch : -1;
  };
  const beat = (controller: Controller, brokerId: number, epoch: number, more: object = {}) =>
    controller.decide((input) =>
      heartbeatBroker(input, {
        brokerId,
        epoch,
        metadataOffset: 1_000,
        wantsFence: false,
        wantsShutdown: false,
        ...more,
      }),
    );
  const leaders = (controller: Controller, topic = 'orders') =>
    controller.image.topicsByName
      .get(topic)!
      .partitions.map(({ leader, leaderEpoch, isr }) => [leader, leaderEpoch, isr]);

  it('that come back lead again what nobody else could, in later epochs', () => {
    const controller = new Controller(alive(1), alive(2));
    controller.create({ numPartitions: 2 });
    const epoch = register(controller);
    expect(leaders(controller)).toEqual([
      [-1, 1, [1]],
      [2, 0, [2]],
    ]);
    expect(beat(controller, 1, epoch - 1).error).toBe('STALE_BROKER_EPOCH');
    expect(beat(controller, 9, epoch).error).toBe('STALE_BROKER_EPOCH');
    expect(beat(controller, 1, epoch, { metadataOffset: epoch - 1 })).toMatchObject({ isFenced: true });
    expect(beat(controller, 1, epoch)).toMatchObject({ error: null, isFenced: false });
    expect(leaders(controller)).toEqual([
      [1, 2, [1]],
      [2, 0, [2]],
    ]);
    expect(controller.image.brokers.get(1)).toMatchObject({ fenced: false, incarnationId: 'new' });
  });

  it('come back outside the in-sync set where others are in it', () => {
    const controller = new Controller(alive(1), alive(2), alive(3));
    controller.create({ numPartitions: 1, replicationFactor: 3 });
    const epoch = register(controller);
    expect(leaders(controller)).toEqual([[2, 1, [2, 3]]]);
    beat(controller, 1, epoch);
    expect(leaders(controller)).toEqual([[2, 1, [2, 3]]]);
  });

  it('lose the lead and their place in sync when they are fenced; the last one keeps its place', () => {
    const controller = new Controller(alive(1), alive(2));
    controller.create({ numPartitions: 1, replicationFactor: 2 });
    controller.decide((input) => fenceBroker(input, 1));
    expect(leaders(controller)).toEqual([[2, 1, [2]]]);
    controller.decide((input) => fenceBroker(input, 2));
    expect(leaders(controller)).toEqual([[-1, 2, [2]]]);
  });

  it('that were not in sync lead only where the topic allows it', () => {
    const controller = new Controller(alive(1), alive(2));
    controller.create({ numPartitions: 1, replicationFactor: 2 });
    controller.create({ name: 'unclean', numPartitions: 1, replicationFactor: 2 });
    controller.decide((input) => fenceBroker(input, 2));
    controller.decide((input) => fenceBroker(input, 1));
    const epoch = register(controller, { brokerId: 2, logDirs: ['dir-2'] });
    beat(controller, 2, epoch);
    expect(leaders(controller)).toEqual([[-1, 1, [1]]]);
    expect(leaders(controller, 'unclean')).toEqual([[2, 2, [2]]]);
  });

  it('lead without loss as long as one is eligible, though the last one in sync has lost what it had', () => {
    const controller = new Controller(alive(1), alive(2), alive(3));
    controller.create({ name: 'safe', numPartitions: 1, replicationFactor: 3 });
    controller.decide((input) => fenceBroker(input, 3));
    controller.decide((input) => fenceBroker(input, 2));
    const partition = () => controller.image.topicsByName.get('safe')!.partitions[0]!;
    expect([partition().isr, partition().elr]).toEqual([[1], [2]]);
    controller.decide((input) => fenceBroker(input, 1));
    const first = register(controller);
    beat(controller, 1, first);
    expect([partition().leader, partition().isr, partition().elr]).toEqual([-1, [], [2]]);
    const second = register(controller, { brokerId: 3, logDirs: ['dir-3'], incarnationId: 'third' });
    beat(controller, 3, second);
    expect(partition().leader).toBe(-1);
    beat(controller, 2, controller.image.brokers.get(2)!.epoch);
    expect([partition().leader, partition().isr, partition().elr]).toEqual([2, [2], []]);
  });

  it('stay eligible where they show that their last registration ended in order, and only then', () => {
    const partitionAfter = (previousOf: (epoch: number) => number) => {
      const controller = new Controller(alive(1), alive(2), alive(3));
      controller.create({ name: 'safe', numPartitions: 1, replicationFactor: 3 });
      for (const id of [3, 2]) controller.decide((input) => fenceBroker(input, id));
      const { epoch } = controller.image.brokers.get(2)!;
      const previousEpoch = previousOf(epoch);
      register(controller, { brokerId: 2, logDirs: ['dir-2'], incarnationId: 'second', previousEpoch });
      const { isr, elr } = controller.image.topicsByName.get('safe')!.partitions[0]!;
      return [isr, elr];
    };
    expect(partitionAfter((epoch) => epoch)).toEqual([[1], [2]]);
    expect(partitionAfter((epoch) => epoch - 1)).toEqual([[1], []]);
    expect(partitionAfter(() => -1)).toEqual([[1], []]);
  });

  it('lead nothing by having been in sync when they come with another folder, which has nothing of it', () => {
    const controller = new Controller(alive(1), alive(2), alive(3));
    controller.create({ numPartitions: 1, replicationFactor: 3 });
    const partition = () => controller.image.topicsByName.get('orders')!.partitions[0]!;
    for (const id of [3, 2, 1]) controller.decide((input) => fenceBroker(input, id));
    const epoch = register(controller, { logDirs: ['new'], isHeard: false });
    beat(controller, 1, epoch);
    beat(controller, 2, controller.image.brokers.get(2)!.epoch);
    expect([partition().leader, partition().isr]).toEqual([-1, [1]]);
    const topics = [{ topic: 'orders', partitions: [0] }];
    const [elected] = controller.decide((input) => electLeaders(input, { type: 'unclean', topics }));
    expect(elected?.partitions[0]?.error).toBeNull();
    expect([partition().leader, partition().isr]).toEqual([2, [2]]);
    // In sync again, its replica is in the folder that it has now.
    const { leaderEpoch, partitionEpoch } = partition();
    const topicId = controller.image.topicsByName.get('orders')!.id;
    const isr = [2, 1].map((id) => ({ id, epoch: controller.image.brokers.get(id)!.epoch }));
    const wish = { topicId, partition: 0, leaderEpoch, partitionEpoch, isr };
    const leader = { brokerId: 2, epoch: controller.image.brokers.get(2)!.epoch };
    controller.decide((input) => alterPartitions(input, { ...leader, partitions: [wish] }));
    expect(partition()).toMatchObject({ isr: [2, 1], directories: ['new', 'dir-2', 'dir-3'] });
    controller.decide((input) => electLeaders(input, { type: 'preferred', topics }));
    expect(partition().leader).toBe(1);
  });

  it('with another folder lead by an unclean election where nobody else is there', () => {
    const controller = new Controller(alive(1));
    controller.create({ numPartitions: 1, replicationFactor: 1 });
    const epoch = register(controller, { logDirs: ['new'], isHeard: false });
    beat(controller, 1, epoch);
    expect(leaders(controller)).toEqual([[-1, 1, [1]]]);
    controller.decide((input) => electLeaders(input, { type: 'unclean', topics: null }));
    expect(leaders(controller)).toEqual([[1, 2, [1]]]);
    expect(controller.image.topicsByName.get('orders')!.partitions[0]!.directories).toEqual(['new']);
  });

  it('may stop when they have handed over what they lead', () => {
    const controller = new Controller(alive(1), alive(2));
    controller.create({ numPartitions: 1, replicationFactor: 2 });
    const { epoch } = controller.image.brokers.get(1)!;
    expect(beat(controller, 1, epoch, { wantsShutdown: true })).toMatchObject({ shouldShutDown: false });
    expect(leaders(controller)).toEqual([[2, 1, [2]]]);
    expect(beat(controller, 1, epoch, { wantsShutdown: true })).toMatchObject({ shouldShutDown: true });
  });

  it('of one id are one: another folder waits until the first one is silent', () => {
    const controller = new Controller(alive(1));
    const other = { incarnationId: 'other', logDirs: ['elsewhere'] };
    expect(register(controller, other)).toBe(-1);
    expect(register(controller, { ...other, isHeard: false })).toBeGreaterThanOrEqual(0);
  });

  it.each<[string, Partial<typeof command>, string]>([
    ['no folder', { logDirs: [] }, 'INVALID_REGISTRATION'],
    ['a folder twice', { logDirs: ['a', 'a'] }, 'INVALID_REGISTRATION'],
    ['the folder of another', { logDirs: ['dir-2'] }, 'INVALID_REGISTRATION'],
    ['the id of no folder', { logDirs: ['AAAAAAAAAAAAAAAAAAAAAA'] }, 'INVALID_REGISTRATION'],
    ['the last id that is kept free', { logDirs: ['AAAAAAAAAAAAAAAAAAAAYw'] }, 'INVALID_REGISTRATION'],
    ['no levels of metadata', { features: [] }, 'INVALID_REGISTRATION'],
    ['levels that are all too high', { features: levels(8, 30) }, 'UNSUPPORTED_VERSION'],
    ['levels that are all too low', { features: levels(1, 6) }, 'UNSUPPORTED_VERSION'],
    ['not all features', { features: levels(7, 7).slice(0, 1) }, 'UNSUPPORTED_VERSION'],
    [
      'a feature without level 0 that nobody else has',
      { features: [...levels(7, 7), { name: 'odd', minVersion: 1, maxVersion: 2 }] },
      'UNSUPPORTED_VERSION',
    ],
  ])('are not let in with %s', (_what, more, error) => {
    const controller = new Controller(alive(2));
    const feature = (name: string, featureLevel: number) => ({
      kind: 'FeatureLevelRecord' as const,
      value: { name, featureLevel },
    });
    controller.decide(() => ({
      records: [feature('metadata.version', 7), feature('transaction.version', 2)],
      response: null,
    }));
    const fits = { features: levels(7, 7), logDirs: ['AAAAAAAAAAAAAAAAAAAAZA'] };
    const answer = (changed: Partial<typeof command>) =>
      controller.decide((input) => registerBroker(input, { ...command, ...fits, ...changed }));
    expect(answer(more).error).toBe(error);
    expect([...controller.image.brokers.keys()]).toEqual([2]);
    expect(answer({}).error).toBeNull();
  });

  it('are fenced when they may go, and may at once when they want that too', () => {
    const controller = new Controller(alive(1), alive(2));
    controller.create({ numPartitions: 1, replicationFactor: 2 });
    expect(beat(controller, 2, 2, { wantsShutdown: true })).toMatchObject({
      isFenced: true,
      shouldShutDown: true,
    });
    expect(controller.image.brokers.get(2)?.fenced).toBe(true);
    expect(leaders(controller)).toEqual([[1, 0, [1]]]);
    expect(beat(controller, 1, 1, { wantsShutdown: true, wantsFence: true })).toMatchObject({
      isFenced: true,
      shouldShutDown: true,
    });
    expect(controller.image.brokers.get(1)?.fenced).toBe(true);
  });

  it('are forgotten when they are unregistered', () => {
    const controller = new Controller(alive(1), alive(2));
    expect(controller.decide((input) => unregisterBroker(input, 2)).error).toBeNull();
    expect([...controller.image.brokers.keys()]).toEqual([1]);
    expect(controller.decide((input) => unregisterBroker(input, 2)).error).toBe('BROKER_ID_NOT_REGISTERED');
  });

  it('change the in-sync set as leaders, with members that are alive', () => {
    const controller = new Controller(alive(1), alive(2));
    controller.create({ numPartitions: 1, replicationFactor: 2 });
    const topic = () => controller.image.topicsByName.get('orders')!;
    const alter = (isr: readonly number[], more: object = {}) => {
      const [partition] = topic().partitions;
      const { leaderEpoch, partitionEpoch } = partition!;
      const result = controller.decide((input) =>
        alterPartitions(input, {
          brokerId: 1,
          epoch: controller.image.brokers.get(1)!.epoch,
          partitions: [
            {
              topicId: topic().id,
              partition: 0,
              leaderEpoch,
              partitionEpoch,
              isr: isr.map((id) => ({ id, epoch: controller.image.brokers.get(id)?.epoch ?? 0 })),
              ...more,
            },
          ],
        }),
      );
      return result.error === null ? result.partitions[0]!.error : result.error;
    };
    expect(alter([1])).toBeNull();
    expect(leaders(controller)).toEqual([[1, 0, [1]]]);
    expect(alter([1, 2], { partitionEpoch: 0 })).toBe('INVALID_UPDATE_VERSION');
    expect(
      alter([1, 2], {
        isr: [
          { id: 1, epoch: -1 },
          { id: 2, epoch: 12345 },
        ],
      }),
    ).toBe('INELIGIBLE_REPLICA');
    expect(alter([2])).toBe('INVALID_REQUEST');
    expect(alter([1, 9])).toBe('INVALID_REQUEST');
    expect(alter([1], { isRecovering: true })).toBe('INVALID_REQUEST');
    expect(alter([1, 2])).toBeNull();
    expect(leaders(controller)).toEqual([[1, 0, [1, 2]]]);
    controller.decide((input) => fenceBroker(input, 2));
    expect(alter([1, 2])).toBe('INELIGIBLE_REPLICA');
  });

  it('never get the same producer ids', () => {
    const controller = new Controller(alive(1));
    const allocate = (brokerId: number, epoch: number) =>
      controller.decide((input) => allocateProducerIds(input, { brokerId, epoch }));
    expect(allocate(1, 1)).toEqual({ error: null, first: 0, count: 1_000 });
    for (const [brokerId, epoch] of [
      [1, 0],
      [1, 2],
      [1, -1],
      [9, 1],
    ] as const)
      expect(allocate(brokerId, epoch).error).toBe('STALE_BROKER_EPOCH');
    expect(allocate(1, 1)).toEqual({ error: null, first: 1_000, count: 1_000 });
  });
});
