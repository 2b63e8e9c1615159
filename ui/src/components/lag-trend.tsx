import { getMetricsHistory } from '@millrace/rest-api/contract';
import { call } from '../api/client.ts';
import { useLoaded } from '../api/use-loaded.ts';
import { lagTrend } from '../format/lag-trend.ts';

const WINDOW_MS = 5 * 60_000;
const REFRESH_MS = 10_000;

interface LagTrendProps {
  readonly metric: 'connector.lag' | 'group.lag' | 'share-group.lag';
  readonly name: string;
}

/** Whether a lag falls, and when it will be gone, by the last minutes. */
export function LagTrend({ metric, name }: LagTrendProps) {
  const { data } = useLoaded(
    `lag trend ${metric} ${name}`,
    (signal) =>
      call(getMetricsHistory, {
        query: { metric: [metric], name: [name], sinceMs: Date.now() - WINDOW_MS, points: 30 },
        signal,
      }),
    REFRESH_MS,
  );
  const words = data === null ? null : lagTrend(data.series[0]?.points ?? [], data.stepMs);
  return words === null ? null : <span className="quiet">{words}</span>;
}
