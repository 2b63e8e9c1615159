const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** Whether moments read in UTC; else in the zone of the browser. */
export interface Zone {
  readonly utc: boolean;
}

let zone: Zone = { utc: false };

/** Has all moments read in that zone from now on. */
export function readIn(next: Zone): void {
  zone = next;
}

/** How long ago: "now", "8 s ago", "3 min ago", "2 h ago", "5 d ago". */
export function ago(atMs: number, nowMs: number): string {
  const age = nowMs - atMs;
  if (age < SECOND_MS) return 'now';
  if (age < MINUTE_MS) return `${Math.floor(age / SECOND_MS)} s ago`;
  if (age < HOUR_MS) return `${Math.floor(age / MINUTE_MS)} min ago`;
  if (age < DAY_MS) return `${Math.floor(age / HOUR_MS)} h ago`;
  return `${Math.floor(age / DAY_MS)} d ago`;
}

/** The moment something began: "14:02" today, "20 Nov 14:02" before. */
export function since(atMs: number, nowMs: number): string {
  const at = new Date(atMs);
  return dayOf(at) === dayOf(new Date(nowMs)) ? clock(at).slice(0, 5) : `${day(at)} ${clock(at).slice(0, 5)}`;
}

/** Time of day with seconds: 14:02:11. */
export function timeOfDay(atMs: number): string {
  return clock(new Date(atMs));
}

/** Time of day with milliseconds, and the day where it is not today. */
export function recordTime(atMs: number, nowMs: number): string {
  const at = new Date(atMs);
  const time = `${clock(at)}.${String(at.getMilliseconds()).padStart(3, '0')}`;
  return dayOf(at) === dayOf(new Date(nowMs)) ? time : `${day(at)} ${time}`;
}

/** Date, time and zone in full, for hovering. */
export function absolute(atMs: number): string {
  const at = new Date(atMs);
  if (Number.isNaN(at.getTime())) return 'no time';
  return `${inFull(at)} (${at.toISOString()})`;
}

/** What a field for a moment holds, `2026-11-21T14:02:11`, read in the zone that is shown; ms since the epoch, NaN where it is none. */
export function momentAt(field: string): number {
  return Date.parse(zone.utc ? `${field}Z` : field);
}

/** A moment as such a field holds it; empty where it is none. */
export function momentField(atMs: number): string {
  if (Number.isNaN(atMs)) return '';
  const shiftMs = zone.utc ? 0 : new Date(atMs).getTimezoneOffset() * MINUTE_MS;
  return new Date(atMs - shiftMs).toISOString().replace(/(?:\.000)?Z$/, '');
}

/** A span: "4 s", "2 min 10 s", "3 h 5 min", "2 d 4 h". */
export function span(ms: number): string {
  if (ms < SECOND_MS) return `${Math.round(ms)} ms`;
  const steps = [
    { unit: 'd', size: DAY_MS },
    { unit: 'h', size: HOUR_MS },
    { unit: 'min', size: MINUTE_MS },
    { unit: 's', size: SECOND_MS },
  ];
  const first = steps.findIndex(({ size }) => ms >= size);
  const [large, small] = [steps[first], steps[first + 1]];
  if (large === undefined) return '0 s';
  const rest = small === undefined ? 0 : Math.floor((ms % large.size) / small.size);
  const whole = `${Math.floor(ms / large.size)} ${large.unit}`;
  return small === undefined || rest === 0 ? whole : `${whole} ${rest} ${small.unit}`;
}

function clock(at: Date): string {
  const parts = zone.utc
    ? [at.getUTCHours(), at.getUTCMinutes(), at.getUTCSeconds()]
    : [at.getHours(), at.getMinutes(), at.getSeconds()];
  return parts.map((part) => String(part).padStart(2, '0')).join(':');
}

/** Made once: to make one takes longer than to draw the row that needs it. */
function inEitherZone(options: Intl.DateTimeFormatOptions): (at: Date) => string {
  const local = new Intl.DateTimeFormat('en-GB', options);
  const utc = new Intl.DateTimeFormat('en-GB', { ...options, timeZone: 'UTC' });
  return (at) => (Number.isNaN(at.getTime()) ? 'no time' : (zone.utc ? utc : local).format(at));
}

const inFull = inEitherZone({ dateStyle: 'medium', timeStyle: 'medium' });
const day = inEitherZone({ day: 'numeric', month: 'short' });
const dayOf = inEitherZone({});
