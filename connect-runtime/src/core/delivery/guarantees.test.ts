import { describe, expect, test } from 'vitest';
import { type DeliveryFacts, guaranteesOf } from './guarantees.ts';

const source = (more: Partial<DeliveryFacts> = {}): DeliveryFacts => ({
  config: {},
  traits: { type: 'source', exactlyOnce: true, bisects: false },
  workerWritesExactlyOnce: true,
  brokers: { transactions: true, shareGroups: null },
  deadLetterTopic: null,
  toleratesAll: false,
  ...more,
});
const sink = (more: Partial<DeliveryFacts> = {}): DeliveryFacts => ({
  ...source(),
  traits: { type: 'sink', exactlyOnce: null, bisects: true },
  ...more,
});
const holding = (facts: DeliveryFacts) =>
  Object.fromEntries(guaranteesOf(facts).reasons.map(({ code, holds }) => [code, holds]));

describe('a source', () => {
  test('writes exactly once where worker, connector and brokers have what it takes', () => {
    const { delivery, duplicates, losses } = guaranteesOf(source());
    expect({ delivery, duplicates, losses }).toEqual({
      delivery: 'exactly once',
      duplicates: [],
      losses: [],
    });
  });

  test.each([
    ['the worker', { workerWritesExactlyOnce: false }, 'WORKER_TRANSACTIONS', false],
    [
      'the connector',
      { traits: { type: 'source', exactlyOnce: false, bisects: false } },
      'CONNECTOR_REPEATS',
      false,
    ],
    [
      'a silent connector',
      { traits: { type: 'source', exactlyOnce: null, bisects: false } },
      'CONNECTOR_REPEATS',
      null,
    ],
    ['the brokers', { brokers: { transactions: false, shareGroups: null } }, 'BROKER_TRANSACTIONS', false],
    ['silent brokers', { brokers: { transactions: null, shareGroups: null } }, 'BROKER_TRANSACTIONS', null],
  ] as const)('writes at least once for want of %s, and says so', (_what, more, code, holds) => {
    const facts = source(more);
    expect(guaranteesOf(facts).delivery).toBe('at least once');
    expect(guaranteesOf(facts).duplicates).toHaveLength(1);
    expect(holding(facts)[code]).toBe(holds);
  });

  test('loses what is passed over and kept nowhere, and says that too', () => {
    expect(guaranteesOf(source({ toleratesAll: true })).losses).toHaveLength(1);
    expect(guaranteesOf(source({ toleratesAll: true, deadLetterTopic: 'dlq' })).losses).toEqual([]);
  });
});

describe('a sink', () => {
  test('writes exactly once where it keeps offsets in its target, and no share group deals its records out', () => {
    const traits = { type: 'sink', exactlyOnce: true, bisects: true } as const;
    expect(guaranteesOf(sink({ traits }))).toMatchObject({ delivery: 'exactly once', duplicates: [] });
    expect(holding(sink({ traits })).SINK_HOLDS_OFFSETS).toBe(true);
    const shares = sink({ traits, config: { 'consumer.protocol': 'share' } });
    expect(guaranteesOf(shares).delivery).toBe('at least once');
    expect(
      guaranteesOf(sink({ traits, toleratesAll: true, deadLetterTopic: 'dlq' })).duplicates,
    ).toHaveLength(1);
    expect(guaranteesOf(sink({ traits: { ...traits, exactlyOnce: false } })).delivery).toBe('at least once');
  });

  test('writes at least once and in order', () => {
    expect(guaranteesOf(sink())).toMatchObject({
      delivery: 'at least once',
      order: expect.stringContaining('in their order'),
    });
    expect(holding(sink())).toEqual({ SINK_HOLDS_OFFSETS: false, CULPRITS_ISOLATED: false });
    expect(holding(sink({ toleratesAll: true, deadLetterTopic: 'dlq' }))).toMatchObject({
      CULPRITS_ISOLATED: true,
    });
  });

  test('of a share group promises no order', () => {
    const facts = sink({
      config: { 'consumer.protocol': 'SHARE' },
      brokers: { transactions: null, shareGroups: true },
    });
    expect(guaranteesOf(facts).order).toContain('no promised order');
    expect(guaranteesOf(facts).losses.join()).toContain('share.delivery.count.limit');
    expect(holding(facts)).toMatchObject({ BROKER_SHARE_GROUPS: true });
  });

  test('that begins at the end does not read what was there before', () => {
    expect(
      guaranteesOf(sink({ config: { 'consumer.override.auto.offset.reset': 'latest' } })).losses,
    ).toHaveLength(1);
  });
});
