const FIELDS = /yyyy|MM|dd|HH|mm|ss/g;

/**
 * A time in UTC by a pattern in Java's letters: `yyyy`, `MM`, `dd`, `HH`, `mm`, `ss`; anything else stays.
 * @param timeMs milliseconds since the Unix epoch
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
