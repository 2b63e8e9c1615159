export interface Token {
  readonly kind: 'key' | 'string' | 'number' | 'word' | 'mark';
  readonly text: string;
}

/** Longest text that is taken apart for colouring; what follows is one plain piece. */
const MAX_COLOURED = 20_000;

const PATTERN =
  /("(?:[^"\\]|\\.)*"?)(\s*:)?|(-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)|(true|false|null)|([^"\d\-tfn]+|.)/gs;

/** Pieces of JSON text with what they are; text that is cut in the middle or no JSON at all loses nothing. */
export function jsonTokens(text: string): readonly Token[] {
  const tokens: Token[] = [];
  for (const match of text.slice(0, MAX_COLOURED).matchAll(PATTERN)) {
    const [whole, quoted, colon, number, word] = match;
    if (quoted !== undefined) {
      tokens.push({ kind: colon === undefined ? 'string' : 'key', text: quoted });
      if (colon !== undefined) tokens.push({ kind: 'mark', text: colon });
    } else tokens.push({ kind: number ? 'number' : word ? 'word' : 'mark', text: whole });
  }
  if (text.length > MAX_COLOURED) tokens.push({ kind: 'mark', text: text.slice(MAX_COLOURED) });
  return tokens;
}

/** JSON text with indentation; as it is where it cannot be read, such as when it was cut. */
export function indented(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text, keepNumbers), null, 2);
  } catch {
    return text;
  }
}

/** JSON text on one line. */
export function oneLine(text: string): string {
  return text.replace(/\s*\n\s*/g, ' ');
}

interface RawJson {
  rawJSON?: (text: string) => unknown;
}

/** Keeps the digits of numbers that JavaScript would round, where the browser can. */
function keepNumbers(_key: string, value: unknown, context?: { source?: string }): unknown {
  const { rawJSON } = JSON as RawJson;
  if (typeof value !== 'number' || context?.source === undefined || rawJSON === undefined) return value;
  return rawJSON(context.source);
}
