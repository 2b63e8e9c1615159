import type { SinkRecord } from '../record.ts';

/** What a placeholder may name: `topic`, `key`, `value`, a field such as `key.id` or `value.address.city`, and `header.name`. */
export const RECORD_PART = /^(?:topic|(?:key|value)(?:\.[^.]+)*|header\..+)$/;

/**
 * The part of a record that a placeholder names, for paths and addresses that records fill in; undefined where there is none. Of headers
 * of one name the last counts.
 */
export function recordPart(record: SinkRecord, name: string): unknown {
  if (name === 'topic') return record.topic;
  if (name.startsWith('header.'))
    return record.headers.findLast(({ key }) => key === name.slice('header.'.length))?.value;
  const [side, ...fields] = name.split('.');
  let value: unknown = side === 'key' ? record.key : record.value;
  for (const field of fields) {
    const isObject = typeof value === 'object' && value !== null && Object.hasOwn(value, field);
    value = isObject ? (value as Record<string, unknown>)[field] : undefined;
  }
  return value;
}
