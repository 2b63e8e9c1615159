import { bigDecimalText, dateText, kindOf, logicalType, numberText, type Schema } from '@millrace/sdk';
import { poison } from './failures.ts';

/** What Cast casts to, by the names that its option takes. */
export const castTypes = [
  'int8',
  'int16',
  'int32',
  'int64',
  'float32',
  'float64',
  'boolean',
  'string',
] as const;
export type CastType = (typeof castTypes)[number];

/** The schema type of each. */
export const schemaTypeOf = {
  int8: 'int8',
  int16: 'int16',
  int32: 'int32',
  int64: 'int64',
  float32: 'float',
  float64: 'double',
  boolean: 'boolean',
  string: 'string',
} as const;

const BITS = { int8: 8, int16: 16, int32: 32, int64: 64 } as const;
const DAY_MS = 86_400_000;
const FLOAT = /^[\s]*([+-]?)(?:(NaN)|(Infinity)|((?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)[fFdD]?)[\s]*$/;

/** Casts as Java does: integers wrap around, floating numbers stop at the ends of their range, text must be a number. */
export function castValue(schema: Schema | undefined, value: unknown, target: CastType): unknown {
  if (value === null || value === undefined) return null;
  if (typeof value === 'object' && !(value instanceof Date) && !(value instanceof Uint8Array)) {
    throw notCast(value, target);
  }
  if (target === 'string') return castToString(schema, value);
  const plain = encoded(schema, value);
  if (plain instanceof Uint8Array || plain instanceof Date) throw notCast(value, target);
  if (target === 'boolean') return castToBoolean(plain, schema);
  if (target === 'float32' || target === 'float64') return castToFloat(plain, target);
  return castToInteger(plain, schema, target);
}

/** Dates as the numbers that stand for them, decimals as the text that they are. */
function encoded(schema: Schema | undefined, value: unknown): unknown {
  if (!(value instanceof Date)) return value;
  if (schema?.name === logicalType.date) return Math.floor(value.getTime() / DAY_MS);
  return schema?.name === logicalType.time || schema?.name === logicalType.timestamp
    ? value.getTime()
    : value;
}

function castToString(schema: Schema | undefined, value: unknown): string {
  if (value instanceof Date) return dateText(value);
  if (value instanceof Uint8Array)
    return Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64');
  if (typeof value === 'number') return numberText(schema, value);
  return schema?.name === logicalType.decimal
    ? bigDecimalText(String(value), Number(schema.parameters?.scale ?? 0))
    : String(value);
}

function castToBoolean(value: unknown, schema: Schema | undefined): boolean {
  if (typeof value === 'boolean') return value;
  if (isDecimal(schema)) return BigInt.asIntN(64, wholePart(String(value))) !== 0n;
  if (typeof value === 'string') return value.toLowerCase() === 'true';
  return typeof value === 'bigint' ? value !== 0n : Math.abs(value as number) >= 1;
}

function castToFloat(value: unknown, target: 'float32' | 'float64'): number {
  const double = typeof value === 'string' ? parseFloatText(value) : Number(value);
  if (double === null) throw outOfRange(target);
  return target === 'float32' ? Math.fround(double) : double;
}

function parseFloatText(text: string): number | null {
  const parts = FLOAT.exec(text);
  if (!parts) return null;
  const size = parts[2] ? Number.NaN : parts[3] ? Number.POSITIVE_INFINITY : Number(parts[4]);
  return parts[1] === '-' ? -size : size;
}

function castToInteger(
  value: unknown,
  schema: Schema | undefined,
  target: keyof typeof BITS,
): number | bigint {
  const bits = BITS[target];
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (isDecimal(schema)) return narrowed(wholePart(String(value)), bits);
  if (typeof value === 'string') {
    if (!/^[+-]?\d+$/.test(value)) throw outOfRange(target);
    const integer = BigInt(value.replace('+', ''));
    if (BigInt.asIntN(bits, integer) !== integer) throw outOfRange(target);
    return narrowed(integer, bits);
  }
  if (typeof value === 'bigint') return narrowed(value, bits);
  const number = value as number;
  const whole = Math.trunc(number);
  // What fits an int needs no bigint, and that is nearly everything.
  if (whole === (whole | 0)) return bits === 64 ? whole + 0 : (whole << (32 - bits)) >> (32 - bits);
  const floating = schema?.type === 'float' || schema?.type === 'double' || !Number.isInteger(number);
  if (!floating && Number.isSafeInteger(number)) return bits === 64 ? number : narrowed(BigInt(number), bits);
  return narrowed(saturated(number, bits), bits);
}

/** A floating number as an int, or a long, of which bytes and shorts are then the low bits. */
function saturated(number: number, bits: number): bigint {
  if (Number.isNaN(number)) return 0n;
  const size = bits === 64 ? 64n : 32n;
  const max = 2n ** (size - 1n) - 1n;
  if (number >= Number(max)) return max;
  return number <= -Number(max) - 1 ? -max - 1n : BigInt(Math.trunc(number));
}

function narrowed(integer: bigint, bits: number): number | bigint {
  const low = BigInt.asIntN(bits, integer);
  const number = Number(low);
  return Number.isSafeInteger(number) ? number : low;
}

const isDecimal = (schema: Schema | undefined): boolean => schema?.name === logicalType.decimal;

const wholePart = (decimal: string): bigint => BigInt(/^-?\d+/.exec(decimal)?.[0] ?? '0');

const notCast = (value: unknown, target: CastType) =>
  poison(
    'VALUE_NOT_CAST',
    `Cast can't make ${target} of ${kindOf(value)}.`,
    'Numbers, booleans, text and dates can be cast; bytes to string only.',
  );

const outOfRange = (target: CastType) =>
  poison(
    'VALUE_NOT_CAST',
    `Cast can't make ${target} of a text that is no number of its range.`,
    'Cast to string, float64 or a wider integer, or mend the value where it comes from.',
  );
