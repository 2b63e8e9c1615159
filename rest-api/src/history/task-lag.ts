import type { TaskCounters } from '../ports.ts';

/** Records of a source that wait so long without any acknowledgement are late by now, ms. */
const STALLED_AFTER_MS = 5_000;

/** How far a task is behind its source or topic, ms; null where nobody knows. As `millrace_connect_task_lag_seconds` of /metrics. */
export function lagMsOf(counters: TaskCounters, nowMs: number): number | null {
  const { behind, stages, lastRecordAtMs, lastRecordTimestampMs, unacknowledged } = counters;
  if ('fetch' in stages) {
    if (behind === null) return null;
    return behind === 0 || lastRecordTimestampMs === null ? 0 : Math.max(0, nowMs - lastRecordTimestampMs);
  }
  if (lastRecordAtMs === null || lastRecordTimestampMs === null) return null;
  const isStalled = unacknowledged > 0 && nowMs - lastRecordAtMs > STALLED_AFTER_MS;
  return Math.max(0, (isStalled ? nowMs : lastRecordAtMs) - lastRecordTimestampMs);
}
