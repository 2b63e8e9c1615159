import { expect, test } from 'vitest';
import type { ConnectorInfo, ConnectorStatus, TaskCounters } from '../ports.ts';
import { connectorLag } from './connector-lag.ts';
import { EndOffsets } from './end-offsets.ts';
import { GroupPositions } from './group-positions.ts';

type State = ConnectorStatus['tasks'][number]['state'];

const NOW_MS = 1_700_000_000_000;
const groups = {
  asOfMs: NOW_MS - 1_000,
  behind: (group: string) => (group === 'connect-copy' ? { records: 500, ms: 9_000 } : null),
};

function lag(states: readonly State[], more: { sinceMs?: number; type?: 'source'; group?: string } = {}) {
  const { sinceMs = null, type = 'sink', group } = more;
  const config = group === undefined ? {} : { 'consumer.override.group.id': group };
  return connectorLag({
    info: { name: 'copy', type, config, tasks: [] } as ConnectorInfo,
    status: {
      name: 'copy',
      type,
      connector: { state: 'RUNNING', worker_id: 'w' },
      tasks: states.map((state, id) => ({ id, state, worker_id: 'w' })),
    },
    counters: states.map(
      (_, task) => ({ connector: 'copy', task, behind: task + 1, stages: {} }) as unknown as TaskCounters,
    ),
    ...{ groups, sinceMs, nowMs: NOW_MS },
  }).records;
}

test('is what the running tasks count: one that stands counts nothing any more', () => {
  expect(lag(['RUNNING', 'RUNNING'])).toBe(2);
  expect(lag(['RUNNING', 'FAILED'])).toBe(1);
});

test.each<State>(['FAILED', 'PAUSED', 'RESTARTING'])('of a sink that is %s is told by its group', (state) => {
  expect(lag([state, state])).toBe(500);
});

test('of a sink without tasks is told by its group, under the name that its config gives', () => {
  expect(lag([])).toBe(500);
  expect(lag([], { group: 'other' })).toBeNull();
});

test('is not taken from a look at the group that is older than the failure', () => {
  expect(lag(['FAILED'], { sinceMs: NOW_MS })).toBe(1);
});

test('of a source that stands is not known', () => {
  expect(lag(['FAILED'], { type: 'source' })).toBeNull();
});

test('of a sink that stands and never committed is all that is in its topics', () => {
  const positions = new GroupPositions(new EndOffsets());
  const ends = [
    { topic: 'orders', partition: 0, startOffset: 100, endOffset: 140 },
    { topic: 'orders', partition: 1, startOffset: 0, endOffset: 7 },
    { topic: 'others', partition: 0, startOffset: 0, endOffset: 9_000 },
  ];
  const behind = (more: Record<string, string>) =>
    connectorLag({
      info: { name: 'copy', type: 'sink', config: { topics: 'orders, gone', ...more }, tasks: [] },
      status: {
        ...{ name: 'copy', type: 'sink' },
        connector: { state: 'FAILED', worker_id: 'w' },
        tasks: [],
      },
      ...{ counters: [], groups: positions, sinceMs: null, nowMs: NOW_MS },
    }).records;
  positions.note({ ends, groups: [] }, NOW_MS);
  expect(behind({})).toBe(40);
  expect(behind({ 'consumer.override.auto.offset.reset': 'latest' })).toBeNull();
  expect(behind({ 'consumer.protocol': 'share' })).toBeNull();
  expect(behind({ topics: 'gone' })).toBeNull();

  const committed = [{ topic: 'orders', partition: 0, offset: 138 }];
  positions.note(
    { ends, groups: [{ groupId: 'connect-copy', kind: 'consumer', lag: 2, positions: committed }] },
    NOW_MS,
  );
  expect(behind({})).toBe(7);
});
