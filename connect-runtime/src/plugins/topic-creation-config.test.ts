import { expect, test } from 'vitest';
import { topicCreationOf, topicGroupOf } from './topic-creation-config.ts';

const DEFAULT = {
  'topic.creation.default.partitions': '3',
  'topic.creation.default.replication.factor': '-1',
};

const keysAtFault = (config: Record<string, string>) =>
  topicCreationOf(config).problems.map(({ key }) => key);

test('without its keys nothing is made', () => {
  expect(topicCreationOf({ topic: 't', 'topic.creation.enable': 'true' })).toEqual({
    groups: [],
    problems: [],
  });
});

test('the first group that takes a topic makes it; what it leaves out is that of the default group', () => {
  const { groups, problems } = topicCreationOf({
    ...DEFAULT,
    'topic.creation.default.retention.ms': '1000',
    'topic.creation.groups': 'compacted, wide',
    'topic.creation.compacted.include': 'orders.*,users',
    'topic.creation.compacted.exclude': 'orders\\.log',
    'topic.creation.compacted.cleanup.policy': 'compact',
    'topic.creation.wide.include': 'orders.*',
    'topic.creation.wide.partitions': '12',
  });
  expect(problems).toEqual([]);
  const of = (topic: string) => {
    const { name, partitions, replicationFactor, configs } = topicGroupOf(topic, groups)!;
    return { name, partitions, replicationFactor, configs };
  };
  const compacted = { name: 'compacted', partitions: 3, replicationFactor: -1 };
  expect(of('orders.new')).toEqual({ ...compacted, configs: { 'cleanup.policy': 'compact' } });
  expect(of('users')).toEqual({ ...compacted, configs: { 'cleanup.policy': 'compact' } });
  expect(of('orders.log')).toEqual({ name: 'wide', partitions: 12, replicationFactor: -1, configs: {} });
  expect(of('users2')).toEqual({
    name: 'default',
    partitions: 3,
    replicationFactor: -1,
    configs: { 'retention.ms': '1000' },
  });
});

test.each([
  [{ 'topic.creation.default.partitions': '1' }, ['topic.creation.default.replication.factor']],
  [{ ...DEFAULT, 'topic.creation.default.partitions': '0' }, ['topic.creation.default.partitions']],
  [{ ...DEFAULT, 'topic.creation.default.partitions': 'x' }, ['topic.creation.default.partitions']],
  [{ ...DEFAULT, 'topic.creation.groups': 'a' }, ['topic.creation.a.include']],
  [
    { ...DEFAULT, 'topic.creation.groups': 'a,a', 'topic.creation.a.include': 'x' },
    ['topic.creation.groups'],
  ],
  [
    { ...DEFAULT, 'topic.creation.groups': 'default', 'topic.creation.default.include': 'x' },
    ['topic.creation.groups'],
  ],
  [
    { ...DEFAULT, 'topic.creation.groups': 'a', 'topic.creation.a.include': '[' },
    ['topic.creation.a.include'],
  ],
])('%j is at fault at %j', (config, keys) => {
  expect(keysAtFault(config)).toEqual(keys);
});
