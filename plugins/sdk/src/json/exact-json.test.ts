import { describe, expect, it } from 'vitest';
import { parseExact } from './exact-json.ts';

describe('parseExact', () => {
  it('keeps the digits of a whole number beyond 2^53 wherever it stands in the text', () => {
    const big = '9007199254740993';
    for (let before = 0; before < 40; before++) {
      const filler = 'x'.repeat(before);
      expect(parseExact(`["${filler}",${big}]`)).toEqual([filler, 9007199254740993n]);
      expect(parseExact(`{"${filler}":-${big},"b":1}`)).toEqual({ [filler]: -9007199254740993n, b: 1 });
    }
  });

  it('finds it behind runs of digits that are too short, whatever lies between', () => {
    for (let first = 1; first <= 15; first++)
      for (let gap = 0; gap < 20; gap++) {
        const short = '1'.repeat(first);
        const text = `[${short},${' '.repeat(gap)}12345678901234567890]`;
        expect(parseExact(text)).toEqual([Number(short), 12345678901234567890n]);
      }
  });

  it('leaves what is no whole number, and digits within texts, as JSON.parse gives them', () => {
    for (const text of [
      '0.12345678901234567890',
      '1e30',
      '[1.7976931348623157e308,9007199254740991]',
      '"9007199254740993"',
      '{"12345678901234567890":"٣٣٣٣٣٣٣٣٣٣٣٣٣٣٣٣٣٣"}',
      '""',
      '7',
    ])
      expect(parseExact(text)).toEqual(JSON.parse(text));
  });

  it('refuses what is no JSON, digits or not', () => {
    expect(() => parseExact('12345678901234567890x')).toThrow(SyntaxError);
    expect(() => parseExact('')).toThrow(SyntaxError);
  });
});
