import type { PipelineWithHistory } from '@millrace/rest-api/contract';
import { expect, test } from 'vitest';
import {
  failedTasks,
  furthestBehind,
  isWrong,
  pluginWord,
  restartLabel,
  sorted,
  stateCounts,
  stateWord,
  systemName,
  total,
  warns,
} from './pipelines.ts';

const pipeline = (more: Partial<PipelineWithHistory> = {}): PipelineWithHistory => ({
  name: 'p',
  type: 'source',
  class: 'X',
  state: 'RUNNING',
  sinceMs: null,
  error: null,
  restart: null,
  notices: [],
  tasks: { total: 1, running: 1, failed: [] },
  workers: [],
  records: 0,
  bytes: 0,
  errors: 0,
  recordsPerSecond: null,
  bytesPerSecond: null,
  lastRecordAtMs: null,
  lag: null,
  lagMs: null,
  topics: [],
  history: [],
  ...more,
});

test('what is wrong comes first, what stands still last, then by name', () => {
  const order = sorted([
    pipeline({ name: 'b' }),
    pipeline({ name: 'a' }),
    pipeline({ name: 'd', state: 'DEGRADED' }),
    pipeline({ name: 'c', state: 'PAUSED' }),
    pipeline({ name: 'e', state: 'FAILED' }),
  ]);
  expect(order.map(({ name }) => name)).toEqual(['e', 'd', 'a', 'b', 'c']);
});

test('a restart from an error is wrong and comes behind what has failed; one that was asked for is not wrong', () => {
  const error = { code: 'X', class: 'transient', message: 'the database is away' } as const;
  const retrying = pipeline({ name: 'a', state: 'RESTARTING', error });
  expect(isWrong(retrying)).toBe(true);
  expect(isWrong(pipeline({ state: 'RESTARTING' }))).toBe(false);
  expect(stateWord('RESTARTING')).toBe('restarting');
  const order = sorted([pipeline({ name: 'c' }), retrying, pipeline({ name: 'b', state: 'FAILED' })]);
  expect(order.map(({ name }) => name)).toEqual(['b', 'a', 'c']);
});

test('what runs and warns comes before what just runs, behind what is wrong', () => {
  const warning = pipeline({ name: 'z', notices: ['The slot is about to be lost.'] });
  const failed = pipeline({ name: 'y', state: 'FAILED', notices: ['A table is gone.'] });
  expect([warns(warning), warns(failed), warns(pipeline())]).toEqual([true, false, false]);
  const order = sorted([pipeline({ name: 'a' }), warning, failed]);
  expect(order.map(({ name }) => name)).toEqual(['y', 'z', 'a']);
});

test('states are counted, those of nobody left out', () => {
  expect(stateCounts([pipeline(), pipeline(), pipeline({ state: 'FAILED' })])).toEqual([
    { state: 'FAILED', count: 1 },
    { state: 'RUNNING', count: 2 },
  ]);
});

test('totals align histories at their ends; what nobody knows stays unknown', () => {
  const sum = total([
    pipeline({ recordsPerSecond: 5, history: [null, 4, 5] }),
    pipeline({ recordsPerSecond: null, history: [1] }),
  ]);
  expect(sum).toEqual({ rate: 5, history: [null, 4, 6] });
  expect(total([])).toEqual({ rate: null, history: [] });
});

test.each([
  ['io.millrace.postgres.PostgresSourceConnector', 'postgres'],
  ['FilesSinkConnector', 'files'],
  ['SinkConnector', 'SinkConnector'],
  ['com.x.BigQuerySink', 'big query'],
  ['', ''],
])('the plugin %s is called %s', (pluginClass, word) => {
  expect(pluginWord(pluginClass)).toBe(word);
});

test('systems are called as they call themselves', () => {
  expect(['MongoDbSource', 'x.PostgresSinkConnector', 'BigQuerySink'].map(systemName)).toEqual([
    'MongoDB',
    'PostgreSQL',
    'Big query',
  ]);
});

test('failed tasks are named and the button says what it will do', () => {
  const some = pipeline({ state: 'DEGRADED', tasks: { total: 3, running: 1, failed: [0, 2] } });
  expect([failedTasks(some), restartLabel(some)]).toEqual([
    'tasks 0, 2 failed, of 3',
    'Restart 2 failed tasks',
  ]);
  const all = pipeline({ state: 'FAILED', tasks: { total: 2, running: 0, failed: [0, 1] } });
  expect([failedTasks(all), restartLabel(all)]).toEqual(['all 2 tasks failed', 'Restart']);
  expect(failedTasks(pipeline())).toBeNull();
});

test('the sink that is furthest behind is told, and none where all that is there was read', () => {
  const sink = (name: string, lag: number | null, lagMs: number | null) => pipeline({ name, lag, lagMs });
  const source = pipeline({ name: 'source', lag: null, lagMs: 90_000 });
  expect(furthestBehind([source, sink('idle', 0, 0)])).toBeNull();
  const some = [source, sink('many', 9_000, 10), sink('late', 2, 60_000), sink('idle', 0, 0)];
  expect(furthestBehind(some)?.name).toBe('late');
  expect(furthestBehind([sink('few', 1, null), sink('more', 5, null)])?.name).toBe('more');
});
