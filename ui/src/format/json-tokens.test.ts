import { expect, test } from 'vitest';
import { indented, jsonTokens, oneLine } from './json-tokens.ts';

const kinds = (text: string) =>
  jsonTokens(text)
    .filter(({ kind }) => kind !== 'mark')
    .map(({ kind, text: piece }) => [kind, piece]);

test('keys, strings, numbers and words are told apart', () => {
  expect(kinds('{"a": "x:1", "b\\"": [-1.5e3, true, null]}')).toEqual([
    ['key', '"a"'],
    ['string', '"x:1"'],
    ['key', '"b\\""'],
    ['number', '-1.5e3'],
    ['word', 'true'],
    ['word', 'null'],
  ]);
});

test.each([
  '{"a":"cut in the mid',
  'no json - at all "',
  '{"a":1}',
  '\\',
  '-',
  'true false nul',
  'ť\u0000 "\\',
  '',
])('no character of %j is lost', (text) => {
  expect(
    jsonTokens(text)
      .map((token) => token.text)
      .join(''),
  ).toBe(text);
});

test('long text is done in time and whole', () => {
  const text = `"${'\\"x'.repeat(100_000)}`;
  const begun = performance.now();
  expect(jsonTokens(text).reduce((length, token) => length + token.text.length, 0)).toBe(text.length);
  expect(performance.now() - begun).toBeLessThan(1_000);
});

test('JSON is indented, other text left alone', () => {
  expect(indented('{"a":[1]}')).toBe('{\n  "a": [\n    1\n  ]\n}');
  expect(indented('{"a":')).toBe('{"a":');
});

test('digits that JavaScript would round are kept', () => {
  expect(indented('{"id":12345678901234567890,"x":1.0}')).toContain('12345678901234567890');
  expect(indented('[1.0]')).toContain('1.0');
});

test('lines become one', () => {
  expect(oneLine('{\n  "a": 1\n}')).toBe('{ "a": 1 }');
});
