/** `Double.toString`: at least one fraction digit, and an exponent outside of 10^-3 to 10^7. */
export function doubleText(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  if (value === 0) return Object.is(value, -0) ? '-0.0' : '0.0';
  const size = Math.abs(value);
  if (size >= 1e-3 && size < 1e7) return Number.isInteger(value) ? `${value}.0` : String(value);
  const [digits = '', exponent = ''] = value.toExponential().split('e');
  return `${digits.includes('.') ? digits : `${digits}.0`}E${Number(exponent)}`;
}

/** `Float.toString`: the shortest digits that give the same 32 bits again. */
export function floatText(value: number): string {
  const single = Math.fround(value);
  if (!Number.isFinite(single) || single === 0) return doubleText(single);
  for (let digits = 1; digits < 10; digits++) {
    const text = single.toPrecision(digits);
    if (Math.fround(Number(text)) === single) return doubleText(Number(text));
  }
  return doubleText(single);
}

/** `BigDecimal.toString` of a decimal's plain text: with an exponent where it is small. */
export function bigDecimalText(text: string): string {
  const parts = /^(-?)0\.(0*)([1-9]\d*)$/.exec(text);
  if (!parts) {
    const zeros = /^-?0\.(0+)$/.exec(text)?.[1] ?? '';
    return zeros.length > 6 ? `0E-${zeros.length}` : text;
  }
  const [, sign, zeros = '', digits = ''] = parts;
  if (zeros.length < 6) return text;
  const rest = digits.slice(1);
  return `${sign}${digits[0]}${rest === '' ? '' : `.${rest}`}E-${zeros.length + 1}`;
}
