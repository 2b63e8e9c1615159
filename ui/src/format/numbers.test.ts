import { expect, test } from 'vitest';
import { bytes, compact, counted, exact, rate } from './numbers.ts';

test.each([
  [0, '0'],
  [7, '7'],
  [3.24, '3.2'],
  [892.8, '893'],
  [999, '999'],
  [1000, '1 k'],
  [12_431, '12.4 k'],
  [120_900, '121 k'],
  [999_949, '1 M'],
  [999_400, '999 k'],
  [10_200_000, '10.2 M'],
  [4.1e9, '4.1 G'],
  [-2500, '-2.5 k'],
])('%d reads %s', (value, text) => {
  expect(compact(value)).toBe(text);
});

test('a rate that is not known is a dash, not zero', () => {
  expect(rate(null)).toBe('–');
  expect(rate(0)).toBe('0/s');
  expect(rate(41_200)).toBe('41.2 k/s');
});

test.each([
  [0, '0 B'],
  [1023, '1023 B'],
  [1024, '1 KB'],
  [1_048_575, '1 MB'],
  [3_250_586, '3.1 MB'],
  [5e12, '4.5 TB'],
])('%d bytes read %s', (value, text) => {
  expect(bytes(value)).toBe(text);
});

test('exact numbers keep all digits', () => {
  expect(exact(12_431_002)).toBe('12,431,002');
  expect(counted(1, 'task')).toBe('1 task');
  expect(counted(2000, 'task')).toBe('2,000 tasks');
});
