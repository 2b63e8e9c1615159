import type { Pipeline } from '@millrace/rest-api/contract';
import { expect, test } from 'vitest';
import { INITIAL, type LiveState, nextState, reconnectDelayMs } from './live-state.ts';

const pipeline = (name: string, recordsPerSecond: number | null): Pipeline => ({
  name,
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
  recordsPerSecond,
  bytesPerSecond: null,
  lastRecordAtMs: null,
  lag: null,
  lagMs: null,
  topics: [],
});

function started(...pipelines: Pipeline[]): LiveState {
  const data = { atMs: 10_000, pipelines: pipelines.map((one) => ({ ...one, history: [1, 2] })) };
  return nextState(INITIAL, { kind: 'snapshot', data });
}

const change = (state: LiveState, atMs: number, changed: Pipeline[], removed: string[] = []) =>
  nextState(state, { kind: 'pipelines', data: { atMs, changed, removed } });

test('a snapshot is everything', () => {
  const state = started(pipeline('a', 2));
  expect(state).toMatchObject({ connection: 'live', asOfMs: 10_000, failures: 0 });
  expect([...(state.pipelines?.keys() ?? [])]).toEqual(['a']);
});

test('a change replaces, adds and removes, and leaves the rest', () => {
  const state = change(
    started(pipeline('a', 2), pipeline('b', 2)),
    11_000,
    [pipeline('a', 7), pipeline('c', 1)],
    ['b'],
  );
  expect([...(state.pipelines?.keys() ?? [])]).toEqual(['a', 'c']);
  expect(state.pipelines?.get('a')).toMatchObject({ recordsPerSecond: 7, history: [1, 2, 7] });
  expect(state.pipelines?.get('c')?.history).toEqual([1]);
});

test('pipelines that did not change move on too, so that all lines end at the same second', () => {
  const state = change(started(pipeline('a', 2), pipeline('b', 9)), 11_000, [pipeline('a', 3)]);
  expect(state.pipelines?.get('b')?.history).toEqual([1, 2, 9]);
});

test('seconds without an event had the rate that was known', () => {
  const state = change(started(pipeline('a', 2)), 14_000, [pipeline('a', 8)]);
  expect(state.pipelines?.get('a')?.history).toEqual([1, 2, 2, 2, 2, 8]);
});

test('the history stays a minute long, however late the next event', () => {
  const state = change(started(pipeline('a', 2)), 10_000_000, [pipeline('a', 8)]);
  expect(state.pipelines?.get('a')?.history).toHaveLength(60);
});

test('data stay when the connection goes, and the page says so', () => {
  const lost = nextState(started(pipeline('a', 2)), { kind: 'lost' });
  expect(lost).toMatchObject({ connection: 'lost', asOfMs: 10_000, failures: 1 });
  expect(lost.pipelines?.size).toBe(1);
  const back = nextState(nextState(lost, { kind: 'lost' }), {
    kind: 'snapshot',
    data: { atMs: 99_000, pipelines: [] },
  });
  expect(back).toMatchObject({ connection: 'live', asOfMs: 99_000, failures: 0 });
  expect(back.pipelines?.size).toBe(0);
});

const health = (atMs: number) => ({
  atMs,
  kafka: { answers: true, asOfMs: atMs, brokers: { up: 1, total: 1 } },
  silentWorkers: [],
});

test('a second in which only the health is told had the rate that was known', () => {
  const state = nextState(started(pipeline('a', 2)), { kind: 'health', data: health(11_000) });
  expect(state).toMatchObject({ connection: 'live', asOfMs: 11_000, health: health(11_000) });
  expect(state.pipelines?.get('a')?.history).toEqual([1, 2, 2]);
  const same = nextState(state, { kind: 'health', data: health(11_020) });
  expect(same.pipelines?.get('a')?.history).toEqual([1, 2, 2]);
});

test('what stands still stays the same object', () => {
  const data = { atMs: 10_000, pipelines: [{ ...pipeline('still', null), history: [] }] };
  const before = nextState(INITIAL, { kind: 'snapshot', data });
  const after = change(before, 11_000, [pipeline('a', 1)]);
  expect(after.pipelines?.get('still')).toBe(before.pipelines?.get('still'));
});

test('a silent server is one that is lost, though no attempt to connect has failed; a word of it is enough', () => {
  const silent = nextState(started(pipeline('a', 2)), { kind: 'silent' });
  expect(silent).toMatchObject({ connection: 'lost', asOfMs: 10_000, failures: 0 });
  expect(nextState(silent, { kind: 'health', data: health(14_000) }).connection).toBe('live');
  expect(nextState(INITIAL, { kind: 'silent' }).connection).toBe('connecting');
});

test('a server that was never there is not one that was lost', () => {
  expect(nextState(INITIAL, { kind: 'lost' })).toMatchObject({ connection: 'connecting', failures: 1 });
});

test('reconnecting waits longer each time, up to a bound, and never all at once', () => {
  expect([1, 2, 3, 4, 5, 50].map((failures) => reconnectDelayMs(failures, 0.5))).toEqual([
    500, 1000, 2000, 4000, 5000, 5000,
  ]);
  expect([0, 1].map((chance) => reconnectDelayMs(3, chance))).toEqual([1500, 2500]);
});
