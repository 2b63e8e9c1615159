import type { Admin, NewTopic } from '@millrace/client';
import { MillraceError, silentLogger } from '@millrace/foundation';
import { expect, test } from 'vitest';
import { topicCreationOf } from '../../plugins/topic-creation-config.ts';
import { TopicCreation } from './topic-creation.ts';

const { groups } = topicCreationOf({
  'topic.creation.default.partitions': '2',
  'topic.creation.default.replication.factor': '1',
});

function creation(failure: MillraceError | null = null) {
  const asked: (readonly NewTopic[])[] = [];
  const state = { failure };
  const admin = {
    ensureTopics: async (topics: readonly NewTopic[]) => {
      asked.push(topics);
      if (state.failure) throw state.failure;
      return topics.map(({ name }) => name);
    },
  } as unknown as Admin;
  return { topics: new TopicCreation(groups, admin, silentLogger), asked, state };
}

test('a topic is made once, and then nobody waits for it', async () => {
  const { topics, asked } = creation();
  const first = topics.ensure('t');
  expect(topics.ensure('t')).toBe(first);
  await first;
  expect(topics.ensure('t')).toBeNull();
  expect(asked).toEqual([[{ name: 't', partitions: 2, replicationFactor: 1, configs: {} }]]);
});

test('what failed for now is tried again; what the config is at fault for names it', async () => {
  const { topics, state } = creation(new MillraceError('gone', { code: 'NO_BROKER', class: 'transient' }));
  await expect(topics.ensure('t')).rejects.toMatchObject({ code: 'NO_BROKER' });
  state.failure = new MillraceError('3 replicas', { code: 'INVALID_REPLICATION_FACTOR', class: 'config' });
  await expect(topics.ensure('t')).rejects.toMatchObject({
    code: 'TOPIC_NOT_CREATED',
    details: { class: 'config', path: 'topic.creation.default' },
  });
  state.failure = null;
  await topics.ensure('t');
});

test('where it is not allowed, the topic is left to the broker', async () => {
  const refusal = new MillraceError('no', { code: 'TOPIC_AUTHORIZATION_FAILED', class: 'auth' });
  const { topics } = creation(refusal);
  await topics.ensure('t');
  expect(topics.ensure('t')).toBeNull();
});
