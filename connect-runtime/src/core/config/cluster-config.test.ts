import type { Json } from '@millrace/foundation/types';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ClusterConfig, type ConfigChange, configRecord } from './cluster-config.ts';

interface Row {
  readonly key: string;
  readonly value: Json;
}

function replayed(rows: readonly Row[], into = new ClusterConfig()): (ConfigChange | null)[] {
  return rows.map(({ key, value }) => into.replay(into.offset + 1, key, value));
}

function after(...rows: Row[]): ClusterConfig {
  const config = new ClusterConfig();
  replayed(rows, config);
  return config;
}

const { connector, task, commit, targetState, restart } = configRecord;
const t = (name: string, number: number, value: string) =>
  task({ connector: name, task: number }, { v: value });

describe('the records', () => {
  test('are those of Kafka Connect', () => {
    expect(connector('a', { x: '1' })).toEqual({ key: 'connector-a', value: { properties: { x: '1' } } });
    expect(connector('a', null)).toEqual({ key: 'connector-a', value: null });
    expect(t('a', 3, 'x')).toEqual({ key: 'task-a-3', value: { properties: { v: 'x' } } });
    expect(commit('a', 2)).toEqual({ key: 'commit-a', value: { tasks: 2 } });
    const restartValue = { 'include-tasks': true, 'only-failed': false };
    expect(restart({ connector: 'a', includeTasks: true, onlyFailed: false })).toEqual({
      key: 'restart-connector-a',
      value: restartValue,
    });
  });

  test.each([
    ['RUNNING', { state: 'STARTED', 'state.v2': 'STARTED' }],
    ['PAUSED', { state: 'PAUSED', 'state.v2': 'PAUSED' }],
    ['STOPPED', { state: 'PAUSED', 'state.v2': 'STOPPED' }],
  ] as const)('target state %s in the words that Java workers know', (state, value) => {
    expect(targetState('a', state)).toEqual({ key: 'target-state-a', value });
    expect(after(connector('a', {}), targetState('a', state)).targetState('a')).toBe(state);
  });

  test('of workers older than STOPPED carry one state only', () => {
    expect(after({ key: 'target-state-a', value: { state: 'PAUSED' } }).targetState('a')).toBe('PAUSED');
  });
});

describe('task configs', () => {
  test('count when their commit has come, and not before', () => {
    const config = after(connector('a', {}), t('a', 0, 'x'), t('a', 1, 'x'));
    expect(config.tasks()).toEqual([]);
    expect(replayed([commit('a', 2)], config)).toEqual([{ kind: 'tasks', connector: 'a' }]);
    expect(config.tasks()).toEqual([
      { connector: 'a', task: 0 },
      { connector: 'a', task: 1 },
    ]);
  });

  test('of a set that was begun and never committed do not mix into the next one', () => {
    const config = after(connector('a', {}), t('a', 0, 'old'), t('a', 1, 'old'), commit('a', 2));
    replayed([t('a', 1, 'half')], config);
    expect(config.taskConfigs('a')[1]).toEqual({ v: 'old' });
    replayed([t('a', 0, 'new'), t('a', 1, 'new'), commit('a', 2)], config);
    expect(config.taskConfigs('a')).toEqual([{ v: 'new' }, { v: 'new' }]);
  });

  test('with a gap that compaction made leave the set before as it is', () => {
    const config = after(connector('a', {}), t('a', 0, 'old'), commit('a', 1));
    expect(replayed([t('a', 1, 'new'), commit('a', 2)], config)).toEqual([null, null]);
    expect(config.taskConfigs('a')).toEqual([{ v: 'old' }]);
    replayed([t('a', 0, 'newest'), t('a', 1, 'newest'), commit('a', 2)], config);
    expect(config.taskConfigs('a')).toHaveLength(2);
  });

  test('of a larger set before, left over by compaction, do not come back', () => {
    const config = after(
      connector('a', {}),
      t('a', 2, 'old'),
      t('a', 0, 'x'),
      t('a', 1, 'x'),
      commit('a', 2),
    );
    expect(config.taskConfigs('a')).toEqual([{ v: 'x' }, { v: 'x' }]);
  });

  test('go with the connector, and its target state goes by its own record', () => {
    const config = after(connector('a', {}), targetState('a', 'PAUSED'), t('a', 0, 'x'), commit('a', 1));
    expect(replayed([connector('a', null)], config)).toEqual([{ kind: 'removed', connector: 'a' }]);
    expect(config.tasks()).toEqual([]);
    replayed([targetState('a', null), connector('a', {})], config);
    expect(config.targetState('a')).toBe('RUNNING');
    expect(config.tasks()).toEqual([]);
  });

  test.each([-1, 1.5, '2', null])('a commit of %s tasks is passed over', (tasks) => {
    const config = after(connector('a', {}), t('a', 0, 'x'), commit('a', 1));
    expect(config.replay(9, 'commit-a', { tasks })).toBe(null);
    expect(config.taskConfigs('a')).toHaveLength(1);
  });

  test('keep the connector config they were made from until the next commit', () => {
    const config = after(connector('a', { url: 'old' }), t('a', 0, 'x'), commit('a', 1));
    replayed([connector('a', { url: 'new' })], config);
    expect(config.connector('a')).toEqual({ url: 'new' });
    expect(config.appliedConnector('a')).toEqual({ url: 'old' });
    replayed([t('a', 0, 'x'), commit('a', 1)], config);
    expect(config.appliedConnector('a')).toEqual({ url: 'new' });
  });

  test('that compaction left without the older connector config take the newer one', () => {
    const config = after(t('a', 0, 'x'), commit('a', 1), connector('a', { url: 'new' }));
    expect(config.appliedConnector('a')).toEqual({ url: 'new' });
    expect(config.tasks()).toHaveLength(1);
  });
});

