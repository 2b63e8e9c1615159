import { describe, expect, it } from 'vitest';
import { simpleHeaderConverter } from './simple-header-converter.ts';

const converter = simpleHeaderConverter.create({}, false);
const read = (text: string) => converter.toConnect('t', Buffer.from(text));
const written = (value: unknown, schema?: Parameters<typeof converter.fromConnect>[1]) =>
  converter.fromConnect('t', schema, value)?.toString();

// What each text is in Kafka is compared with Kafka itself in test/conformance/transforms.test.ts.
describe('SimpleHeaderConverter', () => {
  it.each<[string, unknown, string | undefined]>([
    ['plain text', 'plain text', 'string'],
    ['12', 12, 'int8'],
    ['70000', 70_000, 'int32'],
    ['true', true, 'boolean'],
    ['2020-02-29', new Date('2020-02-29'), 'int32'],
    ['[1,2]', [1, 2], 'array'],
    ['{"a":"b"}', { a: 'b' }, 'map'],
    ['null', null, undefined],
    ['', '', 'string'],
  ])('reads %s and writes it again', (text, value, type) => {
    const header = read(text);
    expect([header.value, header.schema?.type]).toEqual([value, type]);
    if (value !== null) expect(written(header.value, header.schema)).toBe(text);
  });

  it('writes bytes as base64, and doubles as Java does', () => {
    expect(written(Buffer.from([1, 2]))).toBe('AQI=');
    expect(written(3, { type: 'double' })).toBe('3.0');
    expect(written(null)).toBeUndefined();
  });

  it('refuses what has no text', () => {
    expect(() => written(Symbol('x'))).toThrow(
      expect.objectContaining({ class: 'poison', code: 'HEADER_WITHOUT_TEXT' }),
    );
    const deep: unknown[] = [];
    let at = deep;
    for (let level = 0; level < 200; level++) {
      const inner: unknown[] = [];
      at.push(inner);
      at = inner;
    }
    expect(() => written(deep)).toThrow(expect.objectContaining({ class: 'poison' }));
  });

  it('takes hostile texts as text, quickly', () => {
    for (const text of [
      '['.repeat(50_000),
      `${'1'.repeat(50_000)}`,
      '1e999999999',
      `{${'"a":'.repeat(20_000)}`,
    ])
      expect(read(text).schema?.type).toBeDefined();
  });
});
