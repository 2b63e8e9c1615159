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

/** `BigDecimal.toString` of a decimal's plain text: with an exponent where it is small, or its scale is negative. */
export function bigDecimalText(text: string, scale = 0): string {
  const sign = text.startsWith('-') ? '-' : '';
  const [whole = '', fraction = ''] = text.slice(sign.length).split('.');
  const kept = scale < 0 && whole !== '0' ? whole.slice(0, scale) : whole;
  const digits = (kept + fraction).replace(/^0+(?=\d)/, '');
  const exponent = digits.length - 1 - (scale < 0 ? scale : fraction.length);
  if (scale >= 0 && exponent >= -6) return text;
  const mantissa = digits.length === 1 ? digits : `${digits[0]}.${digits.slice(1)}`;
  return `${sign}${mantissa}E${exponent > 0 ? '+' : ''}${exponent}`;
}
