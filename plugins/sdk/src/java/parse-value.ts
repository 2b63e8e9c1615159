import { logicalType, type Schema, type SchemaType } from '../schema.ts';
import { ValueTokens } from './value-tokens.ts';

/** A value with the schema that its text suggests; null stands for the text `null`. */
export type ParsedValue = { readonly value: unknown; readonly schema: Schema } | null;

/** Lists and maps within one another that are read; deeper ones are text. */
const DEPTH_MAX = 100;
/** Digits of a number that is read as one; longer ones are text. */
const DIGITS_MAX = 1_000;

const STRING: Schema = { type: 'string' };
const DATE: Schema = { type: 'int32', name: logicalType.date, version: 1 };
const TIME: Schema = { type: 'int32', name: logicalType.time, version: 1 };
const TIMESTAMP: Schema = { type: 'int64', name: logicalType.timestamp, version: 1 };

/** From narrow to wide: of two numbers in one list, the wider type holds both. */
const NUMERIC: readonly SchemaType[] = ['int8', 'int16', 'int32', 'int64', 'float', 'double'];

/** Says that a text is no list or map after all. */
class NotNested extends Error {}

/**
 * Infers value and schema from a text as Kafka Connect's `Values.parseString` does, which is how header values are read: the
 * smallest integer type that holds a whole number, float, double, Decimal, booleans, ISO 8601 dates and times in UTC, lists and
 * maps of these, and text where nothing else fits.
 */
export function parseValue(text: string): ParsedValue {
  if (text === '') return { schema: STRING, value: text };
  return parse(new ValueTokens(text), false, 0);
}

function parse(tokens: ValueTokens, embedded: boolean, depth: number): ParsedValue {
  if (!tokens.hasNext()) return null;
  if (embedded && tokens.accept('"')) return quoted(tokens);
  if (literal(tokens, embedded, 'null')) return null;
  if (literal(tokens, embedded, 'true')) return { schema: { type: 'boolean' }, value: true };
  if (literal(tokens, embedded, 'false')) return { schema: { type: 'boolean' }, value: false };
  const start = tokens.position;
  try {
    if (depth < DEPTH_MAX) {
      if (tokens.accept('[')) return list(tokens, depth + 1);
      if (tokens.accept('{')) return map(tokens, depth + 1);
    }
  } catch (error) {
    if (!(error instanceof NotNested)) throw error;
  }
  tokens.rewind(start);
  const token = tokens.next();
  return token.trim() === '' ? { schema: STRING, value: token } : scalar(tokens, embedded, token.trim());
}

// At the top, a literal must be all that there is: "true}" is text.
function literal(tokens: ValueTokens, embedded: boolean, expected: string): boolean {
  const start = tokens.position;
  if (tokens.accept(expected) && (embedded || !tokens.hasNext())) return true;
  tokens.rewind(start);
  return false;
}

function quoted(tokens: ValueTokens): ParsedValue {
  let content = '';
  while (tokens.hasNext() && !tokens.accept('"')) content += tokens.next();
  return temporal(content) ?? { schema: STRING, value: content };
}

function scalar(tokens: ValueTokens, embedded: boolean, token: string): ParsedValue {
  if (/^\d/.test(token)) {
    // An unescaped colon divides tokens, so that a time is five of them.
    const position = tokens.position;
    const rest = tokens.take(4);
    const long = rest === null ? null : temporal(token + rest);
    if (long) return long;
    tokens.rewind(position);
    const short = temporal(token);
    if (short) return short;
  }
  const number = numeric(token);
  if (number) return number;
  if (embedded) throw new NotNested();
  return { schema: STRING, value: tokens.text };
}

function list(tokens: ValueTokens, depth: number): ParsedValue {
  const values: unknown[] = [];
  const items = new CommonSchema();
  while (tokens.hasNext()) {
    if (tokens.accept(']')) {
      if (items.schema && values.includes(null)) throw new NotNested();
      return {
        schema: items.schema ? { type: 'array', items: items.schema } : { type: 'array' },
        value: values,
      };
    }
    if (tokens.accept(',')) throw new NotNested();
    const item = parse(tokens, true, depth);
    items.add(item);
    values.push(item?.value ?? null);
    const position = tokens.position;
    if (tokens.accept(']')) tokens.rewind(position);
    else if (!tokens.accept(',')) throw new NotNested();
  }
  throw new NotNested();
}

