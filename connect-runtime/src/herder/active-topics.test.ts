import { silentLogger, systemClock } from '@millrace/foundation';
import { expect, test } from 'vitest';
import { ActiveTopics } from './active-topics.ts';

function fixture(more: { enabled?: boolean; allowReset?: boolean } = {}) {
  const stored = new Set<string>();
  const connectors = new Set(['c']);
  const active = new ActiveTopics({
    configs: { config: { has: (name: string) => connectors.has(name) } as never },
    statuses: {
      topics: () => [...stored].sort(),
      putTopic: async ({ topic }) => void stored.add(topic),
      removeTopics: async (_, topics) => {
        for (const topic of topics) stored.delete(topic);
      },
    },
    enabled: true,
    allowReset: true,
    isLeader: () => true,
    clock: systemClock,
    logger: silentLogger,
    ...more,
  });
  const row = (records: number, ...topics: string[]) => ({ connector: 'c', task: 0, records, topics });
  return { active, row, connectors };
}

test('topics are known once records passed, and forgotten until more of them do', async () => {
  const { active, row } = fixture();
  active.counted([row(0)]);
  expect(active.of('c')).toEqual([]);
  active.counted([row(2, 'b', 'a')]);
  expect(active.of('c')).toEqual(['a', 'b']);
  await active.reset('c');
  active.counted([row(2, 'b', 'a')]);
  expect(active.of('c')).toEqual([]);
  active.counted([row(3, 'b', 'a')]);
  expect(active.of('c')).toEqual(['a', 'b']);
});

test('a removed connector takes its topics along, whatever a stopping task still says', () => {
  const { active, row, connectors } = fixture();
  active.counted([row(1, 'a')]);
  connectors.delete('c');
  active.removed('c');
  active.counted([row(2, 'a')]);
  expect(active.of('c')).toEqual([]);
});

test('what is switched off is refused as forbidden', async () => {
  expect(() => fixture({ enabled: false }).active.of('c')).toThrow(
    expect.objectContaining({ code: 'FORBIDDEN' }),
  );
  await expect(fixture({ allowReset: false }).active.reset('c')).rejects.toMatchObject({ code: 'FORBIDDEN' });
});
