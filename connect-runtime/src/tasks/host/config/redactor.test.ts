import { describe, expect, test } from 'vitest';
import { Redactor, redacted } from './redactor.ts';

describe('a redactor', () => {
  test('takes out what it knows, as it is, in JSON and in URLs', () => {
    const redactor = new Redactor();
    redactor.add(['pa"ss wörd']);
    expect(redactor.text('x pa"ss wörd y')).toBe('x [hidden] y');
    expect(redactor.text(JSON.stringify({ p: 'pa"ss wörd' }))).toBe('{"p":"[hidden]"}');
    expect(redactor.text(`postgres://u:${encodeURIComponent('pa"ss wörd')}@h`)).toBe(
      'postgres://u:[hidden]@h',
    );
  });

  test('takes the longest where one begins like another, and means no pattern by it', () => {
    const redactor = new Redactor();
    redactor.add(['abc', 'abc.*def']);
    expect(redactor.text('abc.*def abcXdef')).toBe('[hidden] [hidden]Xdef');
  });

  test('leaves alone what is too short to be found, and what stands in clear beside it', () => {
    const redactor = new Redactor();
    redactor.add(['ab', 'postgres', ''], new Set(['postgres']));
    expect(redactor.text('ab postgres')).toBe('ab postgres');
  });

  test('goes through data of any depth', () => {
    const redactor = new Redactor();
    redactor.add(['hunter2']);
    const bytes = Buffer.from('x');
    expect(redactor.deep({ a: ['is hunter2', 1, null, { b: 'hunter2' }], bytes })).toEqual({
      a: ['is [hidden]', 1, null, { b: '[hidden]' }],
      bytes,
    });
  });

  test('takes secrets out of output that is bytes, and leaves other bytes as they are', () => {
    const redactor = new Redactor();
    redactor.add(['hunter2']);
    expect(String(redacted(Buffer.from('is hunter2\n'), redactor))).toBe('is [hidden]\n');
    const image = Buffer.from([0xff, 0xd8, 0xff]);
    expect(redacted(image, redactor)).toBe(image);
  });
});
