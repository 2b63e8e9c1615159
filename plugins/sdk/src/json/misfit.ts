/**
 * A value that does not fit where it stands. It gathers its JSON pointer while it unwinds, so that the hot path
 * carries none; whoever catches it at the edge makes a `MillraceError` of class poison of it, with the pointer as path.
 */
export class Misfit extends Error {
  override readonly name = 'Misfit';
  /** JSON pointer (RFC 6901) below the frame that caught it last. */
  pointer = '';

  under(step: string | number): this {
    this.pointer = `/${String(step).replaceAll('~', '~0').replaceAll('/', '~1')}${this.pointer}`;
    return this;
  }
}

/** Puts one step in front of a misfit's pointer, whatever else was thrown passes as it is. */
export function under(step: string | number, error: unknown): unknown {
  return error instanceof Misfit ? error.under(step) : error;
}

/** What a value is, for messages: its kind and never its content. */
export function kindOf(value: unknown): string {
  if (value === null || value === undefined) return 'null';
  if (Array.isArray(value)) return 'an array';
  if (value instanceof Uint8Array) return 'bytes';
  if (value instanceof Date) return 'a date';
  if (value instanceof Map) return 'a map';
  if (typeof value === 'object') return 'an object';
  return `a ${typeof value}`;
}
