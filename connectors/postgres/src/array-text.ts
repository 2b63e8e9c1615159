/** An array as PostgreSQL writes it, taken apart; elements are still text. */
export type ArrayText = readonly (string | null | ArrayText)[];

/**
 * Reads an array literal such as `{1,NULL,"a \"b\"",{2,3}}`. Lower bounds (`[0:1]={...}`) are passed over.
 *
 * @throws {RangeError} where the text is not an array literal
 */
export function parseArrayText(text: string): ArrayText {
  const start = text.startsWith('[') ? text.indexOf('=') + 1 : 0;
  const cursor = { text, at: start };
  const array = readArray(cursor);
  if (cursor.at !== text.length) throw new RangeError('text follows an array literal');
  return array;
}

interface Cursor {
  readonly text: string;
  at: number;
}

function readArray(cursor: Cursor): ArrayText {
  expect(cursor, '{');
  const items: (string | null | ArrayText)[] = [];
  if (cursor.text[cursor.at] === '}') {
    cursor.at++;
    return items;
  }
  for (;;) {
    items.push(cursor.text[cursor.at] === '{' ? readArray(cursor) : readElement(cursor));
    if (cursor.text[cursor.at] === '}') {
      cursor.at++;
      return items;
    }
    expect(cursor, ',');
  }
}

function readElement(cursor: Cursor): string | null {
  if (cursor.text[cursor.at] === '"') return readQuoted(cursor);
  const start = cursor.at;
  while (cursor.at < cursor.text.length && !',}'.includes(cursor.text[cursor.at] ?? '')) cursor.at++;
  const bare = cursor.text.slice(start, cursor.at);
  return bare === 'NULL' ? null : bare;
}

function readQuoted(cursor: Cursor): string {
  let value = '';
  cursor.at++;
  for (;;) {
    const char = cursor.text[cursor.at++];
    if (char === undefined) throw new RangeError('an array literal ends within quotes');
    if (char === '"') return value;
    value += char === '\\' ? (cursor.text[cursor.at++] ?? '') : char;
  }
}

function expect(cursor: Cursor, char: string): void {
  if (cursor.text[cursor.at++] !== char) throw new RangeError(`an array literal lacks "${char}"`);
}

const ESCAPED = /["\\]/;

/** Writes an array literal; every element is quoted. */
export function formatArrayText(array: ArrayText): string {
  let text = '';
  for (const item of array) {
    if (text !== '') text += ',';
    if (item === null) text += 'NULL';
    else if (typeof item !== 'string') text += formatArrayText(item);
    else text += `"${ESCAPED.test(item) ? item.replaceAll(/["\\]/g, '\\$&') : item}"`;
  }
  return `{${text}}`;
}
