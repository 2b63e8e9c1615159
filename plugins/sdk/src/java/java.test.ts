import { describe, expect, it } from 'vitest';
import {
  bigDecimalText,
  dateText,
  doubleText,
  floatText,
  javaPattern,
  javaReplacement,
  parseValue,
} from './index.ts';

describe('javaPattern', () => {
  it.each<[string, string, boolean]>([
    ['a|ab', 'ab', true],
    ['a', 'ab', false],
    ['(?i)AB', 'ab', true],
    ['(?m)a$', 'a\nb', false],
    ['\\Qa.b\\E', 'a.b', true],
    ['\\Qa.b\\E', 'axb', false],
    ['\\Aab\\z', 'ab', true],
    ['[\\p{Upper}_]+', 'A_B', true],
    ['\\p{Digit}+', '12', true],
    ['(?<year>\\d+)-\\k<year>', '20-20', true],
    ['[+]+', '++', true],
  ])('%s matches %s: %s', (pattern, text, expected) => {
    expect(javaPattern(pattern).whole.test(text)).toBe(expected);
  });

  it.each(['(', 'a++', '(?x)a', '[a[b]]'])('refuses %s', (pattern) => {
    expect(() => javaPattern(pattern)).toThrow(SyntaxError);
  });
});

describe('javaReplacement', () => {
  it.each<[string, string, string]>([
    ['(a)(b)', '$2$1', 'ba'],
    ['(?<x>a)(b)', '${x}!', 'a!'],
    ['(a)(b)', '$11', 'a1'],
    ['(a)(b)', '\\$1\\\\', '$1\\'],
    ['(a)(c)?b', '[$2]', '[]'],
  ])('%s by %s', (pattern, replacement, expected) => {
    const { first } = javaPattern(pattern);
    expect(javaReplacement(replacement, first)(first.exec('ab') as RegExpExecArray)).toBe(expected);
  });

  it.each(['$3', '$', '${y}', '$x', '\\'])('refuses %s', (replacement) => {
    expect(() => javaReplacement(replacement, /(a)(?<x>b)/)).toThrow(SyntaxError);
  });
});

describe('texts of numbers and dates', () => {
  it.each([
    [1, '1.0'],
    [1e7, '1.0E7'],
    [0.001, '0.001'],
    [0.0001, '1.0E-4'],
    [-0, '-0.0'],
    [1.25e-10, '1.25E-10'],
    [Number.NaN, 'NaN'],
  ])('%s is %s', (value, text) => {
    expect(doubleText(value)).toBe(text);
  });

  it.each([
    [0.1, '0.1'],
    [16_777_216, '1.6777216E7'],
    [1 / 3, '0.33333334'],
  ])('%s is %s as a float', (value, text) => {
    expect(floatText(value)).toBe(text);
  });

  it.each([
    ['0.00000001', 0, '1E-8'],
    ['0.000001', 0, '0.000001'],
    ['-0.00000012', 0, '-1.2E-7'],
    ['12.50', 0, '12.50'],
    ['0.0000000', 0, '0E-7'],
    ['1200', -2, '1.2E+3'],
  ])('%s with scale %d is %s', (text, scale, expected) => {
    expect(bigDecimalText(text, scale)).toBe(expected);
  });

  it('dates are as short as they can be', () => {
    expect(
      ['1970-01-01T01:02:03.004Z', '2020-02-29', '2020-02-29T00:00:00.001Z'].map((text) =>
        dateText(new Date(text)),
      ),
    ).toEqual(['01:02:03.004Z', '2020-02-29', '2020-02-29T00:00:00.001Z']);
  });
});

describe('parseValue', () => {
  it('widens numbers that are in one list', () => {
    expect(parseValue('[1,300,2.5]')).toEqual({
      schema: { type: 'array', items: { type: 'float' } },
      value: [1, 300, 2.5],
    });
    expect(parseValue('[1,"a"]')).toEqual({ schema: { type: 'array' }, value: [1, 'a'] });
  });

  it('keeps int64 exact', () => {
    expect(parseValue('9223372036854775807')).toEqual({
      schema: { type: 'int64' },
      value: 9223372036854775807n,
    });
  });
});
