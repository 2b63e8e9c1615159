import { getMetricsHistory, type HistoryMetric, type MetricsHistory } from '@millrace/rest-api/contract';
import { lazy, Suspense } from 'react';
import { call } from '../api/client.ts';
import { type Loaded, useLoaded } from '../api/use-loaded.ts';
import { bytes, compact } from '../format/numbers.ts';
import { span } from '../format/times.ts';
import { pageCode } from '../page-code.ts';
import { useInQuery } from '../router.tsx';
import type { Series } from './line-chart.tsx';

const LineChart = lazy(() => pageCode(() => import('./line-chart.tsx')));

const RANGES = [
  { id: '15m', title: '15 min', ms: 15 * 60_000 },
  { id: '1h', title: '1 h', ms: 3_600_000 },
  { id: '6h', title: '6 h', ms: 6 * 3_600_000 },
  { id: '24h', title: '24 h', ms: 24 * 3_600_000 },
] as const;

const REFRESH_MS = 10_000;

export interface ChartSpec {
  readonly title: string;
  /** Drawn in one chart: they have one unit. */
  readonly metrics: readonly {
    readonly metric: HistoryMetric;
    readonly label: string;
    readonly colour?: string;
    /** Of which connectors, topics or groups the sum is; of all where left out. */
    readonly of?: (name: string) => boolean;
  }[];
}

interface HistoryChartsProps {
  readonly charts: readonly ChartSpec[];
  /** Of the connector, topic or group; each series of a metric becomes one of the sum where none is given. */
  readonly name?: string;
  readonly height?: number;
}

/** Figures of the last hours, over a range that is part of the address. */
export function HistoryCharts({ charts, name, height = 110 }: HistoryChartsProps) {
  const [range, setRange] = useInQuery('range', '1h');
  const ms = RANGES.find(({ id }) => id === range)?.ms ?? 3_600_000;
  const metric = [...new Set(charts.flatMap((chart) => chart.metrics.map((one) => one.metric)))];
  const loaded = useLoaded(
    `history ${name ?? 'all'} ${metric.join()} ${range}`,
    (signal) =>
      call(getMetricsHistory, {
        query: {
          metric,
          ...(name === undefined ? {} : { name: [name] }),
          sinceMs: Date.now() - ms,
          points: 240,
        },
        signal,
      }),
    REFRESH_MS,
  );
  return (
    <section className="charts">
      <fieldset className="segments">
        <legend className="unseen">Range</legend>
        {RANGES.map(({ id, title }) => (
          <button key={id} type="button" aria-pressed={range === id} onClick={() => setRange(id)}>
            {title}
          </button>
        ))}
      </fieldset>
      <Suspense fallback={<div style={{ height: height + 40 }} />}>
        <div className="chart-row">
          {charts.map((chart) => (
            <HistoryChart key={chart.title} chart={chart} loaded={loaded} height={height} />
          ))}
        </div>
      </Suspense>
    </section>
  );
}

function HistoryChart(props: {
  readonly chart: ChartSpec;
  readonly loaded: Loaded<MetricsHistory>;
  readonly height: number;
}) {
  const { chart, loaded, height } = props;
  const { data, error } = loaded;
  const series = chart.metrics.map((one) => seriesOf(data, one));
  const known = series.some(({ values }) => values.some((value) => value !== null));
  if (!known) {
    return (
      <figure className="line-chart">
        <figcaption>
          <span className="chart-title">{chart.title}</span>
        </figcaption>
        <p className="chart-empty quiet" style={{ height }}>
          {error === null
            ? data === null
              ? 'Loading…'
              : 'Nothing was measured in this time.'
            : error.message}
        </p>
      </figure>
    );
  }
  const length = series[0]?.values.length ?? 0;
  const times = Array.from({ length }, (_, index) => (data?.fromMs ?? 0) + index * (data?.stepMs ?? 0));
  const unit = data?.series.find(({ metric }) => metric === chart.metrics[0]?.metric)?.unit ?? '';
  return (
    <LineChart
      title={chart.title}
      times={times}
      series={series}
      format={formatOf(unit)}
      binary={unit.startsWith('bytes')}
      height={height}
    />
  );
}

function seriesOf(data: MetricsHistory | null, wanted: ChartSpec['metrics'][number]): Series {
  const { metric, label, colour, of } = wanted;
  const found = (data?.series ?? []).filter((one) => one.metric === metric && (of?.(one.name) ?? true));
  const length = Math.max(0, ...found.map(({ points }) => points.length));
  const values = Array.from({ length }, (_, index) => {
    const known = found.map(({ points }) => points[index] ?? null).filter((point) => point !== null);
    return known.length === 0 ? null : known.reduce((sum, point) => sum + point, 0);
  });
  return { label, values, ...(colour === undefined ? {} : { colour }) };
}

/** A value as its unit is read. */
function formatOf(unit: string): (value: number) => string {
  switch (unit) {
    case 'records/s':
    case 'errors/s':
      return (value) => `${compact(value)}/s`;
    case 'bytes/s':
      return (value) => `${bytes(value)}/s`;
    case 'bytes':
      return bytes;
    case 'ms':
      return span;
    case 'ratio':
      return (value) => `${Math.round(value * 100)} %`;
    default:
      return compact;
  }
}
