import { expect, test } from 'vitest';
import { ClusterConfig, configRecord } from '../config/cluster-config.ts';
import { FencingTurns } from './fencing-turns.ts';

const policy = {
  backoffMs: 100,
  backoffMaxMs: 1_000,
  resetAfterMs: 60_000,
  attempts: { transient: -1, throttled: -1, poison: 0, auth: 0, config: 0, bug: 0 },
};

function configured() {
  const config = new ClusterConfig();
  let offset = 0;
  const replay = (record: { key: string; value: unknown }) =>
    config.replay(offset++, record.key, record.value as never);
  const tasks = (...configs: Record<string, string>[]) => {
    for (const [task, each] of configs.entries()) replay(configRecord.task({ connector: 'c', task }, each));
    replay(configRecord.commit('c', configs.length));
  };
  replay(configRecord.connector('c', {}));
  const turns = new FencingTurns({ config, isExactlyOnce: () => true, policy });
  return { config, replay, tasks, turns };
}

const id = (task: number) => ({ connector: 'c', task });

test('a first set of tasks waits for the record alone', () => {
  const { config, replay, tasks, turns } = configured();
  tasks({ n: '0' });
  expect(turns.holds(id(0))).toBe(true);
  const effects = turns.begin(['c'], 0);
  expect(effects).toEqual([
    { kind: 'fence', connector: 'c', fenced: [], tasks: 1, taskSetOffset: config.offset },
  ]);
  expect(turns.begin(['c'], 0)).toEqual([]);
  replay(configRecord.fenced('c', 1, config.offset));
  turns.ended('c', true, { monoMs: 0, random: 0 });
  expect(turns.holds(id(0))).toBe(false);
  expect(turns.begin(['c'], 0)).toEqual([]);
});

test('tasks that changed or are gone are fenced, and the one that is as it was goes on', () => {
  const { config, replay, tasks, turns } = configured();
  tasks({ n: '0' }, { n: '1' }, { n: '2' });
  replay(configRecord.fenced('c', 3, config.offset));
  tasks({ n: '0' }, { n: 'changed' });
  expect([0, 1].map((task) => turns.holds(id(task)))).toEqual([false, true]);
  expect(turns.begin(['c'], 0)).toMatchObject([{ fenced: [id(1), id(2)], tasks: 2 }]);
});

test('a round that failed is begun again, with growing waits; a newer set begins anew', () => {
  const { config, tasks, turns } = configured();
  tasks({ n: '0' });
  turns.begin(['c'], 0);
  turns.ended('c', false, { monoMs: 0, random: 0.999 });
  expect(turns.wakeAtMs).toBeCloseTo(100, -1);
  expect(turns.begin(['c'], 50)).toEqual([]);
  expect(turns.begin(['c'], 100)).toHaveLength(1);
  turns.ended('c', false, { monoMs: 100, random: 0.999 });
  expect(turns.wakeAtMs).toBeCloseTo(300, -1);
  tasks({ n: 'newer' });
  expect(turns.begin(['c'], 300)).toMatchObject([{ taskSetOffset: config.offset }]);
});

test('connectors that do not write exactly once wait for nobody', () => {
  const { config, tasks } = configured();
  const turns = new FencingTurns({ config, isExactlyOnce: () => false, policy });
  tasks({ n: '0' });
  expect(turns.holds(id(0))).toBe(false);
  expect(turns.begin(['c'], 0)).toEqual([]);
});
