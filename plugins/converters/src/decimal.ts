import { Misfit } from '@millrace/sdk';

/** Digits that one decimal may have, so that a hostile exponent does not fill the memory. */
const DECIMAL_DIGITS_MAX = 10_000;

/** Up to six bytes Node reads and writes as a number, which is far quicker than a bigint. */
const SMALL_BYTES = 6;
const SMALL = 2n ** 47n;

/** A decimal as Java's BigDecimal holds it: `unscaled` times ten to the power of minus `scale`. */
interface Decimal {
  readonly unscaled: bigint;
  readonly scale: number;
}

/**
 * Reads `-12.50`, `1.2E+3`.
 * @throws {Misfit} for what is no decimal number
 */
function parseDecimal(text: string): Decimal {
  const parts = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d+))?$/.exec(text);
  const whole = parts?.[2] ?? '';
  const fraction = parts?.[3] ?? '';
  if (!parts || whole + fraction === '') throw new Misfit('is not a decimal number');
  const scale = fraction.length - Number(parts[4] ?? 0);
  if (whole.length + fraction.length > DECIMAL_DIGITS_MAX || Math.abs(scale) > DECIMAL_DIGITS_MAX) {
    throw new Misfit(`has more than ${DECIMAL_DIGITS_MAX} digits`);
  }
  const magnitude = BigInt(whole + fraction);
  return { unscaled: parts[1] === '-' ? -magnitude : magnitude, scale };
}

/** Without an exponent, with the trailing zeros that the scale asks for: `1.50`. */
function plainText(unscaled: bigint | number, scale: number): string {
  const sign = unscaled < 0 ? '-' : '';
  const digits = String(unscaled < 0 ? -unscaled : unscaled);
  if (scale <= 0) return `${sign}${digits === '0' ? '0' : digits + '0'.repeat(-scale)}`;
  const padded = digits.padStart(scale + 1, '0');
  return `${sign}${padded.slice(0, -scale)}.${padded.slice(-scale)}`;
}

/** The same number with exactly `scale` fraction digits; never rounds. */
function rescale(decimal: Decimal, scale: number): Decimal {
  const step = scale - decimal.scale;
  if (step === 0) return decimal;
  if (step > 0) return { unscaled: decimal.unscaled * 10n ** BigInt(step), scale };
  const divisor = 10n ** BigInt(-step);
  if (decimal.unscaled % divisor !== 0n) {
    throw new Misfit(`has more than the ${scale} fraction digits of its schema`);
  }
  return { unscaled: decimal.unscaled / divisor, scale };
}

/** A decimal's text as a plain number literal, exact: exponents written out, zeros kept. */
export function plainDecimal(text: string): string {
  const { unscaled, scale } = parseDecimal(text);
  return plainText(unscaled, scale);
}

/** A decimal's text at the scale of its schema. */
export function decimalAtScale(text: string, scale: number): string {
  return plainText(rescale(parseDecimal(text), scale).unscaled, scale);
}

/**
 * The unscaled value as big-endian two's complement in the fewest bytes, as BigInteger.toByteArray writes it.
 * @throws {Misfit} when the text has more fraction digits than `scale`
 */
export function decimalToBytes(text: string, scale: number): Buffer {
  const { unscaled } = rescale(parseDecimal(text), scale);
  if (unscaled >= -SMALL && unscaled < SMALL) return smallToBytes(Number(unscaled));
  const magnitudeBits = (unscaled < 0n ? -unscaled - 1n : unscaled).toString(2).length;
  const length = unscaled === 0n || unscaled === -1n ? 1 : Math.ceil((magnitudeBits + 1) / 8);
  const hex = BigInt.asUintN(length * 8, unscaled).toString(16);
  return Buffer.from(hex.padStart(length * 2, '0'), 'hex');
}

function smallToBytes(unscaled: number): Buffer {
  let length = 1;
  let limit = 0x80;
  for (; unscaled >= limit || unscaled < -limit; limit *= 0x100) length++;
  const bytes = Buffer.allocUnsafe(length);
  bytes.writeIntBE(unscaled, 0, length);
  return bytes;
}

/**
 * The inverse of `decimalToBytes`.
 * @throws {Misfit} for no bytes at all
 */
export function decimalFromBytes(bytes: Buffer, scale: number): string {
  if (bytes.length === 0) throw new Misfit('is a decimal without bytes');
  if (bytes.length <= SMALL_BYTES) return plainText(bytes.readIntBE(0, bytes.length), scale);
  const unsigned = BigInt(`0x${bytes.toString('hex')}`);
  return plainText(BigInt.asIntN(bytes.length * 8, unsigned), scale);
}
