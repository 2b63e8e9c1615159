import { expect, test } from 'vitest';
import { parseProperties } from './properties.ts';

test('reads keys and values however they are separated', () => {
  expect(parseProperties('a=1\nb: 2\nc 3\nd =  4  \ne')).toEqual({ a: '1', b: '2', c: '3', d: '4  ', e: '' });
});

test('passes over comments and empty lines, also behind spaces', () => {
  expect(parseProperties('# a=1\n  ! b=2\n\n   \nc=3#kept')).toEqual({ c: '3#kept' });
});

test('joins lines that end in an odd number of backslashes', () => {
  expect(parseProperties('a=one,\\\n   two\nb=c:\\\\\nd=4')).toEqual({ a: 'one,two', b: 'c:\\', d: '4' });
});

test('keeps comment signs and separators inside a continued line', () => {
  expect(parseProperties('a=1,\\\n# not a comment')).toEqual({ a: '1,# not a comment' });
});

test('understands escapes in keys and values', () => {
  expect(parseProperties('a\\=b=c\\td\\u00e9\\q')).toEqual({ 'a=b': 'c\tdéq' });
});

test('takes the last of equal keys, and any line ending', () => {
  expect(parseProperties('a=1\r\na=2\rb=3')).toEqual({ a: '2', b: '3' });
});

test('keeps keys that name parts of every object apart from the object', () => {
  const parsed = parseProperties('__proto__=x\nconstructor=y');
  expect(Object.hasOwn(parsed, 'constructor')).toBe(true);
  expect(({} as Record<string, unknown>).x).toBeUndefined();
});
