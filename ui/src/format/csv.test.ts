import { expect, test } from 'vitest';
import { csv } from './csv.ts';

test('titles, then rows; quotes where a value has marks of its own', () => {
  expect(csv([{ name: 'a, "b"', count: -1, gone: null }])).toBe('name,count,gone\r\n"a, ""b""",-1,');
});

test('a text that a spreadsheet would run as a formula is kept from that', () => {
  expect(csv([{ name: '=1+1' }])).toBe("name\r\n'=1+1");
});
