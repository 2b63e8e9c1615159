import { describe, expect, it } from 'vitest';
import { formatArrayText, parseArrayText } from './array-text.ts';
import { columnText } from './column-text.ts';

describe('array text', () => {
  it.each([
    ['{}', []],
    ['{1,NULL,-3}', ['1', null, '-3']],
    ['{"a b","","NULL","q\\"\\\\",héé}', ['a b', '', 'NULL', 'q"\\', 'héé']],
    [
      '{{1,2},{3,NULL}}',
      [
        ['1', '2'],
        ['3', null],
      ],
    ],
    ['[0:1]={5,6}', ['5', '6']],
  ])('reads %s', (text, array) => {
    expect(parseArrayText(text)).toEqual(array);
    expect(parseArrayText(formatArrayText(array))).toEqual(array);
  });

  it.each(['', '{', '{1', '{1,2}x', '{"a', '1,2'])('refuses %j', (text) => {
    expect(() => parseArrayText(text)).toThrow(RangeError);
  });
});

describe('column text', () => {
  const text = (value: unknown, baseType: string, isArray = false) =>
    columnText(value, { baseType, isArray });

  it('keeps numbers exact', () => {
    expect([
      text(2n ** 63n - 1n, 'int8'),
      text(-0, 'float8'),
      text(0.1, 'float4'),
      text(Number.NaN, 'float8'),
    ]).toEqual(['9223372036854775807', '-0', '0.1', 'NaN']);
  });

  it('reads what JsonConverter leaves of values without their schemas', () => {
    expect(text('AP8=', 'bytea')).toBe('\\x00ff');
    expect(text('\\x00ff', 'bytea')).toBe('\\x00ff');
    expect(text(19782, 'date')).toBe('2024-02-29');
    expect(text(1000, 'time')).toBe('00:00:01.000');
    expect(text(1709164800000, 'timestamptz')).toBe('2024-02-29T00:00:00.000Z');
  });

  it('writes arrays as arrays or as JSON, as the column wants it', () => {
    expect(text([1, null, [2]], 'int4', true)).toBe('{"1",NULL,{"2"}}');
    expect(text([1, { a: 2n ** 60n }], 'jsonb')).toBe('[1,{"a":1152921504606846976}]');
    expect(text([{ a: 1 }, [1]], 'jsonb', true)).toBe('{"{\\"a\\":1}","[1]"}');
    expect(text([Buffer.from([0])], 'bytea', true)).toBe('{"\\\\x00"}');
  });
});
