import type { Schema } from '@millrace/sdk';

type Struct = Readonly<Record<string, unknown>>;

/** A change event in Debezium's envelope, taken apart. */
export interface ChangeEvent {
  readonly operation: 'write' | 'delete' | 'truncate';
  /** After a write, before a deletion; null where it is not told. */
  readonly row: Struct | null;
  readonly rowSchema: Schema | undefined;
}

const WRITES = new Set(['c', 'u', 'r']);

/**
 * Reads a value as a change event, with a schema or without; null for anything else. Rows may have columns of these names, so
 * all of what every event has must be there.
 */
export function changeEventOf(value: Struct, schema: Schema | undefined): ChangeEvent | null {
  const { op, source } = value;
  if (typeof op !== 'string' || op.length !== 1 || !isStruct(source)) return null;
  if (!('after' in value) && !('before' in value)) return null;
  const side = (name: 'before' | 'after') => {
    const row = value[name];
    return {
      row: isStruct(row) ? row : null,
      rowSchema: schema?.fields?.find(({ field }) => field === name),
    };
  };
  if (WRITES.has(op)) return { operation: 'write', ...side('after') };
  if (op === 'd') return { operation: 'delete', ...side('before') };
  return op === 't' ? { operation: 'truncate', row: null, rowSchema: undefined } : null;
}

/** Whether a value is an object with fields. */
export const isStruct = (value: unknown): value is Struct =>
  typeof value === 'object' &&
  value !== null &&
  !Array.isArray(value) &&
  !(value instanceof Uint8Array) &&
  !(value instanceof Date) &&
  !(value instanceof Map);
