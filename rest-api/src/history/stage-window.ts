import type { TaskCounters } from '../ports.ts';

/** How far back shares look, ms: that of /metrics. */
const WINDOW_MS = 30_000;

interface Point {
  readonly monoMs: number;
  readonly stages: TaskCounters['stages'];
}

export const taskKeyOf = ({ connector, task }: Pick<TaskCounters, 'connector' | 'task'>) =>
  `${connector}/${task}`;

/** Which share of its time a task spends in each of its stages, of counters that it is shown again and again. */
export class StageWindow {
  readonly #tasks = new Map<string, Point[]>();

  sample(counters: readonly TaskCounters[], monoMs: number): void {
    const present = new Set<string>();
    for (const row of counters) {
      const key = taskKeyOf(row);
      present.add(key);
      const points = this.#tasks.get(key) ?? [];
      this.#tasks.set(key, points);
      const last = points.at(-1);
      // Sums that fell are those of a task that started anew.
      if (
        last &&
        Object.entries(row.stages).some(([stage, { timeMs }]) => timeMs < (last.stages[stage]?.timeMs ?? 0))
      )
        points.length = 0;
      points.push({ monoMs, stages: row.stages });
      while ((points[1]?.monoMs ?? monoMs) <= monoMs - WINDOW_MS) points.shift();
    }
    for (const key of this.#tasks.keys()) if (!present.has(key)) this.#tasks.delete(key);
  }

  /** 0 to 1; null before two samples exist. */
  saturation(task: string, stage: string): number | null {
    const points = this.#tasks.get(task) ?? [];
    const [first, last] = [points[0], points.at(-1)];
    if (first === undefined || last === undefined || last.monoMs <= first.monoMs) return null;
    const busyMs = (last.stages[stage]?.timeMs ?? 0) - (first.stages[stage]?.timeMs ?? 0);
    return Math.min(1, Math.round((busyMs / (last.monoMs - first.monoMs)) * 1_000) / 1_000);
  }
}
