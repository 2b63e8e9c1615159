/** A decimal as its unscaled integer, big-endian in two's complement, and where its point is. */
export interface UnscaledDecimal {
  readonly scale: number;
  readonly value: Buffer;
}

/** Takes a decimal text such as `-0.50` apart; null for NaN and infinities. */
export function unscaled(text: string): UnscaledDecimal | null {
  const parts = /^(-?\d+)(?:\.(\d+))?$/.exec(text);
  if (!parts) return null;
  const [, whole = '0', fraction = ''] = parts;
  const number = BigInt(whole + fraction);
  return number === 0n
    ? { scale: 0, value: Buffer.of(0) }
    : { scale: fraction.length, value: bytesOf(number) };
}

/** The text again. */
export function decimalText({ scale, value }: UnscaledDecimal): string {
  const hex = value.toString('hex');
  const raw = hex === '' ? 0n : BigInt(`0x${hex}`);
  const number = BigInt.asIntN(Math.max(8, value.length * 8), raw);
  const digits = String(number < 0n ? -number : number).padStart(scale + 1, '0');
  const sign = number < 0n ? '-' : '';
  if (scale <= 0) return `${sign}${digits}${number === 0n ? '' : '0'.repeat(-scale)}`;
  return `${sign}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
}

/** The fewest bytes that hold the number and its sign. */
function bytesOf(number: bigint): Buffer {
  const magnitude = number < 0n ? -number - 1n : number;
  const length = Math.floor(magnitude.toString(2).length / 8) + 1;
  return Buffer.from(
    BigInt.asUintN(length * 8, number)
      .toString(16)
      .padStart(length * 2, '0'),
    'hex',
  );
}
