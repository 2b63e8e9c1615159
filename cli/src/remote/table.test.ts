import { expect, test } from 'vitest';
import { table } from './table.ts';

test('columns are as wide as they must be, numbers to the right', () => {
  const text = table(
    ['name', 'lag', 'of'],
    [
      ['a', 5, 'x'],
      ['longer', 1_000, null],
    ],
  );
  expect(text).toBe('NAME     LAG  OF\na          5  x\nlonger  1000  -');
});

test('what is printed does not steer the terminal, and is cut', () => {
  expect(table(['v'], [['a\u001b[31mb\nc']])).toBe('V\na [31mb c');
  expect(table(['v'], [['x'.repeat(99)]]).split('\n')[1]).toHaveLength(60);
});
