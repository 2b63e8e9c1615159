import type { Header, Schema } from '@millrace/sdk';
import { formatLsn } from './lsn.ts';
import type { Tuple } from './pgoutput.ts';
import {
  type Change,
  completed,
  type Operation,
  type Origin,
  type RecordForm,
  type RowEvent,
  type RowRecord,
} from './record-form.ts';
import type { Described, TableShape } from './table-shape.ts';

const text: Schema = { type: 'string' };
const long: Schema = { type: 'int64' };

/** The key's struct, the row's struct (null: deleted), the rest in headers. */
export class FlatForm implements RecordForm {
  readonly #deletionLost: (table: string) => void;

  /** @param deletionLost told of a deletion in a table without key, which a record without envelope can't tell */
  constructor(deletionLost: (table: string) => void) {
    this.#deletionLost = deletionLost;
  }

  records(shape: TableShape, event: RowEvent, origin: Origin): readonly RowRecord[] {
    if (event.operation === 'd') return this.#deletion(shape, event.old.row, origin);
    const old = event.operation === 'u' ? event.old : null;
    const row = completed(shape, event.row, old);
    const moved = old !== null && shape.moves(old.row, row);
    const operation = moved ? 'c' : event.operation;
    const record = { row, change: changeOf(operation, shape, shape.key(row), shape.value(row), origin) };
    return moved ? [...this.#deletion(shape, old.row, origin), record] : [record];
  }

  truncation(shape: TableShape, origin: Origin): Change {
    return changeOf('t', shape, null, null, origin);
  }

  #deletion(shape: TableShape, row: Tuple, origin: Origin): readonly RowRecord[] {
    if (shape.hasKey) return [{ row, change: changeOf('d', shape, shape.key(row), null, origin) }];
    this.#deletionLost(shape.table);
    return [];
  }
}

function changeOf(
  operation: Operation,
  { topic }: TableShape,
  key: Described | null,
  value: Described | null,
  origin: Origin,
): Change {
  const timeMs = Math.floor(origin.timeMicros / 1000);
  const headers: Header[] = [
    { key: '__op', value: operation, schema: text },
    { key: '__lsn', value: formatLsn(origin.lsn), schema: text },
    { key: '__ts_ms', value: timeMs, schema: long },
  ];
  if (origin.transactionId !== undefined)
    headers.push({ key: '__txId', value: origin.transactionId, schema: long });
  return {
    topic,
    partition: null,
    key: key ? key.value : null,
    value: value ? value.value : null,
    ...(key && { keySchema: key.schema }),
    ...(value && { valueSchema: value.schema }),
    headers,
    timestamp: timeMs,
  };
}
