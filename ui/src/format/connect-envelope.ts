const HEAD = '{"schema":';
const PAYLOAD = ',"payload":';

/**
 * What Kafka Connect's JSON converter wraps with its schema: the text of `payload` in `{"schema":…,"payload":…}`. Null where a text is no such envelope.
 * Nothing is parsed into numbers on the way: a payload that was cut, or has larger ones than a number holds, comes as it stands.
 */
export function payloadOf(text: string): string | null {
  if (!text.startsWith(HEAD)) return null;
  const end = endOfValue(text, HEAD.length);
  if (end === null || !text.startsWith(PAYLOAD, end)) return null;
  const from = end + PAYLOAD.length;
  const last = endOfValue(text, from);
  if (last !== null && text.slice(last) !== '}') return null;
  return text.slice(from, last ?? text.length);
}

/** Where the JSON value that begins at a place ends; null where the text ends before. */
function endOfValue(text: string, from: number): number | null {
  let depth = 0;
  for (let at = from; at < text.length; at++) {
    const mark = text[at];
    if (mark === '"') {
      at = endOfString(text, at);
      if (depth === 0) return at + 1 > text.length ? null : at + 1;
    } else if (mark === '{' || mark === '[') depth += 1;
    else if (mark === '}' || mark === ']') {
      if (depth === 0) return at;
      depth -= 1;
      if (depth === 0) return at + 1;
    } else if (mark === ',' && depth === 0) return at;
  }
  return null;
}

/** The place of the quote that ends a string. */
function endOfString(text: string, from: number): number {
  for (let at = from + 1; at < text.length; at++) {
    if (text[at] === '\\') at += 1;
    else if (text[at] === '"') return at;
  }
  return text.length;
}
