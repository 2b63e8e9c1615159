import { expect, it } from 'vitest';
import { decodeLogicalMessage } from './pgoutput.ts';

/** An insertion as pgoutput sends it; undefined stands for a TOASTed value that was not sent. */
function insertion(values: readonly (string | null | undefined)[]): Buffer {
  const head = Buffer.from([0x49, 0, 0, 0x40, 0x80, 0x4e, 0, values.length]);
  const parts = values.map((value) => {
    if (typeof value !== 'string') return Buffer.from(value === null ? 'n' : 'u');
    const length = Buffer.alloc(4);
    length.writeUInt32BE(Buffer.byteLength(value));
    return Buffer.concat([Buffer.from('t'), length, Buffer.from(value)]);
  });
  return Buffer.concat([head, ...parts]);
}

it.each([
  ['ASCII', ['1', 'a text', '', '\u007f']],
  ['any other letters beside it', ['1', 'Käse', 'plain', '漢字', '🙂', 'é'.repeat(100)]],
  ['nulls, and what was not sent', [null, 'a', undefined, '', null]],
  ['long texts', ['x'.repeat(5_000), 'ü'.repeat(5_000), 'short']],
])('reads texts of %s', (_what, row) => {
  expect(decodeLogicalMessage(insertion(row))).toEqual({ kind: 'insert', relation: 0x4080, row });
});

it.each([7, 9, 12, 14])('refuses a message that ends after %i bytes', (length) => {
  expect(() => decodeLogicalMessage(insertion(['text', 'more']).subarray(0, length))).toThrow(RangeError);
});
