import { jsonText, MillraceError } from '@millrace/sdk';

/** A value as Redis keeps it: texts and bytes as they are, anything else as JSON. */
export function textOf(value: unknown): string | Buffer {
  if (typeof value === 'string' || Buffer.isBuffer(value)) return value;
  if (value instanceof Uint8Array) return Buffer.from(value);
  try {
    return jsonText(value instanceof Map ? Object.fromEntries(value) : value);
  } catch (error) {
    throw new MillraceError('A value can’t be written as JSON.', {
      code: 'REDIS_VALUE_UNWRITABLE',
      class: 'poison',
      cause: error,
    });
  }
}
