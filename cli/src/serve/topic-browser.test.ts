import { expect, test } from 'vitest';
import { decode } from './topic-browser.ts';

test.each([
  ['{"a":1}', 'json'],
  ['plain é', 'text'],
  ['', 'text'],
])('%j is %s', (text, encoding) => {
  const bytes = Buffer.from(text);
  expect(decode(bytes, 100)).toEqual({ encoding, text, sizeBytes: bytes.length, truncated: false });
});

test('null is not the empty text', () => {
  expect(decode(null, 100)).toEqual({ encoding: 'null', text: '', sizeBytes: 0, truncated: false });
});

test('what is not UTF-8 comes as base64', () => {
  expect(decode(Buffer.from([0xff, 0x00]), 100)).toMatchObject({ encoding: 'base64', text: '/wA=' });
});

test('long text is cut between characters and not taken for JSON', () => {
  const bytes = Buffer.from('1ééé');
  expect(decode(bytes, 4)).toEqual({ encoding: 'text', text: '1é', sizeBytes: 7, truncated: true });
});
