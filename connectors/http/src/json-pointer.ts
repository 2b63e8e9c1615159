import type { ConfigValue } from '@millrace/sdk';

/** A config's validator of a JSON pointer (RFC 6901): empty, or each step behind a slash. */
export const jsonPointer = Object.assign(
  (value: ConfigValue): string | null =>
    value === null || /^(?:\/(?:[^~/]|~[01])*)*$/.test(String(value))
      ? null
      : 'must be a JSON pointer such as /data/items',
  { allows: 'a JSON pointer' },
);

/** What a pointer leads to; undefined where there is nothing. */
export function pointedAt(value: unknown, pointer: string): unknown {
  let at = value;
  for (const step of pointer.split('/').slice(1)) {
    const name = step.replaceAll('~1', '/').replaceAll('~0', '~');
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, name)) return undefined;
    at = (at as Record<string, unknown>)[name];
  }
  return at;
}
