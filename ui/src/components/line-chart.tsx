import { useEffect, useRef, useSyncExternalStore } from 'react';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { lonePoints } from '../format/lone-points.ts';
import { timeOfDay } from '../format/times.ts';
import { useSettings } from '../settings.ts';

export interface Series {
  readonly label: string;
  /** One value for each time; null where nothing is known, and then there is a gap. */
  readonly values: readonly (number | null)[];
  /** A custom property of the style sheet, such as `--spark`. */
  readonly colour?: string;
}

interface LineChartProps {
  readonly title: string;
  /** ms since the epoch, rising. */
  readonly times: readonly number[];
  readonly series: readonly Series[];
  readonly format: (value: number) => string;
  /** Of bytes: ticks at powers of two. */
  readonly binary?: boolean;
  readonly height?: number;
}

/** 1 B, 2 B, … as far as memory goes. */
const BINARY_STEPS = Array.from({ length: 50 }, (_, power) => 2 ** power);

/** All charts of a page share one crosshair. */
const crosshair = uPlot.sync('page');
const DARK = '(prefers-color-scheme: dark)';

function watchScheme(reader: () => void): () => void {
  const query = matchMedia(DARK);
  query.addEventListener('change', reader);
  return () => query.removeEventListener('change', reader);
}

const COLOURS = ['--chart-1', '--chart-2', '--chart-3', '--chart-4'];

/** Areas over a zero baseline, with gaps where there is no data; the table below the fold says the same. */
export default function LineChart(props: LineChartProps) {
  const { title, times, series, format, binary = false, height = 120 } = props;
  const place = useRef<HTMLDivElement>(null);
  const chart = useRef<uPlot | null>(null);
  const { theme, time } = useSettings();
  const dark = useSyncExternalStore(watchScheme, () => matchMedia(DARK).matches);
  const shape = series.map(({ label, colour }) => `${label} ${colour ?? ''}`).join();
  const formatter = useRef(format);
  formatter.current = format;
  const data = useRef<uPlot.AlignedData>([[]]);
  data.current = [
    times.map((at) => at / 1000),
    ...series.map(({ values }) => [...values]),
  ] as uPlot.AlignedData;
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new shape, theme or zone draws anew; new data are set below.
  useEffect(() => {
    const { current } = place;
    if (current === null) return;
    const options = optionsOf(series, height, current, binary, (value) => formatter.current(value));
    const drawn = new uPlot(options, data.current, current);
    chart.current = drawn;
    const watch = new ResizeObserver(() => drawn.setSize({ width: current.clientWidth, height }));
    watch.observe(current);
    return () => {
      watch.disconnect();
      drawn.destroy();
      chart.current = null;
    };
  }, [shape, height, theme, dark, time]);
  useEffect(() => chart.current?.setData(data.current));
  return (
    <figure className="line-chart">
      <figcaption>
        <span className="chart-title">{title}</span>
        {series.map(({ label, values, colour }, index) => (
          <span key={label} className="chart-key">
            <i style={{ background: `var(${colour ?? COLOURS[index % COLOURS.length]})` }} />
            {label} <strong>{latest(values, format)}</strong>
          </span>
        ))}
      </figcaption>
      <div ref={place} aria-hidden="true" className="chart-place" style={{ height }} />
      <details className="fold chart-table">
        <summary>As a table</summary>
        <ChartTable times={times} series={series} format={format} />
      </details>
    </figure>
  );
}

function latest(values: readonly (number | null)[], format: (value: number) => string): string {
  const value = values.findLast((one) => one !== null);
  return value == null ? '–' : format(value);
}

const TABLE_ROWS = 30;

function ChartTable({ times, series, format }: Pick<LineChartProps, 'times' | 'series' | 'format'>) {
  const step = Math.max(1, Math.ceil(times.length / TABLE_ROWS));
  const rows = times.map((at, index) => ({ at, index })).filter(({ index }) => index % step === 0);
  return (
    <table className="plain-table">
      <thead>
        <tr>
          <th scope="col">Time</th>
          {series.map(({ label }) => (
            <th key={label} scope="col" className="number">
              {label}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map(({ at, index }) => (
          <tr key={at}>
            <td>{timeOfDay(at)}</td>
            {series.map(({ label, values }) => {
              // What was measured between two rows is in neither of them.
              const value = values.slice(index, index + step).findLast((one) => one !== null) ?? null;
              return (
                <td key={label} className="number">
                  {value === null ? '–' : format(value)}
                </td>
              );
            })}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function optionsOf(
  series: readonly Series[],
  height: number,
  place: HTMLElement,
  binary: boolean,
  format: (value: number) => string,
): uPlot.Options {
  const style = getComputedStyle(place);
  const colour = (name: string) => style.getPropertyValue(name).trim();
  // Canvas does not know light-dark(): the browser resolves it on an element.
  const resolved = (name: string) => {
    place.style.color = `var(${name})`;
    const value = getComputedStyle(place).color;
    place.style.color = '';
    return value || colour(name);
  };
  const axis = {
    stroke: resolved('--text-faint'),
    font: '11px ui-sans-serif, system-ui, sans-serif',
    grid: { stroke: resolved('--line'), width: 1 },
    ticks: { show: false },
  };
  return {
    width: place.clientWidth,
    height,
    legend: { show: false },
    // Room for the half of the last label of the time that stands beyond the area.
    padding: [6, 16, 0, 0],
    cursor: { sync: { key: crosshair.key }, drag: { x: false, y: false }, points: { size: 5 } },
    scales: { y: { range: (_chart, _min, max) => [0, Math.max(max ?? 0, 1) * 1.08] } },
    axes: [
      {
        ...axis,
        values: (_chart, ticks) => ticks.map((at) => timeOfDay(at * 1000).slice(0, 5)),
        space: 70,
        size: 22,
      },
      {
        ...axis,
        // Where the figures are small, ticks between them would read like their neighbours.
        values: (_chart, ticks) => {
          const texts = ticks.map((value) => format(value));
          return texts.map((text, index) => (text === texts[index + 1] ? '' : text));
        },
        ...(binary ? { incrs: BINARY_STEPS } : {}),
        size: 64,
        space: 28,
      },
    ],
    series: [
      {},
      ...series.map(({ label, colour: own }, index): uPlot.Series => {
        const stroke = resolved(own ?? COLOURS[index % COLOURS.length] ?? '--chart-1');
        return {
          label,
          stroke,
          width: 1.4,
          fill: stroke.replace(/\)$/, ' / 12%)'),
          spanGaps: false,
          // No line leads to a point that stands alone.
          points: {
            show: true,
            size: 4,
            fill: stroke,
            filter: (chart, of) => lonePoints(chart.data[of] ?? []),
          },
        };
      }),
    ],
  };
}
