import { defineConfig, oneOf } from '@millrace/foundation';
import { describe, expect, it } from 'vitest';
import { optionTable } from './option-table.ts';

describe('optionTable', () => {
  it('writes one padded row an option, in the order of the definition', () => {
    const table = optionTable(
      defineConfig({
        topic: { type: 'string', importance: 'high', docs: 'Where to.' },
        'a.list': { type: 'list', default: ['x', 'y'], importance: 'low', docs: 'Two\nlines | a bar.' },
        mode: { type: 'string', default: null, importance: 'low', docs: 'How.', validate: oneOf('a', 'b') },
      }),
    );
    expect(table).toBe(
      [
        '| option   | type   | default  | allowed     | importance | what                |',
        '| -------- | ------ | -------- | ----------- | ---------- | ------------------- |',
        '| `topic`  | string | required |             | high       | Where to.           |',
        '| `a.list` | list   | `x,y`    |             | low        | Two lines \\| a bar. |',
        '| `mode`   | string |          | one of a, b | low        | How.                |',
        '',
      ].join('\n'),
    );
  });

  it('says so where there are none', () => {
    expect(optionTable({})).toBe('None.\n');
  });
});
