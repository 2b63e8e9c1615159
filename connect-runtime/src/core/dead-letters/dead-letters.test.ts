import { describe, expect, test } from 'vitest';
import { groupByCause, letterFacts, shapeOf } from './causes.ts';
import {
  asReadFirst,
  redriveCountOf,
  redriveHeaders,
  redrivenPlaceOf,
  redriveTopicOf,
} from './redrive-marks.ts';

const header = (key: string, value: string) => ({ key, value: Buffer.from(value) });
const letter = { topic: 'dlq', partition: 0, offset: 7 };
const origin = { topic: 'orders', partition: 3, offset: 42 };

describe('a record that is sent again', () => {
  const first = redriveHeaders(
    [header('trace', 't'), header('__connect.errors.topic', 'orders'), header('millrace.error.code', 'X')],
    letter,
    origin,
  );

  test('keeps its own headers, and is read as it was at first', () => {
    const record = { topic: 'connect-c-redrive', partition: 0, offset: 0, headers: first, value: 'v' };
    expect(asReadFirst(record)).toEqual({
      ...origin,
      headers: [header('trace', 't')],
      value: 'v',
      redrives: 1,
    });
    expect(redrivenPlaceOf(first)).toBe('dlq/0/7');
  });

  test('counts how often', () => {
    expect(redriveCountOf([])).toBe(0);
    const failedAgain = [header('trace', 't'), header('millrace.redrive.count', '1')];
    expect(redriveCountOf(redriveHeaders(failedAgain, { ...letter, offset: 8 }, origin))).toBe(2);
  });

  test('is left alone where it has no marks', () => {
    expect(asReadFirst({ ...origin, headers: [header('millrace.redrive.topic', 'x')] })).toBeNull();
  });
});

test('redrive topics have legal names, and one for each connector', () => {
  expect(redriveTopicOf('orders')).toBe('connect-orders-redrive');
  expect(redriveTopicOf('a b')).toMatch(/^connect-a_b-[0-9a-f]{8}-redrive$/);
  expect(redriveTopicOf('a b')).not.toBe(redriveTopicOf('a/b'));
  expect(redriveTopicOf('x'.repeat(255)).length).toBeLessThanOrEqual(249);
});

describe('causes', () => {
  test.each([
    ['Field "id" of record 17 is missing.', 'Field "…" of record # is missing.'],
    ["no such table: 'a.b' (42P01)", 'no such table: "…" (#P#)'],
    ['id 550e8400-e29b-41d4-a716-446655440000 at 0x1f', 'id … at …'],
    ['12:30:01.5 -3,5', '# #'],
  ])('%s has the shape %s', (message, shape) => {
    expect(shapeOf(message)).toBe(shape);
  });

  const facts = (message: string, code = 'BAD') =>
    letterFacts([
      header('__connect.errors.topic', 'orders'),
      header('__connect.errors.partition', '0'),
      header('__connect.errors.offset', '5'),
      header('__connect.errors.stage', 'TASK_PUT'),
      header('__connect.errors.exception.message', message),
      header('millrace.error.code', code),
    ]);

  test('are the same for messages of one shape, and others for another code', () => {
    const groups = groupByCause([
      { facts: facts('row 1 is bad'), timestamp: 20 },
      { facts: facts('row 2 is bad', 'WORSE'), timestamp: 30 },
      { facts: facts('row 3 is bad'), timestamp: 10 },
    ]);
    expect(groups).toMatchObject([
      { code: 'BAD', count: 2, firstAtMs: 10, lastAtMs: 20, shape: 'row # is bad', stage: 'put' },
      { code: 'WORSE', count: 1 },
    ]);
  });

  test.each([
    ['TASK_PUT', 'put'],
    ['TRANSFORMATION', 'transform'],
    ['VALUE_CONVERTER', 'convert'],
    ['SOME_LATER_STAGE', 'SOME_LATER_STAGE'],
  ])('at %s are said to be at %s, the word of errors and figures', (written, stage) => {
    expect(letterFacts([header('__connect.errors.stage', written)]).stage).toBe(stage);
  });

  test('that differ in what could not be converted are two', () => {
    const [key, value] = ['KEY_CONVERTER', 'VALUE_CONVERTER'].map((stage) =>
      letterFacts([header('__connect.errors.stage', stage)]),
    );
    expect(key?.stage).toBe(value?.stage);
    expect(key?.cause).not.toBe(value?.cause);
  });

  test('of a letter without headers are unknown', () => {
    expect(letterFacts([])).toMatchObject({ code: null, origin: null, connector: null, redrives: 0 });
  });
});
