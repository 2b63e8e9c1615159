import type { TaskCounters } from '../ports.ts';

/** Points that are kept: a minute at one sample a second. */
const HISTORY_POINTS = 60;
/** Points that a rate is taken over. */
const RATE_POINTS = 5;

interface Point {
  readonly elapsedMs: number;
  readonly records: number;
  readonly bytes: number;
}

interface Series {
  readonly last: Map<number, { records: number; bytes: number }>;
  /** Oldest first; null where nothing ran. */
  readonly points: (Point | null)[];
}

/** Per second; null where no two samples exist. */
export interface Rate {
  readonly records: number | null;
  readonly bytes: number | null;
}

/** Makes rates of counters that it is shown again and again, over a sliding window for each connector. */
export class RateWindow {
  #series = new Map<string, Series>();
  #sampledAtMs: number | null = null;

  /** `monoMs` is the monotonic time at which the counters were read. */
  sample(counters: readonly TaskCounters[], monoMs: number): void {
    const elapsedMs = this.#sampledAtMs === null ? 0 : monoMs - this.#sampledAtMs;
    this.#sampledAtMs = monoMs;
    const byConnector = Map.groupBy(counters, (counter) => counter.connector);
    for (const [connector, tasks] of byConnector) this.#sampleConnector(connector, tasks, elapsedMs);
    for (const [connector, series] of this.#series) {
      if (!byConnector.has(connector)) this.#skip(connector, series);
    }
  }

  /** Whether anything of a connector was counted in the time that is kept. */
  has(connector: string): boolean {
    return this.#series.has(connector);
  }

  rate(connector: string): Rate {
    const points = this.#series.get(connector)?.points ?? [];
    return rateAt(points, points.length - 1);
  }

  /** The rate of records as it was at each sample, oldest first. */
  history(connector: string): readonly (number | null)[] {
    const points = this.#series.get(connector)?.points ?? [];
    return points.map((_, index) => rateAt(points, index).records);
  }

  #sampleConnector(connector: string, tasks: readonly TaskCounters[], elapsedMs: number): void {
    const known = this.#series.get(connector);
    const series: Series = known ?? { last: new Map(), points: [] };
    let records = 0;
    let bytes = 0;
    for (const task of tasks) {
      const last = series.last.get(task.task) ?? (known ? { records: 0, bytes: 0 } : task);
      // A counter that went back is that of a task that started anew: all of it is new.
      records += task.records < last.records ? task.records : task.records - last.records;
      bytes += task.bytes < last.bytes ? task.bytes : task.bytes - last.bytes;
      series.last.set(task.task, { records: task.records, bytes: task.bytes });
    }
    const present = new Set(tasks.map((task) => task.task));
    for (const task of series.last.keys()) if (!present.has(task)) series.last.delete(task);
    this.#series.set(connector, series);
    if (known && elapsedMs > 0) push(series, { elapsedMs, records, bytes });
  }

  #skip(connector: string, series: Series): void {
    series.last.clear();
    push(series, null);
    if (series.points.every((point) => point === null)) this.#series.delete(connector);
  }
}

/** Over the points up to `index`; null where nothing ran at that one. */
function rateAt(points: readonly (Point | null)[], index: number): Rate {
  if (points[index] == null) return { records: null, bytes: null };
  const recent = points
    .slice(Math.max(0, index - RATE_POINTS + 1), index + 1)
    .filter((point) => point !== null);
  const elapsedMs = recent.reduce((sum, point) => sum + point.elapsedMs, 0);
  const perSecond = (total: number) => round((total * 1000) / elapsedMs);
  return {
    records: perSecond(recent.reduce((sum, point) => sum + point.records, 0)),
    bytes: perSecond(recent.reduce((sum, point) => sum + point.bytes, 0)),
  };
}

function push(series: Series, point: Point | null): void {
  series.points.push(point);
  if (series.points.length > HISTORY_POINTS) series.points.shift();
}

/** To a tenth, so that rates that look the same are the same and cause no event. */
function round(value: number): number {
  return Math.round(value * 10) / 10;
}
