import { kindOf, Misfit, under } from './misfit.ts';

/** Levels of nesting that a value without a schema may have; Kafka's own reader stops at 1,000. */
const DEPTH_MAX = 1_000;

/**
 * Writes a value that has no schema: bytes as base64, bigints as number literals, dates as ISO 8601, a Map with
 * other than string keys as an array of pairs, NaN and the infinities as strings.
 * @throws {Misfit}
 */
export function jsonText(value: unknown): string {
  return isPlain(value, 0) ? (JSON.stringify(value) ?? 'null') : write(value, 0);
}

/** Whether `JSON.stringify` writes the value just as it should be; it is far quicker than `write`. */
function isPlain(value: unknown, depth: number): boolean {
  switch (typeof value) {
    case 'string':
    case 'boolean':
    case 'undefined':
      return true;
    case 'number':
      return Number.isFinite(value);
    case 'object':
      return value === null || (depth < DEPTH_MAX && isPlainObject(value, depth));
    default:
      return false;
  }
}

function isPlainObject(value: object, depth: number): boolean {
  if (Array.isArray(value)) return value.every((item) => isPlain(item, depth + 1));
  if ('toJSON' in value || value instanceof Map || value instanceof Uint8Array) return false;
  for (const key in value) {
    if (!isPlain((value as Record<string, unknown>)[key], depth + 1)) return false;
  }
  return true;
}

function write(value: unknown, depth: number): string {
  switch (typeof value) {
    case 'string':
      return JSON.stringify(value);
    case 'boolean':
    case 'bigint':
      return String(value);
    case 'undefined':
      return 'null';
    case 'number':
      return Number.isFinite(value) ? JSON.stringify(value) : `"${value}"`;
    case 'object':
      if (value === null) return 'null';
      if (depth >= DEPTH_MAX) throw new Misfit(`is nested deeper than ${DEPTH_MAX} levels`);
      return writeObject(value, depth + 1);
    default:
      throw new Misfit(`is ${kindOf(value)}, which JSON has no form for`);
  }
}

function writeObject(value: object, depth: number): string {
  if (value instanceof Uint8Array) {
    return `"${Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64')}"`;
  }
  if (value instanceof Date) {
    if (Number.isNaN(value.getTime())) throw new Misfit('is an invalid Date');
    return `"${value.toISOString()}"`;
  }
  if (Array.isArray(value)) {
    return `[${Array.from(value, (item, index) => step(index, () => write(item, depth))).join(',')}]`;
  }
  const entries = value instanceof Map ? [...value] : Object.entries(value);
  const asObject = entries.every(([key]) => typeof key === 'string');
  const members = entries
    .filter(([, item]) => item !== undefined)
    .map(([key, item]) =>
      step(String(key), () =>
        asObject
          ? `${JSON.stringify(key)}:${write(item, depth)}`
          : `[${write(key, depth)},${write(item, depth)}]`,
      ),
    );
  return asObject ? `{${members.join(',')}}` : `[${members.join(',')}]`;
}

function step(at: string | number, body: () => string): string {
  try {
    return body();
  } catch (error) {
    throw under(at, error);
  }
}
