import { expect, it } from 'vitest';
import { LineBuffer } from './line-buffer.ts';

it('holds lines of any characters and lengths, and begins anew after it was cleared', () => {
  const lines = new LineBuffer();
  const long = 'ü€😀'.repeat(50_000);
  for (const text of ['', 'a', long, 'z']) lines.add(text);
  expect(lines.bytes.toString()).toBe(`\na\n${long}\nz\n`);
  lines.clear();
  lines.add('b');
  expect(lines.bytes.toString()).toBe('b\n');
});