test('connector names may hold dashes and the words of other keys', () => {
  const config = after(connector('task-1', {}), t('task-1', 0, 'x'), commit('task-1', 1));
  expect(config.tasks()).toEqual([{ connector: 'task-1', task: 0 }]);
});

test('a restart is told and changes nothing', () => {
  const request = { connector: 'a', includeTasks: true, onlyFailed: true };
  expect(replayed([restart(request)])).toEqual([{ kind: 'restart', request }]);
});

test('whatever stands in the topic, nothing throws and the offset is the last one', () => {
  const key = fc.oneof(
    fc.constantFrom('connector-a', 'task-a-0', 'task-a', 'commit-a', 'target-state-a', 'restart-connector-a'),
    fc.string(),
  );
  fc.assert(
    fc.property(fc.array(fc.record({ key, value: fc.jsonValue() as fc.Arbitrary<Json> })), (rows) => {
      const config = after(...rows);
      expect(config.offset).toBe(rows.length - 1);
      for (const id of config.tasks()) expect(config.taskConfigs(id.connector)[id.task]).toBeDefined();
    }),
  );
});

test('replaying a compacted topic gives what replaying the whole one gives', () => {
  const step = fc.oneof(
    fc
      .record({ name: fc.constantFrom('a', 'b'), url: fc.constantFrom('x', 'y'), count: fc.nat(3) })
      .map(({ name, url, count }): Row[] => [
        connector(name, { url }),
        ...Array.from({ length: count }, (_, number) => t(name, number, url)),
        commit(name, count),
      ]),
    fc
      .record({ name: fc.constantFrom('a', 'b'), state: fc.constantFrom('RUNNING', 'PAUSED', 'STOPPED') })
      .map(({ name, state }): Row[] => [targetState(name, state as 'RUNNING')]),
  );
  fc.assert(
    fc.property(fc.array(step), (steps) => {
      const rows = steps.flat();
      const newest = new Map(rows.map((row, index) => [row.key, index]));
      const whole = after(...rows);
      const compacted = after(...rows.filter((row, index) => newest.get(row.key) === index));
      for (const name of whole.connectors()) {
        expect(compacted.taskConfigs(name)).toEqual(whole.taskConfigs(name));
        expect(compacted.appliedConnector(name)).toEqual(whole.appliedConnector(name));
        expect(compacted.targetState(name)).toBe(whole.targetState(name));
      }
      expect(compacted.connectors()).toEqual(whole.connectors());
    }),
  );
});

test('a new set of tasks waits for the fencing of the one before, which outlives the connector', () => {
  const config = new ClusterConfig();
  let offset = 0;
  const replay = (record: { key: string; value: unknown }) =>
    config.replay(offset++, record.key, record.value as never);
  const tasks = (...configs: Record<string, string>[]) => {
    for (const [task, each] of configs.entries()) replay(configRecord.task({ connector: 'c', task }, each));
    replay(configRecord.commit('c', configs.length));
  };
  const numbers = () => config.fencing('c')?.tasks.map(({ task }) => task) ?? null;
  const fence = (count: number) =>
    replay(configRecord.fenced('c', count, config.fencing('c')?.taskSetOffset ?? 0));
  const waiting = () => [0, 1, 2].filter((task) => config.awaitsFencing({ connector: 'c', task }));
  expect(numbers()).toBe(null);
  replay(configRecord.connector('c', { a: '1' }));
  tasks({ n: '0' }, { n: '1' });
  expect(numbers()).toEqual([]);
  expect(waiting()).toEqual([0, 1, 2]);
  expect(fence(2)).toEqual({ kind: 'fenced', connector: 'c' });
  expect(numbers()).toBe(null);
  expect(waiting()).toEqual([]);
  // One stays as it is, one changes, one is new.
  tasks({ n: '0' }, { n: 'other' }, { n: '2' });
  expect(numbers()).toEqual([1]);
  expect(waiting()).toEqual([1, 2]);
  // Back to what it was before anybody fenced: nothing to do but the record.
  tasks({ n: '0' }, { n: '1' });
  expect(numbers()).toEqual([]);
  fence(2);
  replay(configRecord.connector('c', null));
  replay(configRecord.connector('c', { a: '2' }));
  tasks({ n: '0' });
  expect(numbers()).toEqual([0, 1]);
  expect(waiting()).toContain(0);
  // A fencing that was begun for the set before says nothing of this one.
  const stale = configRecord.fenced('c', 1, config.fencing('c')?.taskSetOffset ?? 0);
  tasks({ n: 'newer' });
  expect(replay(stale)).toBe(null);
  expect(numbers()).toEqual([0, 1]);
});
