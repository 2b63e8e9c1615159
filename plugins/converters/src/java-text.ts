import { doubleText, kindOf, Misfit, type Schema } from '@millrace/sdk';

/** Levels of nesting that are written out. */
const DEPTH_MAX = 100;

/**
 * A value as Java's `toString` gives it, which is what Kafka's StringConverter writes: `Struct{id=1,name=x}`,
 * `{a=1, b=2}`, `[1, null]`, `3.0` for a whole double. Dates are the exception: ISO 8601, for Java's form depends
 * on the time zone of the machine.
 * @throws {Misfit} for bytes, of which Java writes only an address, and for what has no text
 */
export function javaText(schema: Schema | undefined, value: unknown, depth = 0): string {
  if (value === null || value === undefined) return 'null';
  if (depth > DEPTH_MAX) throw new Misfit(`is nested deeper than ${DEPTH_MAX} levels`);
  switch (typeof value) {
    case 'string':
      return value;
    case 'boolean':
    case 'bigint':
      return String(value);
    case 'number':
      return isDouble(schema, value) ? doubleText(value) : String(value);
    case 'object':
      return objectText(schema, value, depth + 1);
    default:
      throw new Misfit(`is ${kindOf(value)}, which has no text`);
  }
}

function isDouble(schema: Schema | undefined, value: number): boolean {
  return schema?.type === 'double' || schema?.type === 'float' || !Number.isInteger(value);
}

function objectText(schema: Schema | undefined, value: object, depth: number): string {
  if (value instanceof Uint8Array) throw new Misfit('is bytes');
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'Invalid Date' : value.toISOString();
  if (Array.isArray(value)) {
    return `[${value.map((item) => javaText(schema?.items, item, depth)).join(', ')}]`;
  }
  if (schema?.type === 'struct') return structText(schema, value as Record<string, unknown>, depth);
  const entries = value instanceof Map ? [...value] : Object.entries(value);
  const texts = entries.map(
    ([key, item]) => `${javaText(schema?.keys, key, depth)}=${javaText(schema?.values, item, depth)}`,
  );
  return `{${texts.join(', ')}}`;
}

// Java leaves out the fields that are null.
function structText(schema: Schema, value: Record<string, unknown>, depth: number): string {
  const texts = (schema.fields ?? [])
    .filter(({ field }) => value[field] !== null && value[field] !== undefined)
    .map((field) => `${field.field}=${javaText(field, value[field.field], depth)}`);
  return `Struct{${texts.join(',')}}`;
}
