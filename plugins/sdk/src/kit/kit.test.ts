import { MillraceError } from '@millrace/foundation';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { connectionProblems } from './connection-problems.ts';
import { keyedBatches } from './keyed-batches.ts';
import { RateLimiter } from './rate-limiter.ts';
import { RECORD_PART, recordPart } from './record-part.ts';
import { retry } from './retry.ts';
import { topicName } from './topic-name.ts';
import { translateOptions } from './translate-options.ts';

const never = new AbortController().signal;

describe('keyedBatches', () => {
  const items = fc.array(fc.record({ key: fc.constantFrom('a', 'b', 'c', null), value: fc.nat() }));
  const key = (item: { key: string | null }) => item.key;

  test('keeps the order of each key, and no batch has a key twice or is too large', () => {
    fc.assert(
      fc.property(items, fc.integer({ min: 1, max: 4 }), (all, maxItems) => {
        const batches = keyedBatches(all, { key, maxItems });
        for (const batch of batches) {
          expect(batch.length).toBeGreaterThan(0);
          expect(batch.length).toBeLessThanOrEqual(maxItems);
          const keys = batch.map(key).filter((name) => name !== null);
          expect(new Set(keys).size).toBe(keys.length);
        }
        expect(batches.flat()).toHaveLength(all.length);
        for (const name of ['a', 'b', 'c']) {
          const of = (list: typeof all) => list.filter((item) => item.key === name);
          expect(of(batches.flat())).toEqual(of(all));
        }
      }),
    );
  });

  test('makes one of the items of a key where only the outcome counts', () => {
    const all = [
      { key: 'a', n: 1 },
      { key: null, n: 2 },
      { key: 'b', n: 3 },
      { key: 'a', n: 4 },
      { key: null, n: 5 },
    ];
    const coalesce = (_: unknown, later: (typeof all)[number]) => later;
    expect(keyedBatches(all, { key, maxItems: 3, coalesce })).toEqual([[all[1], all[2], all[3]], [all[4]]]);
  });
});

describe('retry', () => {
  const failing = (errorClass: 'transient' | 'poison') =>
    new MillraceError('It failed.', { code: 'FAILED', class: errorClass });
  const options = { tries: 3, backoffMs: 1, backoffMaxMs: 2, signal: never };

  test('tries again what passes, so often and no more', async () => {
    expect(
      await retry(async (attempt) => (attempt < 3 ? Promise.reject(failing('transient')) : attempt), options),
    ).toBe(3);
    let tries = 0;
    await expect(retry(async () => Promise.reject(++tries && failing('transient')), options)).rejects.toThrow(
      'It failed.',
    );
    expect(tries).toBe(3);
  });

  test('lets through at once what never passes, and everything once the signal is aborted', async () => {
    let tries = 0;
    const work = (error: unknown) => async () => {
      tries++;
      throw error;
    };
    await expect(retry(work(failing('poison')), options)).rejects.toThrow('It failed.');
    await expect(retry(work(new TypeError('a bug')), options)).rejects.toThrow('a bug');
    const signal = AbortSignal.timeout(20);
    const long = { ...options, backoffMs: 60_000, backoffMaxMs: 60_000, signal };
    await expect(retry(work(failing('transient')), long)).rejects.toThrow('It failed.');
    expect(tries).toBe(3);
  });
});

describe('RateLimiter', () => {
  test('lets a burst through at once, and the rest at its rate and in order', async () => {
    const limit = new RateLimiter({ perSecond: 100, burst: 5 });
    const order: number[] = [];
    const startMs = performance.now();
    await Promise.all(
      Array.from({ length: 15 }, (_, index) => limit.take(1, never).then(() => order.push(index))),
    );
    const tookMs = performance.now() - startMs;
    expect(order).toEqual(Array.from({ length: 15 }, (_, index) => index));
    expect(tookMs).toBeGreaterThan(95);
    expect(tookMs).toBeLessThan(2_000);
  });

  test('holds up nobody who is to stop', async () => {
    const limit = new RateLimiter({ perSecond: 0.001, burst: 1 });
    const startMs = performance.now();
    await limit.take(100, AbortSignal.timeout(20));
    expect(performance.now() - startMs).toBeLessThan(5_000);
  });
});

test('connectionProblems: what a connection says against a config, at the key that it names', async () => {
  const denied = new MillraceError('The password was refused', {
    ...{ code: 'DENIED', class: 'auth', path: 'password', hint: 'Correct it.' },
  });
  expect(await connectionProblems('url', () => Promise.reject(denied))).toEqual([
    { key: 'password', message: 'The password was refused. Correct it.' },
  ]);
  expect(await connectionProblems('url', async () => [])).toEqual([]);
  const found = [{ key: 'table', message: 'No such table.' }];
  expect(await connectionProblems('url', async () => found)).toEqual(found);
  await expect(connectionProblems('url', () => Promise.reject(new TypeError('a bug')))).rejects.toThrow(
    'a bug',
  );
});

test('translateOptions: by the table, and what is lacking by its name', () => {
  const table = {
    rename: { 'server.name': 'topic.prefix' },
    defaults: { mode: 'precise', size: '1' },
    values: { mode: { exact: 'precise' } },
    ignore: ['threads'],
    lacks: [
      { option: /^column\./, instead: 'Use a transform.' },
      { option: 'drop', harmless: ['false'] },
    ],
  };
  const config = { name: 'c', 'server.name': 's', mode: 'exact', threads: '3', drop: 'false' };
  expect(translateOptions(config, table)).toEqual({
    config: { name: 'c', 'topic.prefix': 's', mode: 'precise', size: '1', drop: 'false' },
    problems: [],
    keys: { 'topic.prefix': 'server.name' },
  });
  const { problems } = translateOptions({ 'column.mask': 'x', drop: 'true' }, table);
  expect(problems).toEqual([
    {
      key: 'column.mask',
      message: '"column.mask" is an option that this connector does not have. Use a transform.',
    },
    { key: 'drop', message: '"drop" is an option that this connector does not have.' },
  ]);
});

test('topicName: by Kafka’s rule', () => {
  for (const name of ['a', 'a.b_c-D9', '...', 'x'.repeat(249)]) expect(topicName(name, {}), name).toBeNull();
  for (const name of ['', '.', '..', 'a b', 'ä', 'x'.repeat(250)])
    expect(topicName(name, {}), name).not.toBeNull();
});

test('recordPart: what a placeholder names, and nothing that is inherited', () => {
  const record = {
    ...{ topic: 't', partition: 0, offset: 7, timestamp: null, key: 'k', value: { a: { b: 1 } } },
    headers: [
      { key: 'h.i', value: 'first' },
      { key: 'h.i', value: 'last' },
    ],
  };
  const parts = ['topic', 'key', 'value.a.b', 'header.h.i', 'value.x', 'value.toString', 'key.a'];
  for (const part of parts) expect(part).toMatch(RECORD_PART);
  expect(parts.map((part) => recordPart(record, part))).toEqual([
    ...['t', 'k', 1, 'last'],
    ...[undefined, undefined, undefined],
  ]);
  for (const part of ['offset', 'values', 'value.', 'value..a', 'header.'])
    expect(part).not.toMatch(RECORD_PART);
});
