import { isMillraceError } from '@millrace/sdk';
import { expect, it } from 'vitest';
import { debeziumColumnType } from './debezium-types.ts';
import { TableShape } from './table-shape.ts';

it('says which column has a value that it can’t read, and not the value', () => {
  const type = debeziumColumnType({ name: 'timetz', kind: 'b', element: 0, base: 0, baseTypmod: -1 }, -1, {
    ...{ form: 'envelope', decimals: 'precise', times: 'adaptive', intervals: 'string' },
    ...{ binaries: 'bytes', hstores: 'json' },
  });
  if (!type) throw new Error('no type');
  const column = { name: 'at', type, optional: true, isKey: false, keyOrder: 0, hidden: false };
  const shape = new TableShape({ schema: 'public', name: 't' }, 'pg.public.t', [column]);
  expect(shape.value([null]).value).toEqual({ at: null });
  try {
    shape.value(['allballs']);
    expect.unreachable();
  } catch (error) {
    if (!isMillraceError(error)) throw error;
    expect(error.message).toBe(
      'Column at of public.t has a value that can’t be given as io.debezium.time.ZonedTime.',
    );
    expect(error.details).toMatchObject({ class: 'config', path: 'column.exclude.list' });
    expect(error.message).not.toContain('allballs');
  }
});
