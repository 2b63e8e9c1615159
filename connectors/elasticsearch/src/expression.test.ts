import type { SinkRecord } from '@millrace/sdk';
import { describe, expect, it } from 'vitest';
import { Expression, expression } from './expression.ts';

const record = (over: Partial<SinkRecord>): SinkRecord => ({
  ...{ topic: 'Orders', partition: 2, offset: 41, key: 'k', value: {}, headers: [], timestamp: null },
  ...over,
});
const filled = (text: string, over: Partial<SinkRecord> = {}): string =>
  new Expression(text, 'index').of(record(over));

describe('an expression', () => {
  it('puts what a record has in its places', () => {
    expect(filled(`\${topic}-\${partition}+\${offset}`)).toBe('Orders-2+41');
    expect(filled(`a-\${value.of.b}-\${key.id}`, { key: { id: 7n }, value: { of: { b: true } } })).toBe(
      'a-true-7',
    );
    expect(
      filled(`\${header.v}`, {
        headers: [
          { key: 'v', value: 1 },
          { key: 'v', value: 2 },
        ],
      }),
    ).toBe('2');
    expect(filled('plain')).toBe('plain');
  });

  it('writes times in UTC by their pattern', () => {
    const timestamp = Date.UTC(2026, 0, 2, 3, 4, 5);
    expect(filled(`l-\${timestamp:yyyy.MM.dd}`, { timestamp })).toBe('l-2026.01.02');
    expect(filled(`\${timestamp:HH:mm:ss}`, { timestamp })).toBe('03:04:05');
    expect(filled(`\${timestamp}`, { timestamp })).toBe(String(timestamp));
  });

  it('takes the field of a key that has one, and JSON with sorted names of one that has several', () => {
    expect(filled(`\${key}`, { key: { id: 'a' } })).toBe('a');
    expect(filled(`\${key}`, { key: new Map([['id', 5]]) })).toBe('5');
    expect(filled(`\${key}`, { key: { b: 1, a: 'x' } })).toBe('{"a":"x","b":1}');
    expect(filled(`\${key}`, { key: Buffer.from('ab') })).toBe('YWI=');
  });

  it('refuses a record that lacks a part as poison, and names the option', () => {
    for (const [text, over] of [
      [`\${key}`, { key: null }],
      [`\${value.a}`, { value: 'text' }],
      [`\${value.a}`, { value: {} }],
      [`\${header.h}`, {}],
      [`\${timestamp:yyyy}`, {}],
      [`\${timestamp:yyyy}`, { timestamp: 1_790_000_000_000_000_000 }],
      [`\${timestamp:yyyy}`, { timestamp: -1 }],
      [`\${key}`, { key: 'half \ud800' }],
    ] as const)
      expect(() => filled(text, over)).toThrow(
        expect.objectContaining({ class: 'poison', details: expect.objectContaining({ path: 'index' }) }),
      );
  });

  it('is refused with places that stand for nothing', () => {
    expect(expression(`\${table}`, {})).toContain('table');
    expect(expression(`\${value.}`, {})).not.toBeNull();
    expect(expression(`\${topic}-\${timestamp:yyyy}`, {})).toBeNull();
    expect(expression(`\${timestamp:YYYY.MM.dd}`, {})).toContain('yyyy');
    expect(expression(`\${timestamp:yyyy.MM.dd_HH-mm-ss}`, {})).toBeNull();
  });

  it('tells whether all records give the same', () => {
    expect(new Expression('orders', 'index').isConstant).toBe(true);
    expect(new Expression(`o-\${topic}`, 'index').isConstant).toBe(false);
    expect(new Expression(`o-\${topic}-\${key}`, 'index').pattern).toBe('o-*-*');
  });
});
