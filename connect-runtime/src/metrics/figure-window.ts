/** How far back rates, averages and shares look, ms: Kafka's own window of metrics. */
const WINDOW_MS = 30_000;
/** Pages that follow each other more closely add no point. */
const POINT_EVERY_MS = 5_000;

interface Point {
  readonly atMs: number;
  readonly figures: Figures;
}

/** Sums since a task started, by name. */
export type Figures = { readonly [name: string]: number };

/**
 * What rising sums did lately. Points come with the pages that are asked for, so that sums nobody reads cost nothing; the
 * first page knows no rates.
 */
export class FigureWindow {
  #points: Point[] = [];
  #now: Point | null = null;

  /** Takes the sums of now. Sums that fell belong to a task that started anew: what was before does not count. */
  add(atMs: number, figures: Figures): void {
    const before = this.#now;
    if (before && Object.entries(figures).some(([name, sum]) => sum < (before.figures[name] ?? 0)))
      this.#points = [];
    this.#now = { atMs, figures };
    const newest = this.#points.at(-1);
    if (!newest || atMs - newest.atMs >= POINT_EVERY_MS) this.#points.push(this.#now);
    while ((this.#points[1]?.atMs ?? atMs) <= atMs - WINDOW_MS) this.#points.shift();
  }

  /** By how much a sum rose in the window; null where the window has one point only. */
  rise(name: string): number | null {
    const span = this.#span();
    return span && (span.now.figures[name] ?? 0) - (span.base.figures[name] ?? 0);
  }

  /** The same for each second. */
  perSecond(name: string): number | null {
    const span = this.#span();
    const rise = this.rise(name);
    return span && rise !== null ? rise / ((span.now.atMs - span.base.atMs) / 1000) : null;
  }

  /** How much of one sum fell to one of another; null where the other did not rise. */
  ratio(name: string, by: string): number | null {
    const [rise, count] = [this.rise(name), this.rise(by)];
    return rise === null || !count ? null : rise / count;
  }

  #span(): { readonly base: Point; readonly now: Point } | null {
    const base = this.#points[0];
    const now = this.#now;
    return base && now && now.atMs > base.atMs ? { base, now } : null;
  }
}
