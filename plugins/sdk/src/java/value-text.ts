import { kindOf, Misfit } from '../json/misfit.ts';
import { logicalType, type Schema } from '../schema.ts';
import { bigDecimalText, doubleText, floatText } from './number-text.ts';

const DAY_MS = 86_400_000;
/** Levels of nesting that are written out. */
const DEPTH_MAX = 100;

/**
 * A value as Kafka Connect's `Values.convertToString` writes it, which is the text of a header: strings as they are, lists and
 * maps as JSON, bytes as base64, dates by `dateText`. Null is `null`.
 * @throws {Misfit} for what has no text
 */
export function valueText(schema: Schema | undefined, value: unknown): string {
  return typeof value === 'string' && schema?.name !== logicalType.decimal
    ? value
    : textOf(schema, value, false, 0);
}

/** As Kafka Connect writes a date: the time alone on the first day of 1970 and before, the date alone at midnight, else both. UTC. */
export function dateText(date: Date): string {
  const ms = date.getTime();
  if (Number.isNaN(ms)) throw new Misfit('is an invalid Date');
  const iso = date.toISOString();
  if (ms < DAY_MS) return iso.slice(-13);
  return ms % DAY_MS === 0 ? iso.slice(0, -14) : iso;
}

function textOf(schema: Schema | undefined, value: unknown, embedded: boolean, depth: number): string {
  if (value === null || value === undefined) return 'null';
  if (depth > DEPTH_MAX) throw new Misfit(`is nested deeper than ${DEPTH_MAX} levels`);
  switch (typeof value) {
    case 'string':
      if (schema?.name === logicalType.decimal)
        return bigDecimalText(value, Number(schema.parameters?.scale ?? 0));
      return embedded ? `"${value.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"` : value;
    case 'boolean':
    case 'bigint':
      return String(value);
    case 'number':
      return numberText(schema, value);
    case 'object':
      return objectText(schema, value, embedded, depth + 1);
    default:
      throw new Misfit(`is ${kindOf(value)}, which has no text`);
  }
}

/** A number as Java's `toString` gives it: its schema, or else its having a fraction, says whether it is a floating one. */
export function numberText(schema: Schema | undefined, value: number): string {
  if (schema?.type === 'float') return floatText(value);
  return schema?.type === 'double' || !Number.isSafeInteger(value) ? doubleText(value) : String(value);
}

function objectText(schema: Schema | undefined, value: object, embedded: boolean, depth: number): string {
  if (value instanceof Uint8Array) {
    const base64 = Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64');
    return embedded ? `"${base64}"` : base64;
  }
  if (value instanceof Date) return dateText(value);
  if (Array.isArray(value))
    return `[${value.map((item) => textOf(schema?.items, item, true, depth)).join(',')}]`;
  if (schema?.type === 'struct') {
    const fields = (schema.fields ?? []).map(
      (field) =>
        `"${field.field}":${textOf(field, (value as Record<string, unknown>)[field.field], true, depth)}`,
    );
    return `{${fields.join(',')}}`;
  }
  const entries = value instanceof Map ? [...value] : Object.entries(value);
  const texts = entries.map(
    ([key, item]) => `${textOf(schema?.keys, key, true, depth)}:${textOf(schema?.values, item, true, depth)}`,
  );
  return `{${texts.join(',')}}`;
}
