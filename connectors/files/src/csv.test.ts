import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { csvFields, RowBoundary } from './csv.ts';

const DIALECT = { separator: ',', quote: '"' };

/** The rows of a text that comes in pieces of this many bytes. */
function rowsOf(text: string, piece: number): string[] {
  const bytes = Buffer.from(text);
  const boundary = new RowBoundary(DIALECT);
  const rows: string[] = [];
  let from = 0;
  let searched = 0;
  for (let to = Math.min(piece, bytes.length); from < bytes.length; ) {
    const at = boundary.find(bytes, from, to, searched);
    if (at !== -1) {
      rows.push(bytes.toString('utf8', from, at));
      from = at + 1;
      searched = 0;
    } else if (to === bytes.length) break;
    else {
      searched = to - from;
      to = Math.min(to + piece, bytes.length);
    }
  }
  return rows;
}

const quoted = (field: string) =>
  /[",\r\n]/.test(field) || field === '' ? `"${field.replaceAll('"', '""')}"` : field;

describe('rows', () => {
  it('come back as they were, whatever is in them and wherever they are cut', () => {
    const field = fc.string({ unit: fc.constantFrom('a', 'é', '"', ',', '\n', '\r', ' ') });
    const row = fc.array(field, { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(fc.array(row, { maxLength: 5 }), fc.integer({ min: 1, max: 7 }), (rows, piece) => {
        const text = rows.map((fields) => `${fields.map(quoted).join(',')}\n`).join('');
        expect(rowsOf(text, piece).map((each) => csvFields(each, DIALECT))).toEqual(rows);
      }),
    );
  });

  it.each([
    ['a,b', ['a', 'b']],
    ['', ['']],
    ['a,,', ['a', '', '']],
    ['5" pipe,b', ['5" pipe', 'b']],
    ['"a""b","c"', ['a"b', 'c']],
    ['"open', null],
    ['"a"b,c', null],
  ])('%j', (row, fields) => {
    expect(csvFields(row, DIALECT)).toEqual(fields);
  });

  it('end at a newline behind a mark of byte order and a quote', () => {
    expect(rowsOf('\uFEFF"a\nb",c\nd\n', 100)).toEqual(['\uFEFF"a\nb",c', 'd']);
  });
});
