/**
 * JSON text to values without losing digits. `JSON.parse` rounds integers beyond 2^53; its reviver is told each
 * number's own text, but costs several times the parse. So it is used only where a number needs it.
 */

/** A number that a JavaScript number would not give back as it was written. */
export class NumberText {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

// A whole-number token from 9 * 10^15 on, which may be beyond 2^53, and hardly anything else.
const BIG_INTEGER = /(?:^|[:,[\s-])(?:9\d{15}|\d{17,})(?=[,\]}\s]|$)/;
// TypeScript's library does not know the reviver's third argument yet.
const parseWith = JSON.parse as (
  text: string,
  reviver: (key: string, value: unknown, context: { readonly source?: string }) => unknown,
) => unknown;
const WHOLE = /^-?\d+$/;

/** Parses; integers beyond 2^53 become bigints. @throws {SyntaxError} */
export function parseExact(text: string): unknown {
  return BIG_INTEGER.test(text) ? parseWith(text, reviveBigIntegers) : JSON.parse(text);
}

/** Parses; every number whose text a JavaScript number does not keep becomes a `NumberText`. @throws {SyntaxError} */
export function parseKeepingText(text: string): unknown {
  return parseWith(text, reviveTexts);
}

function reviveBigIntegers(_key: string, value: unknown, { source }: { readonly source?: string }): unknown {
  if (typeof value !== 'number' || Number.isSafeInteger(value) || source === undefined) return value;
  return WHOLE.test(source) ? BigInt(source) : value;
}

function reviveTexts(_key: string, value: unknown, { source }: { readonly source?: string }): unknown {
  if (typeof value !== 'number' || source === undefined || String(value) === source) return value;
  return new NumberText(source);
}
