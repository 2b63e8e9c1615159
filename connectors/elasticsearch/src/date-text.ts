const FIELDS = /yyyy|MM|dd|HH|mm|ss/g;
/** The last millisecond of the year 9999. */
const LAST_MS = 253_402_300_799_999;

/** The letters of a pattern that stand for nothing; empty where all of them are known. */
export const unknownLetters = (pattern: string): string =>
  pattern.replace(FIELDS, '').replace(/[^A-Za-z]/g, '');

/** Whether it can be written with a year of four digits. */
export const isDate = (timeMs: number): boolean => timeMs >= 0 && timeMs <= LAST_MS;

/**
 * A time in UTC by a pattern in Java's letters: `yyyy`, `MM`, `dd`, `HH`, `mm`, `ss`; anything else stays.
 * @param timeMs milliseconds since the Unix epoch, for which `isDate` holds
 */
export function dateText(pattern: string, timeMs: number): string {
  const iso = new Date(timeMs).toISOString();
  const parts: Readonly<Record<string, string>> = {
    yyyy: iso.slice(0, 4),
    MM: iso.slice(5, 7),
    dd: iso.slice(8, 10),
    HH: iso.slice(11, 13),
    mm: iso.slice(14, 16),
    ss: iso.slice(17, 19),
  };
  return pattern.replace(FIELDS, (field) => parts[field] ?? field);
}
