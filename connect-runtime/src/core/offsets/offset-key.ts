import type { Json, JsonObject } from '@millrace/foundation/types';

/** An offset, and the key that it stands under in the offset topic. */
export interface KeyedOffset {
  readonly key: string;
  readonly offset: JsonObject;
}

/**
 * The key of a source offset in the offset topic: `["connector",{partition}]`, with the partition's keys sorted, as
 * JsonConverter writes a map that was sorted. Equal partitions give equal keys whatever the order of their fields.
 */
export function offsetKey(connector: string, partition: JsonObject): string {
  return JSON.stringify([connector, sorted(partition)]);
}

/** Reads such a key; null where it is none. */
export function parseOffsetKey(
  key: string,
): { readonly connector: string; readonly partition: JsonObject } | null {
  let parsed: Json;
  try {
    parsed = JSON.parse(key);
  } catch {
    return null;
  }
  if (!Array.isArray(parsed) || parsed.length !== 2) return null;
  const [connector, partition] = parsed as readonly Json[];
  if (typeof connector !== 'string' || typeof partition !== 'object' || partition === null) return null;
  if (Array.isArray(partition)) return null;
  return { connector, partition: partition as JsonObject };
}

function sorted(value: Json): Json {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(sorted);
  const entries = Object.entries(value as JsonObject).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, inner]) => [key, sorted(inner)]));
}
