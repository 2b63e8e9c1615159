export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

/** The middle of some figures, and how far they lie apart. @throws {RangeError} where there are none */
export function spreadOf(figures: readonly number[]): Spread {
  const sorted = [...figures].sort((a, b) => a - b);
  const [min, max] = [sorted[0], sorted.at(-1)];
  const middle = sorted.slice(Math.ceil(sorted.length / 2) - 1, Math.floor(sorted.length / 2) + 1);
  if (min === undefined || max === undefined) throw new RangeError('no figures');
  return { median: middle.reduce((sum, figure) => sum + figure, 0) / middle.length, min, max };
}

/** `0.28 (0.27–0.31)`. */
export function spreadText({ median, min, max }: Spread, digits: number): string {
  const text = (figure: number) => figure.toFixed(digits);
  return `${text(median)} (${text(min)}–${text(max)})`;
}
