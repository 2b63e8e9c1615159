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

/** How many digits the smallest whole number beyond 2^53 has. */
const BIG_DIGITS = 16;
const ZERO = 0x30;
const NINE = 0x39;
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
  const mayHave = hasDigitRun(text) && BIG_INTEGER.test(text);
  return mayHave ? parseWith(text, reviveBigIntegers) : JSON.parse(text);
}

/**
 * Whether so many digits stand side by side anywhere as a big number has. They can't but cover one of the places that are looked at, which
 * are fewer by as much: the pattern alone takes as long as the parse.
 */
function hasDigitRun(text: string): boolean {
  for (let at = BIG_DIGITS - 1; at < text.length; at += BIG_DIGITS) {
    if (!isDigit(text, at)) continue;
    let from = at;
    while (isDigit(text, from - 1)) from--;
    while (isDigit(text, at + 1)) at++;
    if (at + 1 - from >= BIG_DIGITS) return true;
  }
  return false;
}

/** False beyond the ends of the text as well. */
function isDigit(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return code >= ZERO && code <= NINE;
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
