import { expect, test } from 'vitest';
import type { ConnectorState, ConnectorStatus } from '../ports.ts';
import { firstError, restartOf, rollUp } from './roll-up.ts';

const status = (connector: ConnectorState, ...tasks: ConnectorState[]): ConnectorStatus => ({
  name: 'c',
  type: 'sink',
  connector: { state: connector, worker_id: 'w' },
  tasks: tasks.map((state, id) => ({ id, state, worker_id: 'w' })),
});

test.each([
  ['RUNNING', ['RUNNING', 'RUNNING'], 'RUNNING'],
  ['RUNNING', ['RUNNING', 'UNASSIGNED'], 'RUNNING'],
  ['RUNNING', ['FAILED', 'RUNNING'], 'DEGRADED'],
  ['RUNNING', ['FAILED', 'FAILED'], 'FAILED'],
  ['FAILED', ['RUNNING'], 'FAILED'],
  ['PAUSED', ['PAUSED'], 'PAUSED'],
  ['PAUSED', ['FAILED', 'PAUSED'], 'DEGRADED'],
  ['STOPPED', [], 'STOPPED'],
  ['RUNNING', [], 'UNASSIGNED'],
  ['RUNNING', ['UNASSIGNED'], 'UNASSIGNED'],
  ['RESTARTING', ['RESTARTING'], 'RESTARTING'],
  ['RUNNING', ['RESTARTING'], 'RESTARTING'],
  ['RUNNING', ['RUNNING', 'RESTARTING'], 'RESTARTING'],
  ['RUNNING', ['FAILED', 'RESTARTING'], 'DEGRADED'],
  ['UNASSIGNED', [], 'UNASSIGNED'],
] as const)('a connector that is %s with tasks %j is %s', (connector, tasks, expected) => {
  expect(rollUp(status(connector, ...tasks))).toBe(expected);
});

test('the first error is that of the connector, then that of its first failed task', () => {
  const failed = status('RUNNING', 'RUNNING', 'FAILED');
  const error = { code: 'X', class: 'poison', message: 'task 1' } as const;
  const tasks = failed.tasks.map((task) => (task.id === 1 ? { ...task, error } : task));
  expect(firstError({ ...failed, tasks })).toBe(error);
  expect(firstError(status('RUNNING', 'RUNNING'))).toBeNull();
});

test('what restarts shows the error that it restarts from, behind those of what has failed', () => {
  const error = { code: 'X', class: 'transient', message: 'the database is away' } as const;
  const restarting = { id: 0, state: 'RESTARTING', worker_id: 'w', error } as const;
  expect(firstError({ ...status('RUNNING'), tasks: [restarting] })).toBe(error);
  const failed = { id: 1, state: 'FAILED', worker_id: 'w', trace: 'Boom' } as const;
  expect(firstError({ ...status('RUNNING'), tasks: [restarting, failed] })?.message).toBe('Boom');
  expect(firstError(status('RESTARTING', 'RESTARTING'))).toBeNull();
});

test('where there is only a trace, its first line is the message', () => {
  const connector = { state: 'FAILED', worker_id: 'w', trace: 'Boom: it broke\n  at x' } as const;
  expect(firstError({ ...status('FAILED'), connector })?.message).toBe('Boom: it broke');
});

test('beside the error stands what is done about it by itself: of the same task', () => {
  const error = { code: 'X', class: 'transient', message: 'the database is away' } as const;
  const next = { attempts: 3, next_at_ms: 1_700_000_000_000 };
  const restarting = { id: 0, state: 'RESTARTING', worker_id: 'w', error, restart: next } as const;
  expect(restartOf({ ...status('RUNNING'), tasks: [restarting] })).toBe(next);
  const failed = { id: 1, state: 'FAILED', worker_id: 'w', trace: 'Boom' } as const;
  expect(restartOf({ ...status('RUNNING'), tasks: [restarting, failed] })).toBeNull();
  expect(restartOf(status('RUNNING', 'RUNNING'))).toBeNull();
});
