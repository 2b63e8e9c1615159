import { describe, expect, test } from 'vitest';
import { ClusterConfig, configRecord, fingerprintOf } from '../config/cluster-config.ts';
import { type RunningTask, reconcileTasks, type TaskAction } from './reconcile.ts';

const { connector, task, commit, targetState } = configRecord;
const id = (number: number, name = 'a') => ({ connector: name, task: number });

function configured(
  ...rows: { key: string; value: Parameters<ClusterConfig['replay']>[2] }[]
): ClusterConfig {
  const config = new ClusterConfig();
  for (const [offset, { key, value }] of rows.entries()) config.replay(offset, key, value);
  return config;
}

const two = [
  connector('a', { url: 'x' }),
  task(id(0), { part: '0' }),
  task(id(1), { part: '1' }),
  commit('a', 2),
];

/** A worker that does what it is told. */
class Running extends Map<string, RunningTask> {
  obey(actions: readonly TaskAction[]): string[] {
    for (const action of actions) {
      const key = `${action.id.connector}-${action.id.task}`;
      if (action.kind === 'stop') this.delete(key);
      else if (action.kind === 'start') {
        const { fingerprint, paused } = action;
        this.set(key, { id: action.id, fingerprint, paused });
      } else this.set(key, { ...this.get(key)!, paused: action.kind === 'pause' });
    }
    return actions.map((action) => `${action.kind} ${action.id.connector}-${action.id.task}`);
  }
}

const assigned = (...tasks: { connector: string; task: number }[]) => ({ connectors: [], tasks });

describe('reconcileTasks', () => {
  test('starts what is assigned, once', () => {
    const running = new Running();
    const config = configured(...two);
    const plan = () => running.obey(reconcileTasks(config, assigned(id(0), id(1)), running));
    expect(plan()).toEqual(['start a-0', 'start a-1']);
    expect(plan()).toEqual([]);
  });

  test('stops what is assigned no more, before anything starts', () => {
    const running = new Running();
    running.obey(reconcileTasks(configured(...two), assigned(id(0)), running));
    const actions = running.obey(reconcileTasks(configured(...two), assigned(id(1)), running));
    expect(actions).toEqual(['stop a-0', 'start a-1']);
  });

  test('restarts only the task whose effective config changed', () => {
    const running = new Running();
    const both = assigned(id(0), id(1));
    running.obey(reconcileTasks(configured(...two), both, running));
    const changed = configured(
      ...two,
      task(id(0), { part: '0' }),
      task(id(1), { part: '9' }),
      commit('a', 2),
    );
    expect(running.obey(reconcileTasks(changed, both, running))).toEqual(['stop a-1', 'start a-1']);
  });

  test('a changed connector config counts with the commit that follows it', () => {
    const running = new Running();
    running.obey(reconcileTasks(configured(...two), assigned(id(0)), running));
    const begun = [...two, connector('a', { url: 'y' })];
    expect(reconcileTasks(configured(...begun), assigned(id(0)), running)).toEqual([]);
    const done = configured(...begun, ...two.slice(1));
    expect(running.obey(reconcileTasks(done, assigned(id(0)), running))).toEqual(['stop a-0', 'start a-0']);
  });

  test('pauses and resumes in place, and starts paused what is paused', () => {
    const running = new Running();
    const paused = configured(...two, targetState('a', 'PAUSED'));
    const plan = (config: ClusterConfig) => running.obey(reconcileTasks(config, assigned(id(0)), running));
    expect(plan(configured(...two))).toEqual(['start a-0']);
    expect(plan(paused)).toEqual(['pause a-0']);
    expect(plan(configured(...two))).toEqual(['resume a-0']);
    running.clear();
    expect(reconcileTasks(paused, assigned(id(0)), running)).toMatchObject([{ kind: 'start', paused: true }]);
  });

  test.each([
    ['its connector is stopped', configured(...two, targetState('a', 'STOPPED'))],
    ['its connector was removed', configured(...two, connector('a', null))],
    ['the connector has fewer tasks now', configured(...two, commit('a', 0))],
  ])('stops a task that is assigned still where %s', (_, config) => {
    const running = new Running();
    running.obey(reconcileTasks(configured(...two), assigned(id(0)), running));
    expect(running.obey(reconcileTasks(config, assigned(id(0)), running))).toEqual(['stop a-0']);
  });
});

test('a fingerprint does not go by the order of keys, and does by what is where', () => {
  expect(fingerprintOf({ a: '1', b: '2' }, {})).toBe(fingerprintOf({ b: '2', a: '1' }, {}));
  expect(fingerprintOf({ a: '1' }, {})).not.toBe(fingerprintOf({}, { a: '1' }));
});

test('how many tasks a connector may have is nothing to a task', () => {
  expect(fingerprintOf({ 'tasks.max': '1' }, {})).toBe(fingerprintOf({ 'tasks.max': '2' }, {}));
  expect(fingerprintOf({}, { 'tasks.max': '1' })).not.toBe(fingerprintOf({}, { 'tasks.max': '2' }));
});
