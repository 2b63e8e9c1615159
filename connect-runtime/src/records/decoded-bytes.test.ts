import { expect, test } from 'vitest';
import { decodedBytes } from './decoded-bytes.ts';

test.each([
  ['{"a":1}', 'json'],
  ['plain é', 'text'],
  ['', 'text'],
])('%j is %s', (text, encoding) => {
  const bytes = Buffer.from(text);
  expect(decodedBytes(bytes, 100)).toEqual({ encoding, text, sizeBytes: bytes.length, truncated: false });
});

test('null is not the empty text', () => {
  expect(decodedBytes(null, 100)).toEqual({ encoding: 'null', text: '', sizeBytes: 0, truncated: false });
});

test('what is not UTF-8 comes as base64', () => {
  expect(decodedBytes(Buffer.from([0xff, 0x00]), 100)).toMatchObject({ encoding: 'base64', text: '/wA=' });
});

test('long text is cut between characters and not taken for JSON', () => {
  const bytes = Buffer.from('1ééé');
  expect(decodedBytes(bytes, 4)).toEqual({ encoding: 'text', text: '1é', sizeBytes: 7, truncated: true });
});

test('of what is there in part the size of the whole is told', () => {
  const beginning = Buffer.from('1ééé').subarray(0, 5);
  expect(decodedBytes(beginning, 4, 7)).toEqual({
    ...{ encoding: 'text', text: '1é', sizeBytes: 7, truncated: true },
  });
});
