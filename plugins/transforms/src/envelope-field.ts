import type { Schema } from '@millrace/sdk';
import { copyBasics } from './field-tree.ts';
import { type Fields, fieldOf, fieldsOrNull } from './record-side.ts';

const TRANSACTION_FIELDS = new Set(['id', 'data_collection_order', 'total_order']);
const ENVELOPE_FIELDS = new Set(['op', 'ts_ms', 'ts_us', 'ts_ns']);

/** A field of a change event that goes along as a field or a header: `op`, `source.ts_ms`, `lsn:position`. */
export interface EnvelopeField {
  /** The struct of the event that holds it; null: the event itself. */
  readonly parent: string | null;
  readonly field: string;
  /** What it is called where it goes, with the prefix. */
  readonly name: string;
}

/** Reads one item of `add.fields` or `add.headers`; null where it is none. */
export function parseEnvelopeField(item: string, prefix: string): EnvelopeField | null {
  const [path = '', renamed, ...more] = item.split(':');
  const [first = '', second] = path.split('.');
  if (path === '' || more.length > 0) return null;
  if (second === undefined)
    return { parent: parentOf(first), field: first, name: prefix + (renamed ?? first) };
  return { parent: first, field: second, name: prefix + (renamed ?? `${first}_${second}`) };
}

function parentOf(field: string): string | null {
  if (TRANSACTION_FIELDS.has(field)) return 'transaction';
  if (ENVELOPE_FIELDS.has(field)) return null;
  return field === 'updateDescription' ? 'updateDescription' : 'source';
}

/** Its schema where it goes, which is optional; undefined where the event has no such field. */
export function envelopeFieldSchema(envelope: Schema, { parent, field }: EnvelopeField): Schema | undefined {
  const of = (schema: Schema | undefined, name: string) => schema?.fields?.find((one) => one.field === name);
  const found = (parent === null ? undefined : of(of(envelope, parent), field)) ?? of(envelope, field);
  if (found === undefined) return undefined;
  const { field: _name, ...schema } = found;
  return copyBasics(schema, { optional: true });
}

/** Its value; undefined where the event, which has no schema, has no such field. */
export function envelopeFieldValue(envelope: Fields, { parent, field }: EnvelopeField): unknown {
  if (parent !== null && Object.hasOwn(envelope, parent)) {
    const fields = fieldsOrNull(fieldOf(envelope, parent));
    // Such as the transaction, which a snapshot has none of.
    if (fields === null) return null;
    if (Object.hasOwn(fields, field)) return fieldOf(fields, field);
  }
  return Object.hasOwn(envelope, field) ? fieldOf(envelope, field) : undefined;
}
