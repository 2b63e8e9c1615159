import type { Json, JsonObject } from '@millrace/foundation';

/** A storage topic's value as Kafka Connect writes it: JSON without a schema around it. Null stays a tombstone. */
export function jsonBytes(value: Json): Buffer | null {
  return value === null ? null : Buffer.from(JSON.stringify(value), 'utf8');
}

/**
 * Reads such a value, also one that a Java worker wrapped as `{schema, payload}`; what is not JSON is null.
 */
export function readJson(bytes: Buffer | null): Json {
  if (bytes === null) return null;
  try {
    const value: Json = JSON.parse(bytes.toString('utf8'));
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
    const { schema, payload = null } = value as JsonObject;
    return schema === undefined || !('payload' in value) ? value : payload;
  } catch {
    return null;
  }
}
