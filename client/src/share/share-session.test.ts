import { expect, test } from 'vitest';
import { ShareSession } from './share-session.ts';

const [a, b, c] = ['a', 'b', 'c'].map((topic) => ({ topic, topicId: topic, partition: 0 })) as [
  { topic: string; topicId: string; partition: number },
  { topic: string; topicId: string; partition: number },
  { topic: string; topicId: string; partition: number },
];

test('names all partitions first, then what has changed, each time in another epoch', () => {
  const session = new ShareSession(1);
  expect(session.isOpen).toBe(false);
  expect(session.change([a, b])).toEqual({ epoch: 0, added: [a, b], forgotten: [] });
  session.answered([a, b]);
  expect(session.isOpen).toBe(true);
  expect(session.change([a, b])).toEqual({ epoch: 1, added: [], forgotten: [] });
  session.answered();
  expect(session.change([b, c])).toEqual({ epoch: 2, added: [c], forgotten: [a] });
  session.answered([b, c]);
  expect(session.change([b, c])).toEqual({ epoch: 3, added: [], forgotten: [] });
});

test('changes nothing for a request that was not answered', () => {
  const session = new ShareSession(1);
  session.change([a]);
  expect(session.change([a])).toEqual({ epoch: 0, added: [a], forgotten: [] });
});
