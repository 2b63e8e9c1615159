/**
 * Dates and times as PostgreSQL writes them (DateStyle ISO, TimeZone UTC) as numbers: proleptic Gregorian, years before Christ and beyond
 * 9999 included, for which JavaScript's Date is too small.
 */

const DAY_MICROS = 86_400_000_000n;
const STAMP =
  /^(\d+)-(\d\d)-(\d\d)(?:[ T](\d\d):(\d\d):(\d\d)(?:\.(\d{1,6}))?)?(?:([+-])(\d\d)(?::(\d\d))?(?::(\d\d))?)?( BC)?$/;
const TIME = /^(\d\d):(\d\d):(\d\d)(?:\.(\d{1,6}))?(?:([+-])(\d\d)(?::(\d\d))?(?::(\d\d))?)?$/;
const IN_UTC = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d{1,6})?\+00$/;

/** Which infinity a value is: 1, -1; 0 for none. */
export function infinityOf(text: string): -1 | 0 | 1 {
  if (text === 'infinity') return 1;
  return text === '-infinity' ? -1 : 0;
}

/** Days since the epoch of a date. @throws {RangeError} for what is none */
export function epochDays(text: string): number {
  return Number(epochMicros(text) / DAY_MICROS);
}

/** Microseconds since the epoch of a timestamp; of one with a zone, in UTC. @throws {RangeError} for what is none */
export function epochMicros(text: string): bigint {
  const parts = STAMP.exec(text);
  if (!parts) throw new RangeError('not a timestamp of PostgreSQL');
  const [, year, month, day, hours = '0', minutes = '0', seconds = '0', fraction] = parts;
  const [, , , , , , , , sign, zoneHours = '0', zoneMinutes = '0', zoneSeconds = '0', before] = parts;
  const days = civilDays(before ? 1 - Number(year) : Number(year), Number(month), Number(day));
  const ofDay = clockMicros(hours, minutes, seconds, fraction);
  const zone = clockMicros(zoneHours, zoneMinutes, zoneSeconds, undefined);
  return BigInt(days) * DAY_MICROS + ofDay - (sign === '-' ? -zone : zone);
}

/** Microseconds since midnight of a time; 24:00 stays that. A zone is passed over. @throws {RangeError} for what is none */
export function dayMicros(text: string): number {
  const [, hours = '', minutes = '', seconds = '', fraction] = timeParts(text);
  return Number(clockMicros(hours, minutes, seconds, fraction));
}

/** A time with zone in UTC: `21:34:05.678901Z`. @throws {RangeError} for what is none */
export function timeInUtc(text: string): string {
  const parts = timeParts(text);
  const [, , , , , sign, hours = '0', minutes = '0', seconds = '0'] = parts;
  const zone = clockMicros(hours, minutes, seconds, undefined);
  const micros = BigInt(dayMicros(text)) - (sign === '-' ? -zone : zone);
  return `${clockText(((micros % DAY_MICROS) + DAY_MICROS) % DAY_MICROS, parts[4] === undefined ? 0 : 6)}Z`;
}

/** ISO 8601 with that many digits of a second, in UTC: `-0043-03-15T01:02:03.000000Z`. */
export function isoStamp(micros: bigint, digits: number): string {
  const ofDay = ((micros % DAY_MICROS) + DAY_MICROS) % DAY_MICROS;
  const { year, month, day } = civilDate(Number((micros - ofDay) / DAY_MICROS));
  return `${isoYear(year)}-${two(month)}-${two(day)}T${clockText(ofDay, digits)}Z`;
}

/** A timestamp with a zone in ISO 8601 with that many digits of a second, in UTC. @throws {RangeError} for what is none */
export function stampInUtc(text: string, digits: number): string {
  // Sessions are in UTC, so that nearly all are, and there is nothing to compute.
  if (!IN_UTC.test(text)) return isoStamp(epochMicros(text), digits);
  const fraction = digits === 0 ? '' : `.${text.slice(20, -3).padEnd(6, '0').slice(0, digits)}`;
  return `${text.slice(0, 10)}T${text.slice(11, 19)}${fraction}Z`;
}

function timeParts(text: string): RegExpExecArray {
  const parts = TIME.exec(text);
  if (!parts) throw new RangeError('not a time of PostgreSQL');
  return parts;
}

function clockMicros(hours: string, minutes: string, seconds: string, fraction: string | undefined): bigint {
  const whole = (Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds);
  return BigInt(whole) * 1_000_000n + BigInt((fraction ?? '').padEnd(6, '0'));
}

function clockText(micros: bigint, digits: number): string {
  const seconds = Number(micros / 1_000_000n);
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  const fraction = String(micros % 1_000_000n)
    .padStart(6, '0')
    .slice(0, digits);
  return `${two(hours)}:${two(minutes)}:${two(seconds % 60)}${digits === 0 ? '' : `.${fraction}`}`;
}

const two = (number: number): string => String(number).padStart(2, '0');

/** As Java prints them: at least four digits, a plus before more. */
function isoYear(year: number): string {
  const digits = String(Math.abs(year)).padStart(4, '0');
  if (year < 0) return `-${digits}`;
  return year > 9999 ? `+${digits}` : digits;
}

/** Days since 1970-01-01, by 400-year cycles that begin in March. */
function civilDays(year: number, month: number, day: number): number {
  const y = month <= 2 ? year - 1 : year;
  const era = Math.floor(y / 400);
  const ofEra = y - era * 400;
  const ofYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  return era * 146_097 + ofEra * 365 + Math.floor(ofEra / 4) - Math.floor(ofEra / 100) + ofYear - 719_468;
}

function civilDate(days: number): { readonly year: number; readonly month: number; readonly day: number } {
  const shifted = days + 719_468;
  const era = Math.floor(shifted / 146_097);
  const ofEra = shifted - era * 146_097;
  const years = Math.floor(
    (ofEra - Math.floor(ofEra / 1_460) + Math.floor(ofEra / 36_524) - Math.floor(ofEra / 146_096)) / 365,
  );
  const ofYear = ofEra - (365 * years + Math.floor(years / 4) - Math.floor(years / 100));
  const fromMarch = Math.floor((5 * ofYear + 2) / 153);
  const month = fromMarch < 10 ? fromMarch + 3 : fromMarch - 9;
  const year = years + era * 400 + (month <= 2 ? 1 : 0);
  return { year, month, day: ofYear - Math.floor((153 * fromMarch + 2) / 5) + 1 };
}
