import { type ConfigOf, parseExact } from '@millrace/sdk';
import type { sourceConfig } from './config.ts';
import type { Line } from './line-reader.ts';

/** What a line makes: a record's key and value, nothing (an empty line between JSON values), or a fault. */
export type LineRecord =
  | { readonly key: unknown; readonly value: unknown }
  | { readonly fault: 'LINE_TOO_LONG' | 'NOT_JSON'; readonly what: string }
  | null;

export function lineRecord({ text }: Line, config: ConfigOf<typeof sourceConfig>): LineRecord {
  if (text === null) return { fault: 'LINE_TOO_LONG', what: `longer than ${config['max.line.bytes']} bytes` };
  if (config.format === 'lines') return { key: null, value: text };
  if (text.trim() === '') return null;
  try {
    const value = parseExact(text);
    return { key: keyOf(value, config['key.field']), value };
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return { fault: 'NOT_JSON', what: 'not JSON' };
  }
}

function keyOf(value: unknown, field: string | null): unknown {
  if (field === null || typeof value !== 'object' || value === null || !Object.hasOwn(value, field))
    return null;
  return (value as Record<string, unknown>)[field];
}