function map(tokens: ValueTokens, depth: number): ParsedValue {
  const entries = new Map<unknown, unknown>();
  const keys = new CommonSchema();
  const values = new CommonSchema();
  while (tokens.hasNext()) {
    if (tokens.accept('}')) {
      if (values.schema && [...entries.values()].includes(null)) throw new NotNested();
      return mapOf(entries, keys.schema, values.schema);
    }
    if (tokens.accept(',')) throw new NotNested();
    const key = parse(tokens, true, depth);
    if (key === null || !tokens.accept(':')) throw new NotNested();
    const value = parse(tokens, true, depth);
    entries.set(key.value, value?.value ?? null);
    tokens.accept(',');
    keys.add(key);
    values.add(value);
  }
  throw new NotNested();
}

function mapOf(
  entries: ReadonlyMap<unknown, unknown>,
  keys: Schema | null,
  values: Schema | null,
): ParsedValue {
  const schema: Schema = { type: 'map', ...(keys ? { keys } : {}), ...(keys && values ? { values } : {}) };
  const plain = keys === null || keys.type === 'string';
  return { schema, value: plain ? Object.fromEntries(entries as Map<string, unknown>) : entries };
}

/** The one schema that holds all that was added, if there is one. */
class CommonSchema {
  schema: Schema | null = null;
  #possible = true;

  add(parsed: ParsedValue): void {
    if (parsed === null || !this.#possible) return;
    this.schema = this.schema === null ? parsed.schema : wider(this.schema, parsed.schema);
    this.#possible = this.schema !== null;
  }
}

function wider(one: Schema, other: Schema): Schema | null {
  if (one.type === other.type) return other;
  const [a, b] = [NUMERIC.indexOf(one.type), NUMERIC.indexOf(other.type)];
  if (a === -1 || b === -1) return null;
  return a < b ? other : one;
}

function numeric(token: string): ParsedValue {
  const parts = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,9}))?$/.exec(token);
  const [whole = '', fraction = ''] = [parts?.[2], parts?.[3]];
  if (!parts || !/^[+\-\d]/.test(token) || whole + fraction === '') return null;
  const scale = fraction.length - Number(parts[4] ?? 0);
  if (whole.length + fraction.length > DIGITS_MAX) return null;
  const digits = BigInt(whole + fraction) * (parts[1] === '-' ? -1n : 1n);
  const integer = wholeNumber(digits, scale);
  const exact = integer === null ? null : integerOf(integer);
  if (exact) return exact;
  const double = Number(token);
  const single = Math.fround(double);
  if (Number.isFinite(single) && scale !== 0) return { schema: { type: 'float' }, value: single };
  if (Number.isFinite(double) && scale !== 0) return { schema: { type: 'double' }, value: double };
  if (Math.abs(scale) > DIGITS_MAX) return null;
  const schema: Schema = {
    type: 'bytes',
    name: logicalType.decimal,
    version: 1,
    parameters: { scale: String(scale) },
  };
  return { schema, value: String(scale < 0 ? digits * 10n ** BigInt(-scale) : digits) };
}

function wholeNumber(digits: bigint, scale: number): bigint | null {
  if (digits === 0n) return 0n;
  // Beyond 10^19 nothing fits int64, whatever the digits are.
  if (scale < 0) return scale < -19 ? null : digits * 10n ** BigInt(-scale);
  if (scale > DIGITS_MAX) return null;
  const divisor = 10n ** BigInt(scale);
  return digits % divisor === 0n ? digits / divisor : null;
}

function integerOf(integer: bigint): ParsedValue {
  const bits = ([8, 16, 32, 64] as const).find((size) => BigInt.asIntN(size, integer) === integer);
  if (bits === undefined) return null;
  const number = Number(integer);
  return { schema: { type: `int${bits}` }, value: Number.isSafeInteger(number) ? number : integer };
}

const TEMPORAL: readonly {
  readonly length: number;
  readonly pattern: RegExp;
  readonly schema: Schema;
}[] = [
  { length: 10, pattern: /^(\d+)-(\d+)-(\d+)/, schema: DATE },
  { length: 13, pattern: /^()()()(\d+):(\d+):(\d+)\.(\d+)Z/, schema: TIME },
  { length: 24, pattern: /^(\d+)-(\d+)-(\d+)T(\d+):(\d+):(\d+)\.(\d+)Z/, schema: TIMESTAMP },
];

function temporal(text: string): ParsedValue {
  const token = text.replaceAll('\\:', ':');
  const form = TEMPORAL.find(({ length }) => length === token.length);
  const parts = form?.pattern.exec(token);
  if (!form || !parts) return null;
  const [year, month, day, hour, minute, second, ms] = parts
    .slice(1)
    .map((part) => (part ? Number(part) : null));
  // Out of range parts carry over, as they do in Java.
  const date = new Date(0);
  date.setUTCFullYear(year ?? 1970, (month ?? 1) - 1, day ?? 1);
  date.setUTCHours(hour ?? 0, minute ?? 0, second ?? 0, ms ?? 0);
  return Number.isNaN(date.getTime()) ? null : { schema: form.schema, value: date };
}
