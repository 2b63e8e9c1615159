import type { HistoryMetric } from '../contract/index.ts';

/** Two rings for each series: ten seconds apart for an hour, two minutes apart for a day. About 4 kB. */
const FINE = { stepMs: 10_000, points: 360 };
const COARSE = { stepMs: 120_000, points: 720 };
/** Series that are kept; of more there is no history, and what has said nothing for a day makes room. */
const MAX_SERIES = 5_000;

export interface SeriesPoints {
  readonly metric: HistoryMetric;
  readonly name: string;
  /** Oldest first; null where nobody measured. */
  readonly points: readonly (number | null)[];
}

export interface HistoryRange {
  readonly sinceMs: number;
  readonly untilMs: number;
  /** At most so many points. */
  readonly points: number;
}

/** One ring: the points of the newest slots of time, each the mean of what was measured in it. */
class Ring {
  readonly #stepMs: number;
  readonly #values: Float32Array;
  /** The newest slot, and what was measured in it. */
  #slot = Number.NEGATIVE_INFINITY;
  #sum = 0;
  #count = 0;

  constructor({ stepMs, points }: typeof FINE) {
    this.#stepMs = stepMs;
    this.#values = new Float32Array(points).fill(Number.NaN);
  }

  add(atMs: number, value: number): void {
    const slot = Math.floor(atMs / this.#stepMs);
    // The clock was put back: what is known already stays.
    if (slot < this.#slot) return;
    if (slot > this.#slot) {
      const gap = Math.min(slot - this.#slot, this.#values.length);
      for (let i = 0; i < gap; i++) this.#values[this.#place(slot - i)] = Number.NaN;
      this.#slot = slot;
      this.#sum = 0;
      this.#count = 0;
    }
    this.#sum += value;
    this.#count += 1;
    this.#values[this.#place(slot)] = this.#sum / this.#count;
  }

  /** NaN where nobody measured, or it is too long ago. */
  at(slot: number): number {
    if (slot > this.#slot || slot <= this.#slot - this.#values.length) return Number.NaN;
    return this.#values[this.#place(slot)] ?? Number.NaN;
  }

  get newestMs(): number {
    return this.#slot * this.#stepMs;
  }

  #place(slot: number): number {
    const length = this.#values.length;
    return ((slot % length) + length) % length;
  }
}

interface Series {
  readonly fine: Ring;
  readonly coarse: Ring;
}

/** Figures of the last 24 hours, in memory, bounded. */
export class SeriesStore {
  readonly #byMetric = new Map<HistoryMetric, Map<string, Series>>();
  #size = 0;

  /** `atMs` is the wall clock. */
  add(metric: HistoryMetric, name: string, atMs: number, value: number): void {
    const known = this.#byMetric.get(metric) ?? new Map<string, Series>();
    this.#byMetric.set(metric, known);
    let series = known.get(name);
    if (series === undefined) {
      if (this.#size >= MAX_SERIES) this.#forgetSilent(atMs);
      if (this.#size >= MAX_SERIES) return;
      series = { fine: new Ring(FINE), coarse: new Ring(COARSE) };
      known.set(name, series);
      this.#size += 1;
    }
    series.fine.add(atMs, value);
    series.coarse.add(atMs, value);
  }

  has(metric: HistoryMetric, name: string): boolean {
    return this.#byMetric.get(metric)?.has(name) ?? false;
  }

  names(metric: HistoryMetric): readonly string[] {
    return [...(this.#byMetric.get(metric)?.keys() ?? [])].sort();
  }

  /** Evenly spaced: as fine as what is kept of that time and the number of points allow. */
  read(
    wanted: readonly { readonly metric: HistoryMetric; readonly name: string }[],
    { sinceMs, untilMs, points }: HistoryRange,
    nowMs: number,
  ): { readonly fromMs: number; readonly stepMs: number; readonly series: readonly SeriesPoints[] } {
    const isFine = sinceMs > nowMs - FINE.stepMs * FINE.points;
    const { stepMs } = isFine ? FINE : COARSE;
    const first = Math.floor(sinceMs / stepMs);
    const slots = Math.max(1, Math.floor(untilMs / stepMs) - first + 1);
    const width = Math.ceil(slots / points);
    const count = Math.ceil(slots / width);
    const series = wanted.map(({ metric, name }) => {
      const found = this.#byMetric.get(metric)?.get(name);
      const ring = isFine ? found?.fine : found?.coarse;
      const meanOf = (index: number) => mean(ring, first + index * width, width);
      return { metric, name, points: Array.from({ length: count }, (_, index) => meanOf(index)) };
    });
    return { fromMs: first * stepMs, stepMs: stepMs * width, series };
  }

  #forgetSilent(nowMs: number): void {
    const tooOldMs = nowMs - COARSE.stepMs * COARSE.points;
    for (const known of this.#byMetric.values()) {
      for (const [name, { coarse }] of known) {
        if (coarse.newestMs > tooOldMs) continue;
        known.delete(name);
        this.#size -= 1;
      }
    }
  }
}

function mean(ring: Ring | undefined, slot: number, width: number): number | null {
  if (ring === undefined) return null;
  let [sum, count] = [0, 0];
  for (let i = 0; i < width; i++) {
    const value = ring.at(slot + i);
    if (Number.isNaN(value)) continue;
    sum += value;
    count += 1;
  }
  return count === 0 ? null : rounded(sum / count);
}

/** Four figures: what is kept knows seven, and nobody reads more on a chart. */
function rounded(value: number): number {
  return value === 0 ? 0 : Number(value.toPrecision(4));
}
