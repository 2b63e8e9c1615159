import { describe, expect, it } from 'vitest';
import { hash128, OffsetMap } from './offset-map.ts';

function hashOf(text: string): string {
  const bytes = Buffer.from(`<${text}>`);
  const words = new Int32Array(4);
  hash128(bytes, 1, bytes.length - 1, words);
  return [...words].map((word) => (word >>> 0).toString(16).padStart(8, '0')).join('');
}

describe('a map of offsets', () => {
  const put = (map: OffsetMap, key: string, offset: number) =>
    map.put(Buffer.from(`..${key}`), 2, 2 + Buffer.byteLength(key), offset);
  const get = (map: OffsetMap, key: string) => map.get(Buffer.from(key), 0, Buffer.byteLength(key));

  it('hashes by MurmurHash3, of known values', () => {
    expect(hashOf('')).toBe('00000000000000000000000000000000');
    expect(hashOf('I will not buy this record, it is scratched.')).toBe('a0a9683b25ac5e40d9af2895890dddf5');
    expect(hashOf('The quick brown fox jumps over the lazy dog')).toBe('2f1583c3ecee2c675d7bf66ce5e91d2c');
  });

  it('knows the newest offset of each key', () => {
    const map = new OffsetMap(1000, 0.9);
    for (let offset = 0; offset < 5000; offset++) expect(put(map, `key ${offset % 700}`, offset)).toBe(true);
    expect(map.size).toBe(700);
    for (let key = 0; key < 700; key++) {
      expect(get(map, `key ${key}`)).toBe(4900 + key < 5000 ? 4900 + key : 4200 + key);
    }
    expect(get(map, 'another')).toBe(-1);
  });

  it('tells keys apart by every byte and by their length', () => {
    const keys = Array.from({ length: 40 }, (_, length) => 'k'.repeat(length));
    const others = keys.flatMap((key) => [...key].map((_, at) => `${key.slice(0, at)}j${key.slice(at + 1)}`));
    expect(new Set([...keys, ...others].map(hashOf)).size).toBe(keys.length + others.length);
  });

  it('takes no more keys than it has room for, and goes on with those that it has', () => {
    const map = new OffsetMap(10, 0.5);
    for (let key = 0; key < 5; key++) expect(put(map, `${key}`, key)).toBe(true);
    expect(put(map, 'one more', 9)).toBe(false);
    expect(get(map, 'one more')).toBe(-1);
    expect(put(map, '3', 10)).toBe(true);
    expect(get(map, '3')).toBe(10);
  });
});
