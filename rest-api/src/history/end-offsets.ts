/** Points that are kept of a partition: where there are more, every other one of the older half goes. */
const MAX_POINTS = 120;
/** Partitions that are kept; of more it is not known how old what waits is. */
const MAX_PARTITIONS = 5_000;

interface Point {
  readonly atMs: number;
  readonly endOffset: number;
}

/**
 * Where the ends of partitions were in the past, closely for the last minutes and ever less so for the last hours. It tells how old a position is: the end
 * was there at some time, and whoever stands there has read nothing that came later.
 */
export class EndOffsets {
  readonly #points = new Map<string, Point[]>();

  note(partition: string, atMs: number, endOffset: number): void {
    let points = this.#points.get(partition);
    if (points === undefined) {
      if (this.#points.size >= MAX_PARTITIONS) return;
      points = [];
      this.#points.set(partition, points);
    }
    const last = points.at(-1);
    // The topic was made anew, or the clock was put back: what is known says nothing of it.
    if (last && (endOffset < last.endOffset || atMs < last.atMs)) points.length = 0;
    // Of a time without records its end and beginning tell all.
    const before = points.at(-2);
    if (before && last && before.endOffset === endOffset && last.endOffset === endOffset) points.pop();
    points.push({ atMs, endOffset });
    if (points.length > MAX_POINTS) thin(points);
  }

  /**
   * How long ago the end was where a reader stands now, ms: 0 at the end, null where that is longer ago than anybody knows.
   */
  ageOf(partition: string, position: number, nowMs: number): number | null {
    const points = this.#points.get(partition);
    const last = points?.at(-1);
    if (points === undefined || last === undefined) return null;
    if (position >= last.endOffset) return 0;
    const index = points.findIndex(({ endOffset }) => endOffset > position);
    const [before, after] = [points[index - 1], points[index]];
    if (before === undefined || after === undefined) return null;
    const share = (position - before.endOffset) / (after.endOffset - before.endOffset);
    return Math.max(0, Math.round(nowMs - (before.atMs + share * (after.atMs - before.atMs))));
  }

  /** Forgets partitions that are not there any more. */
  keepOnly(partitions: ReadonlySet<string>): void {
    for (const partition of this.#points.keys())
      if (!partitions.has(partition)) this.#points.delete(partition);
  }
}

function thin(points: Point[]): void {
  const half = points.length >> 1;
  const kept = points.filter((_, index) => index >= half || index % 2 === 0);
  points.splice(0, points.length, ...kept);
}
