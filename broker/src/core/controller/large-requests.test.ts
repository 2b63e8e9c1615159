import { describe, expect, it } from 'vitest';
import { alive, InstantController as Controller } from '../../testing/instant-controller.ts';
import { incrementalAlterConfigs } from './alter-configs.ts';
import type { ConfigChange } from './commands.ts';
import { createPartitions } from './create-partitions.ts';
import { createTopics } from './create-topics.ts';
import { RECORDS_PER_COMMAND_MAX } from './decision.ts';
import { deleteTopics } from './delete-topics.ts';
import { updateFeatures } from './update-features.ts';

/** Who looks through all of them for each of them is busy for minutes. */
const MANY = 60_000;
const names = Array.from({ length: MANY }, (_, index) => `topic-${index}`);
const newTopic = { numPartitions: 1, replicationFactor: 1, assignments: [], configs: [] };

describe('a request that names very many', () => {
  it('topics to delete is decided in one walk', () => {
    const controller = new Controller(alive(1));
    controller.create({ name: 'orders' });
    const topics = [...names.map((name) => ({ name })), { name: 'orders' }, { name: 'orders' }];
    const results = controller.decide((input) => deleteTopics(input, { topics }));
    expect(results[0]?.error).toBe('UNKNOWN_TOPIC_OR_PARTITION');
    expect(results.slice(-2).map(({ error }) => error)).toEqual(['INVALID_REQUEST', 'INVALID_REQUEST']);
    expect(controller.image.topicsByName.size).toBe(1);
  });

  it('topics to make is decided in one walk', () => {
    const controller = new Controller(alive(1));
    const topics = [...names, ...names].map((name) => ({ ...newTopic, name }));
    const results = controller.decide((input) => createTopics(input, { topics, validateOnly: false }));
    expect(new Set(results.map(({ error }) => error))).toEqual(new Set(['INVALID_REQUEST']));
  });

  it('partitions of a topic, each with its broker, is decided in one walk', () => {
    const controller = new Controller(alive(1));
    const assignments = names.map((_, partition) => ({ partition, brokerIds: [1] }));
    const [result] = controller.create({ assignments });
    expect(result?.error).toBe('POLICY_VIOLATION');
  });

  it('topics to widen is decided in one walk', () => {
    const controller = new Controller(alive(1));
    const topics = names.map((name) => ({ name, count: 2, assignments: null }));
    const results = controller.decide((input) => createPartitions(input, { topics, validateOnly: false }));
    expect(results.at(-1)?.error).toBe('UNKNOWN_TOPIC_OR_PARTITION');
  });

  it('resources, or configs of one, is decided in one walk', () => {
    const controller = new Controller(alive(1));
    controller.create({ name: 'orders' });
    const change = (name: string): ConfigChange => ({ name, operation: 'set', value: '1' });
    const alter = (resources: Parameters<typeof incrementalAlterConfigs>[1]['resources']) =>
      controller.decide((input) => incrementalAlterConfigs(input, { resources, validateOnly: false }));
    const many = alter(names.map((name) => ({ type: 'topic', name, changes: [change('a')] })));
    expect(many.at(-1)?.error).toBe('UNKNOWN_TOPIC_OR_PARTITION');
    const wide = [{ type: 'topic' as const, name: 'orders', changes: names.map(change) }];
    // More than one command may change.
    expect(alter(wide)[0]?.error).toBe('POLICY_VIOLATION');
    const doubled = [{ ...wide[0], changes: [...names.map(change), change('topic-7')] }] as typeof wide;
    expect(alter(doubled)[0]).toMatchObject({
      error: 'INVALID_REQUEST',
      message: expect.stringContaining('topic-7'),
    });
  });

  it('items to take out of a list is decided in one walk', () => {
    const controller = new Controller(alive(1));
    controller.create({ name: 'orders' });
    const alter = (operation: ConfigChange['operation'], value: string) =>
      controller.decide((input) =>
        incrementalAlterConfigs(input, {
          resources: [
            { type: 'topic', name: 'orders', changes: [{ name: 'cleanup.policy', operation, value }] },
          ],
          validateOnly: false,
        }),
      );
    expect(alter('set', names.join())[0]?.error).toBeNull();
    expect(alter('subtract', names.slice(1).join())[0]?.error).toBeNull();
    expect(controller.image.configs.get('topic', 'orders')?.get('cleanup.policy')).toBe('topic-0');
  });
});

describe('a request that would change too much at once', () => {
  it('changes nothing', () => {
    const controller = new Controller(alive(1));
    const wanted = names.slice(0, RECORDS_PER_COMMAND_MAX + 1);
    for (let at = 0; at < wanted.length; at += 2_000)
      controller.create(...wanted.slice(at, at + 2_000).map((name) => ({ ...newTopic, name })));
    const remove = (count: number) =>
      controller.decide((input) =>
        deleteTopics(input, { topics: wanted.slice(0, count).map((name) => ({ name })) }),
      );
    const tooMany = remove(RECORDS_PER_COMMAND_MAX + 1);
    expect(new Set(tooMany.map(({ error }) => error))).toEqual(new Set(['POLICY_VIOLATION']));
    expect(controller.image.topicsByName.size).toBe(RECORDS_PER_COMMAND_MAX + 1);
    remove(RECORDS_PER_COMMAND_MAX);
    expect(controller.image.topicsByName.size).toBe(1);
  });

  it('gives a feature that stands more than once the level that stands last', () => {
    const controller = new Controller(alive(1));
    const update = (level: number) => ({ name: 'transaction.version', level, type: 'upgrade' as const });
    controller.decide((input) => {
      const decided = updateFeatures(input, { updates: [update(1), update(2)], validateOnly: false });
      expect(decided.records).toHaveLength(1);
      return decided;
    });
    expect(controller.image.features.get('transaction.version')).toBe(2);
  });
});
