import { expect, test } from 'vitest';
import { SeriesStore } from './series-store.ts';

const NOW = 1_700_000_000_000 - (1_700_000_000_000 % 120_000);
const HOUR = 3_600_000;
const wanted = [{ metric: 'connector.records', name: 'a' }] as const;

function filled(untilMs: number, everyMs: number, valueAt: (atMs: number) => number): SeriesStore {
  const store = new SeriesStore();
  for (let atMs = NOW - untilMs; atMs < NOW; atMs += everyMs)
    store.add('connector.records', 'a', atMs, valueAt(atMs));
  return store;
}

test('the last hour comes every ten seconds, where so many points are wanted', () => {
  const store = filled(HOUR, 10_000, (atMs) => (NOW - atMs) / 10_000);
  const range = { sinceMs: NOW - 60_000, untilMs: NOW - 1, points: 100 };
  expect(store.read(wanted, range, NOW)).toEqual({
    ...{ fromMs: NOW - 60_000, stepMs: 10_000 },
    series: [{ ...wanted[0], points: [6, 5, 4, 3, 2, 1] }],
  });
});

test('fewer points are means over wider steps', () => {
  const store = filled(HOUR, 10_000, (atMs) => (NOW - atMs) / 10_000);
  const read = store.read(wanted, { sinceMs: NOW - 60_000, untilMs: NOW - 1, points: 2 }, NOW);
  expect([read.stepMs, read.series[0]?.points]).toEqual([30_000, [5, 2]]);
});

test('a day comes every two minutes, as means of what was measured, and no more than a day', () => {
  const store = filled(30 * HOUR, 60_000, (atMs) => (atMs < NOW - HOUR ? 1 : 3));
  const read = store.read(wanted, { sinceMs: NOW - 24 * HOUR, untilMs: NOW - 1, points: 1_000 }, NOW);
  const points = read.series[0]?.points ?? [];
  expect([read.stepMs, points.length]).toEqual([120_000, 720]);
  expect([points[0], points.at(-31), points.at(-30)]).toEqual([1, 1, 3]);
  const older = store.read(
    wanted,
    { sinceMs: NOW - 26 * HOUR, untilMs: NOW - 25 * HOUR, points: 1_000 },
    NOW,
  );
  expect(older.series[0]?.points.every((point) => point === null)).toBe(true);
});

test('where nobody measured there is a gap', () => {
  const store = new SeriesStore();
  store.add('connector.records', 'a', NOW - 50_000, 1);
  store.add('connector.records', 'a', NOW - 10_000, 2);
  const read = store.read(wanted, { sinceMs: NOW - 60_000, untilMs: NOW - 1, points: 100 }, NOW);
  expect(read.series[0]?.points).toEqual([null, 1, null, null, null, 2]);
});

test('a clock that was put back changes nothing of what is known', () => {
  const store = new SeriesStore();
  store.add('connector.records', 'a', NOW, 1);
  store.add('connector.records', 'a', NOW - HOUR, 9);
  expect(store.read(wanted, { sinceMs: NOW, untilMs: NOW, points: 10 }, NOW).series[0]?.points).toEqual([1]);
});

test('there are so many series and no more; what was silent for a day makes room', () => {
  const store = new SeriesStore();
  for (let i = 0; i < 6_000; i++) store.add('topic.records', `t${i}`, NOW - 25 * HOUR, 1);
  expect(store.names('topic.records')).toHaveLength(5_000);
  store.add('topic.records', 'new', NOW, 1);
  expect(store.names('topic.records')).toEqual(['new']);
});
