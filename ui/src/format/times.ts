const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

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
  const sameDay = at.toDateString() === new Date(nowMs).toDateString();
  return sameDay ? clock(at).slice(0, 5) : `${day(at)} ${clock(at).slice(0, 5)}`;
}

/** Time of day with seconds: 14:02:11. */
export function timeOfDay(atMs: number): string {
  return clock(new Date(atMs));
}

/** Time of day with milliseconds, and the day where it is not today. */
export function recordTime(atMs: number, nowMs: number): string {
  const at = new Date(atMs);
  const time = `${clock(at)}.${String(at.getMilliseconds()).padStart(3, '0')}`;
  return at.toDateString() === new Date(nowMs).toDateString() ? time : `${day(at)} ${time}`;
}

/** Date, time and zone in full, for hovering. */
export function absolute(atMs: number): string {
  const at = new Date(atMs);
  if (Number.isNaN(at.getTime())) return 'no time';
  return `${at.toLocaleString('en-GB', { dateStyle: 'medium', timeStyle: 'medium' })} (${at.toISOString()})`;
}

function clock(at: Date): string {
  return [at.getHours(), at.getMinutes(), at.getSeconds()]
    .map((part) => String(part).padStart(2, '0'))
    .join(':');
}

function day(at: Date): string {
  return at.toLocaleDateString('en-GB', { day: 'numeric', month: 'short' });
}
