import { jsonText } from '@millrace/sdk';
import { type ArrayText, formatArrayText } from './array-text.ts';
import { formatHstore } from './hstore-text.ts';

/** What of a column decides how a value is written. */
export interface TextTarget {
  /** `pg_type.typname` of the column's type or of its elements. */
  readonly baseType: string;
  readonly isArray: boolean;
}

const DAY_MS = 86_400_000;
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/**
 * A record's value as text that the input function of the column's type reads; null for null. Values that lost their
 * schema on the way are read as JsonConverter writes them: bytes as base64, Connect's Date as days, Time as
 * milliseconds of the day, Timestamp as milliseconds since the epoch.
 */
export function columnText(value: unknown, target: TextTarget): string | null {
  if (value === null || value === undefined) return null;
  if (Array.isArray(value) && target.isArray) return formatArrayText(arrayText(value, target.baseType));
  return scalarText(value, target.isArray ? 'text' : target.baseType);
}

function arrayText(items: readonly unknown[], baseType: string): ArrayText {
  return items.map((item) => {
    if (item === null || item === undefined) return null;
    return Array.isArray(item) && !isJson(baseType) ? arrayText(item, baseType) : scalarText(item, baseType);
  });
}

const isJson = (baseType: string): boolean => baseType === 'json' || baseType === 'jsonb';

function scalarText(value: unknown, baseType: string): string {
  if (baseType === 'hstore') return hstoreText(value);
  switch (typeof value) {
    case 'string':
      return baseType === 'bytea' ? bytesText(value) : value;
    case 'boolean':
      return baseType === 'bit' || baseType === 'varbit' ? String(Number(value)) : String(value);
    case 'number':
      return numberText(value, baseType);
    case 'object':
      if (value instanceof Uint8Array) return `\\x${Buffer.from(value).toString('hex')}`;
      return value instanceof Date ? dateText(value, baseType) : jsonText(value);
    default:
      return String(value);
  }
}

/** A map, or JSON text of one; PostgreSQL's own text passes. */
function hstoreText(value: unknown): string {
  if (value instanceof Map) return formatHstore(value.entries() as Iterable<[string, unknown]>);
  if (typeof value === 'object' && value !== null) return formatHstore(Object.entries(value));
  const text = String(value);
  if (!text.startsWith('{')) return text;
  try {
    return formatHstore(Object.entries(JSON.parse(text) as object));
  } catch {
    return text;
  }
}

/** Hex text as PostgreSQL writes it passes; a base64 text never begins with a backslash. */
function bytesText(text: string): string {
  if (text.startsWith('\\x') || !BASE64.test(text)) return text;
  return `\\x${Buffer.from(text, 'base64').toString('hex')}`;
}

function numberText(value: number, baseType: string): string {
  switch (baseType) {
    case 'date':
      return dateText(new Date(value * DAY_MS), baseType);
    case 'time':
    case 'timestamp':
    case 'timestamptz':
      return dateText(new Date(value), baseType);
    default:
      return Object.is(value, -0) ? '-0' : String(value);
  }
}

function dateText(value: Date, baseType: string): string {
  if (Number.isNaN(value.getTime())) return 'an invalid date';
  const iso = value.toISOString();
  if (baseType === 'date') return iso.slice(0, iso.indexOf('T'));
  return baseType === 'time' ? iso.slice(iso.indexOf('T') + 1, -1) : iso;
}
