const UNITS = [
  { at: 1e12, name: 'T' },
  { at: 1e9, name: 'G' },
  { at: 1e6, name: 'M' },
  { at: 1e3, name: 'k' },
];

/** Three significant digits and a unit: 12.4 k, 3.1 M, 870. */
export function compact(value: number): string {
  const size = Math.abs(value);
  // 999,500 and more would read "1000 k".
  const unit = UNITS.find(({ at }) => size >= at * 0.9995);
  if (unit === undefined) return trimmed(value, Number.isInteger(value) || size >= 99.95 ? 0 : 1);
  const scaled = value / unit.at;
  return `${trimmed(scaled, Math.abs(scaled) >= 99.95 ? 0 : 1)} ${unit.name}`;
}

/** Records per second: 12.4 k/s; a dash where it is not known. */
export function rate(value: number | null): string {
  return value === null ? '–' : `${compact(value)}/s`;
}

/** Bytes by powers of 1024: 3.1 MB, 512 B. */
export function bytes(value: number): string {
  const names = ['B', 'KB', 'MB', 'GB', 'TB'];
  let scaled = value;
  let step = 0;
  while (scaled >= 1023.95 && step < names.length - 1) {
    scaled /= 1024;
    step += 1;
  }
  return `${trimmed(scaled, step === 0 || scaled >= 99.95 ? 0 : 1)} ${names[step]}`;
}

/** Made once: to make one takes longer than to draw the row that needs it. */
const grouped = new Intl.NumberFormat('en-GB', { maximumFractionDigits: 1 });

/** All digits, grouped, for hovering: 12,431,002. */
export function exact(value: number): string {
  return grouped.format(value);
}

/** "1 task", "2 tasks"; the plural is given where it has another form. */
export function counted(count: number, noun: string, plural = `${noun}s`): string {
  return `${exact(count)} ${count === 1 ? noun : plural}`;
}

function trimmed(value: number, digits: number): string {
  return value.toFixed(digits).replace(/\.0$/, '');
}
