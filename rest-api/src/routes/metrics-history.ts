import type { Clock } from '@millrace/foundation';
import { getMetricsHistory, type HistoryMetric, historyMetrics } from '../contract/index.ts';
import type { Doors } from '../doors.ts';
import { badRequest } from '../errors.ts';
import type { SeriesStore } from '../history/series-store.ts';
import { ok } from '../reply.ts';

const HOUR_MS = 3_600_000;
const DEFAULT_POINTS = 180;
/** Series of one answer. */
const MAX_SERIES = 500;

export function metricsHistoryRoutes(doors: Doors, store: SeriesStore, clock: Clock): void {
  doors.operation(getMetricsHistory, ({ query }) => {
    const nowMs = clock.now().wallMs;
    const untilMs = Math.min(nowMs, query.untilMs ?? nowMs);
    const sinceMs = Math.max(nowMs - 24 * HOUR_MS, query.sinceMs ?? nowMs - HOUR_MS);
    if (sinceMs >= untilMs)
      throw badRequest('"sinceMs" is not before "untilMs".', {
        path: 'sinceMs',
        hint: 'The last 24 hours are kept, until now.',
      });
    const names = query.name && new Set(query.name);
    const wanted = [...new Set<HistoryMetric>(query.metric)].flatMap((metric) =>
      store
        .names(metric)
        .filter((name) => names === undefined || names.has(name))
        .map((name) => ({ metric, name })),
    );
    const range = { sinceMs, untilMs, points: query.points ?? DEFAULT_POINTS };
    const { series, ...spacing } = store.read(wanted.slice(0, MAX_SERIES), range, nowMs);
    return ok({
      ...spacing,
      series: series.map((one) => ({
        ...one,
        unit: historyMetrics[one.metric].unit,
        points: [...one.points],
      })),
      more: wanted.length > MAX_SERIES,
    });
  });
}
