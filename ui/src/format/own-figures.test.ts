import type { PipelineTask } from '@millrace/rest-api/contract';
import { expect, test } from 'vitest';
import { ownFigures } from './own-figures.ts';

const task = (number: number, own: Readonly<Record<string, number>> | null): PipelineTask => ({
  task: number,
  state: 'RUNNING',
  worker: 'w',
  error: null,
  trace: null,
  restart: null,
  figures: own && {
    ...{ records: 0, bytes: 0, errors: 0, lastRecordAtMs: null, lag: null, lagMs: null },
    ...{ own, notices: [], stages: [] },
  },
});

test('figures of a plugin read by the unit that their name ends with', () => {
  const own = {
    ...{ slot_lag_bytes: 12_582_912, slot_runway_seconds: 11_100, lag_ms: 420 },
    ...{ stale_records_total: 12_431, in_flight_limit: 8 },
  };
  expect(ownFigures([task(0, own)]).map(({ title, text }) => [title, text])).toEqual([
    ['In flight limit', '8'],
    ['Lag', '420 ms'],
    ['Slot lag', '12 MB'],
    ['Slot runway', '3 h 5 min'],
    ['Stale records', '12.4 k'],
  ]);
});

test('of several tasks each tells its own, of many the first ones', () => {
  const two = ownFigures([task(0, { unread_bytes: 1_024 }), task(1, { unread_bytes: 0 }), task(2, null)]);
  expect(two.map(({ text }) => text)).toEqual(['task 0: 1 KB, task 1: 0 B']);
  const many = Array.from({ length: 6 }, (_, number) => task(number, { files: number }));
  expect(ownFigures(many)[0]?.text).toBe('task 0: 0, task 1: 1, task 2: 2, task 3: 3, 2 more tasks');
});

test('where no task tells any, there is none', () => {
  expect(ownFigures([task(0, null), task(1, {})])).toEqual([]);
});
