import type { Admin } from '@millrace/client';
import { expect, test } from 'vitest';
import { createTopics } from './topics.ts';

test('what brokers may take long for is asked of them apart from all else, and only where one answers', async () => {
  const asked: string[] = [];
  let answers = true;
  const topics = createTopics({
    admin: {
      describeCluster: async () => {
        if (!answers) throw new Error('no broker');
      },
    } as unknown as Admin,
    changes: {
      createTopics: async ([topic]) => void asked.push(`create ${topic?.name}`),
      createPartitions: async (name, count) => void asked.push(`grow ${name} to ${count}`),
      deleteTopics: async ([name]) => void asked.push(`delete ${name}`),
    },
    own: [],
  });
  await topics.create({ name: 't', partitions: 1 }, { validateOnly: false });
  await topics.grow('t', 5_000);
  await topics.remove('t');
  expect(asked).toEqual(['create t', 'grow t to 5000', 'delete t']);
  answers = false;
  await expect(topics.grow('t', 6_000)).rejects.toThrow('no broker');
  expect(asked).toHaveLength(3);
});
