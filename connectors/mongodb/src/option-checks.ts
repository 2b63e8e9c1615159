import type { ConfigValue } from '@millrace/sdk';
import { BSON, Timestamp } from 'mongodb';
import { timeOf } from './position.ts';

type Check = ((value: ConfigValue) => string | null) & { readonly allows: string };

const check = (allows: string, holds: (value: ConfigValue) => boolean): Check =>
  Object.assign(
    (value: ConfigValue) => (value === null || value === '' || holds(value) ? null : `must be ${allows}`),
    { allows },
  );

/** Regular expressions for `database.collection`. */
export const patterns = check('regular expressions for database.collection', (value) =>
  (Array.isArray(value) ? value : [value]).every((pattern) => {
    try {
      new RegExp(String(pattern));
      return true;
    } catch {
      return false;
    }
  }),
);

/** An aggregation pipeline. */
export const jsonArray = check('a JSON array of stages', (value) => {
  const parsed = parsedOrNull(String(value));
  return Array.isArray(parsed) && parsed.every((stage) => typeof stage === 'object' && stage !== null);
});

/** A JSON object whose values are texts. */
export const jsonTexts = check('a JSON object of texts', (value) => {
  const parsed = parsedOrNull(String(value));
  return (
    typeof parsed === 'object' &&
    parsed !== null &&
    !Array.isArray(parsed) &&
    Object.values(parsed).every((text) => typeof text === 'string')
  );
});

/** A point in time, in one of the three forms. */
export const startTime = check(
  'seconds since 1970, ISO 8601, or {"$timestamp": {"t": 1, "i": 1}}',
  (value) => parseStartTime(String(value)) !== null,
);

/** The stages of a `pipeline` that passed its check; Extended JSON stands for other types. */
export const parsePipeline = (text: string): readonly BSON.Document[] =>
  text.trim() === '' ? [] : (BSON.EJSON.parse(text) as BSON.Document[]);

/** The texts of an option that passed `jsonTexts`. */
export const parseTexts = (text: string): ReadonlyMap<string, string> =>
  new Map(text.trim() === '' ? [] : Object.entries(JSON.parse(text) as Record<string, string>));

export function parseStartTime(text: string): Timestamp | null {
  const trimmed = text.trim();
  if (/^\d{1,10}$/.test(trimmed)) return timeOf(`${trimmed}:0`);
  if (trimmed.startsWith('{')) {
    const { $timestamp } = (parsedOrNull(trimmed) ?? {}) as { $timestamp?: { t?: unknown; i?: unknown } };
    return $timestamp ? timeOf(`${$timestamp.t}:${$timestamp.i}`) : null;
  }
  const ms = /^\d{4}-\d\d-\d\dT/.test(trimmed) ? Date.parse(trimmed) : Number.NaN;
  return Number.isNaN(ms) ? null : new Timestamp({ t: Math.floor(ms / 1000), i: 0 });
}

function parsedOrNull(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
