import { expect, it } from 'vitest';
import { murmur2, partitionOfKey } from './murmur2.ts';

// What the Java client's own hash gives for these keys.
it.each([
  ['21', -973932308],
  ['foobar', -790332482],
  ['a-little-bit-long-string', -985981536],
  ['a-little-bit-longer-string', -1486304829],
  ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58897971],
  ['abc', 479470107],
])('hashes %s as the Java client does', (key, hash) => {
  expect(murmur2(Buffer.from(key))).toBe(hash);
});

it('gives a partition within the count for any hash', () => {
  for (let i = 0; i < 1_000; i++) {
    const partition = partitionOfKey(Buffer.from(`key-${i}`), 7);
    expect(partition).toBeGreaterThanOrEqual(0);
    expect(partition).toBeLessThan(7);
  }
});
