import { expect, test } from 'vitest';
import type { TaskCounters } from '../ports.ts';
import { RateWindow } from './rate-window.ts';

const counter = (records: number, task = 0): TaskCounters => ({
  connector: 'c',
  task,
  records,
  bytes: records * 10,
  errors: 0,
  lastRecordAtMs: null,
  ...{ lastRecordTimestampMs: null, unacknowledged: 0, behind: null, stages: {} },
});

function sampled(...samples: (readonly TaskCounters[])[]): RateWindow {
  const window = new RateWindow();
  samples.forEach((counters, index) => {
    window.sample(counters, index * 1000);
  });
  return window;
}

test('there is no rate before two samples', () => {
  expect(new RateWindow().rate('c')).toEqual({ records: null, bytes: null });
  expect(sampled([counter(500)]).rate('c')).toEqual({ records: null, bytes: null });
});

test('what was counted before the first sample is no rate', () => {
  expect(sampled([counter(500)], [counter(600)]).rate('c')).toEqual({ records: 100, bytes: 1000 });
});

test('the rate is that of the last five seconds', () => {
  const counts = [0, 1000, 1010, 1020, 1030, 1040, 1050];
  expect(sampled(...counts.map((count) => [counter(count)])).rate('c').records).toBe(10);
});

test('tasks add up, and one that appears later counts from its start', () => {
  expect(sampled([counter(100)], [counter(110), counter(40, 1)]).rate('c').records).toBe(50);
});

test('a counter that goes back is that of a restarted task, not a negative rate', () => {
  expect(sampled([counter(5000)], [counter(30)]).rate('c').records).toBe(30);
});

test('time that passed between samples counts, however long', () => {
  const window = new RateWindow();
  window.sample([counter(0)], 0);
  window.sample([counter(100)], 4_000);
  expect(window.rate('c').records).toBe(25);
});

test('a connector without counters has gaps, then is forgotten', () => {
  const window = sampled([counter(0)], [counter(10)], [], [counter(10)]);
  expect(window.history('c')).toEqual([10, null, 10]);
  for (let at = 4; at < 80; at += 1) window.sample([], at * 1000);
  expect(window.history('c')).toEqual([]);
});

test('the history is a minute long', () => {
  const window = sampled(...Array.from({ length: 100 }, (_, index) => [counter(index * 7)]));
  expect(window.history('c')).toHaveLength(60);
  expect(new Set(window.history('c'))).toEqual(new Set([7]));
});
