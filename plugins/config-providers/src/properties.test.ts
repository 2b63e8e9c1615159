import { describe, expect, it } from 'vitest';
import { parseProperties } from './properties.ts';

const parsed = (text: string) => Object.fromEntries(parseProperties(text));

describe('parseProperties', () => {
  it.each<[string, string, Record<string, string>]>([
    ['separators', 'a=1\nb:2\nc 3\nd\t=\t4\ne = = 5', { a: '1', b: '2', c: '3', d: '4', e: '= 5' }],
    ['comments and blank lines', '# a=1\n  ! b=2\n\n \t\nc=3 # kept', { c: '3 # kept' }],
    ['a key alone', 'a\nb=', { a: '', b: '' }],
    ['blanks around, kept behind', '  a  =  1  ', { a: '1  ' }],
    ['lines that go on', 'a=1,\\\n   2,\\\r\n3\nb=4', { a: '1,2,3', b: '4' }],
    ['an escaped backslash at the end', 'a=1\\\\\nb=2', { a: '1\\', b: '2' }],
    ['escapes', 'a\\=b\\:\\ c=\\t\\n\\r\\f\\u00e9\\q', { 'a=b: c': '\t\n\r\fé' + 'q' }],
    ['the last one of two', 'a=1\na=2', { a: '2' }],
    ['every end of line', 'a=1\rb=2\r\nc=3', { a: '1', b: '2', c: '3' }],
    ['a backslash at the very end', 'a=1\\', { a: '1' }],
    ['a comment that does not go on', '#a\\\nb=1', { b: '1' }],
  ])('reads %s', (_what, text, expected) => {
    expect(parsed(text)).toEqual(expected);
  });

  it('names the line of a wrong escape', () => {
    expect(() => parseProperties('a=1\nb=\\u12')).toThrow(/line 2/);
  });
});
