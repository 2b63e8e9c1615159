import { describe, expect, it } from 'vitest';
import { brokerRecord } from '../metadata/record-builders.ts';
import { emptyImage, replay } from '../metadata/replay.ts';
import { incrementalAlterConfigs } from './alter-configs.ts';
import { registerBroker, unfenceBroker } from './brokers.ts';
import type { ConfigChange, TopicToCreate } from './commands.ts';
import { createPartitions } from './create-partitions.ts';
import { createTopics } from './create-topics.ts';
import type { Decision, DecisionInput } from './decision.ts';
import { deleteTopics } from './delete-topics.ts';
import { allocateProducerIds } from './producer-ids.ts';

const alive = (id: number, fenced = false) =>
  brokerRecord({
    id,
    epoch: id,
    incarnationId: 'i',
    endpoints: [],
    rack: null,
    fenced,
    inControlledShutdown: false,
    logDirs: [`dir-${id}`],
  });

/** A controller that commits at once. */
class Controller {
  image = emptyImage;
  #ids = 0;
  #offset = 0;

  constructor(...brokers: ReturnType<typeof alive>[]) {
    this.image = replay(emptyImage, brokers, 0, 1);
  }

  decide<Response>(
    decision: (input: DecisionInput) => Decision<Response>,
    more: Partial<DecisionInput> = {},
  ): Response {
    const { records, response } = decision({
      image: this.image,
      nextOffset: this.#offset,
      rules: {
        defaultNumPartitions: 2,
        defaultReplicationFactor: 1,
        deleteTopicEnable: true,
        isIpAddress: (text) => /^[\d.]+$/.test(text),
        validateConfigs: (_type, values) =>
          values.has('bad') ? { error: 'INVALID_CONFIG', message: '"bad" is bad.' } : null,
        isListConfig: (_type, name) => name === 'cleanup.policy',
        defaultConfig: (_type, name) => (name === 'cleanup.policy' ? 'delete' : null),
      },
      newId: () => `id-${++this.#ids}`,
      random: () => 0,
      ...more,
    });
    this.#offset += records.length;
    this.image = replay(this.image, records, this.#offset - 1, 1);
    return response;
  }

  create(...topics: Partial<TopicToCreate>[]) {
    const full = topics.map((topic) => ({
      name: 'orders',
      numPartitions: -1,
      replicationFactor: -1,
      assignments: [],
      configs: [],
      ...topic,
    }));
    return this.decide((input) => createTopics(input, { topics: full, validateOnly: false }));
  }
}

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
    expect(partitions.map(({ leader }) => leader)).toEqual([1, 2, 1, 2]);
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

describe('brokers', () => {
  const command = { brokerId: 1, incarnationId: 'new', endpoints: [], rack: null, logDirs: ['dir-1'] };

  it('that come back lead again what they led, in later epochs', () => {
    const controller = new Controller(alive(1), alive(2));
    controller.create({ numPartitions: 2 });
    const { epoch } = controller.decide((input) => registerBroker(input, command));
    const partitions = () => controller.image.topicsByName.get('orders')!.partitions;
    expect(partitions().map(({ leader, leaderEpoch }) => [leader, leaderEpoch])).toEqual([
      [-1, 1],
      [2, 0],
    ]);
    expect(controller.decide((input) => unfenceBroker(input, { brokerId: 1, epoch: epoch - 1 })).error).toBe(
      'STALE_BROKER_EPOCH',
    );
    expect(controller.decide((input) => unfenceBroker(input, { brokerId: 9, epoch })).error).toBe(
      'BROKER_ID_NOT_REGISTERED',
    );
    expect(controller.decide((input) => unfenceBroker(input, { brokerId: 1, epoch })).error).toBeNull();
    expect(partitions().map(({ leader, leaderEpoch }) => [leader, leaderEpoch])).toEqual([
      [1, 2],
      [2, 0],
    ]);
    expect(controller.image.brokers.get(1)).toMatchObject({ fenced: false, incarnationId: 'new' });
  });

  it('never get the same producer ids', () => {
    const controller = new Controller(alive(1));
    const allocate = () => controller.decide((input) => allocateProducerIds(input, { brokerId: 1 }));
    expect([allocate(), allocate()]).toEqual([
      { first: 0, count: 1_000 },
      { first: 1_000, count: 1_000 },
    ]);
  });
});
