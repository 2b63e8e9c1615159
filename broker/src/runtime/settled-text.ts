import type { ConfigType } from '@millrace/foundation';

/** From here on, and below the other, Java writes a double with an exponent. */
const EXPONENT_FROM = 1e7;
const EXPONENT_BELOW = 1e-3;

/** A value that somebody has set, as Kafka understands and shows it: ` +5 ` is 5, `TRUE` is true, `a , b,a` is a,b. */
export function settledText(type: ConfigType, text: string): string {
  const trimmed = text.trim();
  switch (type) {
    case 'boolean':
      return trimmed.toLowerCase();
    case 'int':
    case 'long':
      return /^[+-]?\d+$/.test(trimmed) ? String(BigInt(trimmed.replace('+', ''))) : trimmed;
    case 'double':
      return doubleText(trimmed);
    case 'list':
      return [...new Set(trimmed.split(',').map((item) => item.trim()))].join(',');
    case 'string':
    case 'class':
      return trimmed;
    case 'password':
      return text;
  }
}

function doubleText(text: string): string {
  const value = Number(text);
  if (text === '' || !Number.isFinite(value)) return text;
  const size = Math.abs(value);
  if (size >= EXPONENT_FROM || (size > 0 && size < EXPONENT_BELOW)) {
    const [digits = '', exponent = ''] = value.toExponential().split('e');
    return `${withPoint(digits)}E${Number(exponent)}`;
  }
  return withPoint(String(value));
}

function withPoint(digits: string): string {
  return digits.includes('.') ? digits : `${digits}.0`;
}
