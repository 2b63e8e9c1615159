import { infinityOf } from './pg-time.ts';

interface Interval {
  readonly years: string;
  readonly months: string;
  readonly days: string;
  readonly hours: string;
  readonly minutes: string;
  readonly seconds: string;
}

const ISO =
  /^P(?:(-?\d+)Y)?(?:(-?\d+)M)?(?:(-?\d+)W)?(?:(-?\d+)D)?(?:T(?:(-?\d+)H)?(?:(-?\d+)M)?(?:(-?\d+(?:\.\d+)?)S)?)?$/;

/** Seconds of an average month, as Debezium counts: 30.4375 days. */
const MONTH_SECONDS = 2_629_800n;

/** With every part, as Debezium writes it: `P0Y0M5DT0H0M0S`; an infinite one (PostgreSQL 17) stays as it is. @throws {RangeError} for what is no interval (IntervalStyle iso_8601) */
export function fullInterval(text: string): string {
  if (infinityOf(text) !== 0) return text;
  const { years, months, days, hours, minutes, seconds } = parts(text);
  return `P${years}Y${months}M${days}DT${hours}H${minutes}M${seconds}S`;
}

/** Microseconds, a month counted as 30.4375 days, as Debezium's MicroDuration has it. @throws {RangeError} as above */
export function intervalMicros(text: string): bigint {
  const { years, months, days, hours, minutes, seconds } = parts(text);
  const whole =
    (BigInt(years) * 12n + BigInt(months)) * MONTH_SECONDS +
    BigInt(days) * 86_400n +
    BigInt(hours) * 3_600n +
    BigInt(minutes) * 60n;
  const [full = '0', fraction = ''] = seconds.replace('-', '').split('.');
  const micros = BigInt(full) * 1_000_000n + BigInt(fraction.padEnd(6, '0').slice(0, 6));
  return whole * 1_000_000n + (seconds.startsWith('-') ? -micros : micros);
}

function parts(text: string): Interval {
  const found = ISO.exec(text);
  if (!found) throw new RangeError('not an interval of PostgreSQL');
  const [, years = '0', months = '0', , days = '0', hours = '0', minutes = '0', seconds = '0'] = found;
  return { years, months, days, hours, minutes, seconds };
}
