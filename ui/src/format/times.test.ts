import { expect, test } from 'vitest';
import { absolute, ago, momentAt, momentField, readIn, recordTime, since, span, timeOfDay } from './times.ts';

const at = (text: string) => new Date(`2026-11-21T${text}`).getTime();

test.each([
  [0, 'now'],
  [999, 'now'],
  [8_400, '8 s ago'],
  [59_999, '59 s ago'],
  [60_000, '1 min ago'],
  [3_600_000, '1 h ago'],
  [49 * 3_600_000, '2 d ago'],
  [-5_000, 'now'],
])('%d ms reads %s', (age, text) => {
  expect(ago(1_000_000_000_000 - age, 1_000_000_000_000)).toBe(text);
});

test('since when: the time today, the day before that', () => {
  expect(since(at('14:02:11'), at('18:00:00'))).toBe('14:02');
  expect(since(at('14:02:11') - 86_400_000, at('18:00:00'))).toBe('20 Nov 14:02');
});

test('records show milliseconds', () => {
  expect(recordTime(at('09:05:03.007'), at('18:00:00'))).toBe('09:05:03.007');
  expect(recordTime(at('09:05:03.007'), at('18:00:00') + 86_400_000)).toBe('21 Nov 09:05:03.007');
  expect(timeOfDay(at('09:05:03.007'))).toBe('09:05:03');
});

test('a time that is none says so', () => {
  expect(absolute(Number.NaN)).toBe('no time');
});

test.each([
  [0, '0 ms'],
  [420, '420 ms'],
  [4_000, '4 s'],
  [130_000, '2 min 10 s'],
  [120_000, '2 min'],
  [3 * 3_600_000 + 5 * 60_000, '3 h 5 min'],
  [52 * 3_600_000, '2 d 4 h'],
])('a span of %d ms reads %s', (ms, text) => {
  expect(span(ms)).toBe(text);
});

test('moments read in UTC where that is wanted', () => {
  readIn({ utc: true });
  try {
    expect(timeOfDay(Date.UTC(2026, 10, 21, 14, 2, 11))).toBe('14:02:11');
  } finally {
    readIn({ utc: false });
  }
});

test('a moment that is typed is read in the zone that is shown', () => {
  readIn({ utc: true });
  try {
    expect(momentAt('2026-11-21T14:02:11')).toBe(Date.UTC(2026, 10, 21, 14, 2, 11));
    expect(momentField(Date.UTC(2026, 10, 21, 14, 2, 11))).toBe('2026-11-21T14:02:11');
  } finally {
    readIn({ utc: false });
  }
  expect(momentAt('2026-07-21T14:02')).toBe(new Date(2026, 6, 21, 14, 2).getTime());
  expect(momentField(new Date(2026, 6, 21, 14, 2).getTime())).toBe('2026-07-21T14:02:00');
  expect(momentField(at('09:05:03.007'))).toBe('2026-11-21T09:05:03.007');
});

test('a moment that is none is none', () => {
  expect(momentAt('soon')).toBeNaN();
  expect(momentField(Number.NaN)).toBe('');
});
