import { describe, expect, it } from 'vitest';
import { jsonText } from './json-text.ts';

class Money {
  readonly cents = 5;
  toJSON(): string {
    return 'money';
  }
}

describe('jsonText', () => {
  it('writes texts with whatever must be escaped in them', () => {
    for (const text of [
      '',
      'plain',
      '"\\/\b\f\n\r\t',
      '\u0000\u001f\u007f',
      'ü€😀',
      '\ud800 alone',
      '\u2028',
    ])
      expect(jsonText({ text })).toBe(JSON.stringify({ text }));
  });

  it('writes bigints with all their digits, also far down', () => {
    expect(jsonText({ a: [{ b: 2n ** 63n }], c: 'x' })).toBe('{"a":[{"b":9223372036854775808}],"c":"x"}');
  });

  it('never calls a toJSON, an own one or one of a class', () => {
    expect(jsonText(new Money())).toBe('{"cents":5}');
    expect(jsonText({ toJSON: 'a field' })).toBe('{"toJSON":"a field"}');
    expect(() => jsonText({ toJSON: () => 'x' })).toThrow(/function/);
  });

  it('writes bytes, dates, maps and objects without a prototype', () => {
    const bare = Object.assign(Object.create(null) as object, { a: 1 });
    const value = { bytes: Buffer.from('ab'), at: new Date(0), map: new Map([['k', 1]]), bare };
    expect(jsonText(value)).toBe(
      '{"bytes":"YWI=","at":"1970-01-01T00:00:00.000Z","map":{"k":1},"bare":{"a":1}}',
    );
  });

  it('writes NaN and the infinities as texts, and leaves out what is undefined', () => {
    expect(jsonText({ a: Number.NaN, b: [Number.POSITIVE_INFINITY], c: undefined })).toBe(
      '{"a":"NaN","b":["Infinity"]}',
    );
  });
});
