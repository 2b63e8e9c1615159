/** What passed through a task since it started. */
export interface TaskTraffic {
  readonly key: string;
  readonly records: number;
  readonly bytes: number;
}

/** What a record and a byte cost, in CPU seconds: rough, the same for all tasks, so that they can be compared. */
const CPU_PER_RECORD_S = 4e-6;
const CPU_PER_BYTE_S = 1e-8;
/** What a task weighs that does nothing; one more for each hundredth of a CPU that it takes. */
const IDLE = 1;
const CPU_PER_UNIT_S = 0.01;
const WEIGHT_MAX = 1_000;
/** A rate counts half when it is so old, ms. */
const HALF_LIFE_MS = 60_000;
/** A weight that was told stands until the measured one is so much larger or smaller. */
const TOLD_ANEW_FROM = 1.6;

interface Measured {
  readonly records: number;
  readonly bytes: number;
  readonly sinceMs: number;
  readonly atMs: number;
  /** Smoothed, CPU seconds per second. */
  readonly cpu: number;
}

/**
 * How much work each task of this worker is, from its counters: smoothed over minutes, and told in steps, so that the
 * leader does not move tasks over noise. Of a task that was not watched for a minute yet, nothing is said.
 */
export class LoadMeter {
  readonly #measured = new Map<string, Measured>();
  #told: ReadonlyMap<string, number> = new Map();

  /** Takes the counters of all tasks that run now. */
  sample(traffic: readonly TaskTraffic[], monoMs: number): void {
    const known = new Set<string>();
    for (const task of traffic) {
      known.add(task.key);
      const before = this.#measured.get(task.key);
      // Counters that went back are those of a task that was started anew.
      const restarted = !before || task.records < before.records || task.bytes < before.bytes;
      this.#measured.set(task.key, restarted ? begin(task, monoMs) : advance(before, task, monoMs));
    }
    for (const key of this.#measured.keys()) if (!known.has(key)) this.#measured.delete(key);
  }

  /** The weights to tell when joining; from here on {@link drift} counts from them. */
  tell(monoMs: number): ReadonlyMap<string, number> {
    this.#told = this.#now(monoMs);
    return this.#told;
  }

  /** How far what was told last is off by now: the sum of all differences, and against the sum of what was told. */
  drift(monoMs: number): { readonly units: number; readonly part: number } {
    let units = 0;
    let told = 0;
    for (const [key, weight] of this.#now(monoMs)) {
      units += Math.abs(weight - (this.#told.get(key) ?? IDLE));
      told += this.#told.get(key) ?? IDLE;
    }
    return { units, part: told === 0 ? 0 : units / told };
  }

  #now(monoMs: number): ReadonlyMap<string, number> {
    const weights = new Map<string, number>();
    for (const [key, { cpu, sinceMs }] of this.#measured) {
      if (monoMs - sinceMs < HALF_LIFE_MS) continue;
      const weight = weightOf(cpu);
      const told = this.#told.get(key);
      const stands = told !== undefined && weight < told * TOLD_ANEW_FROM && weight > told / TOLD_ANEW_FROM;
      weights.set(key, stands ? told : weight);
    }
    return weights;
  }
}

function begin({ records, bytes }: TaskTraffic, monoMs: number): Measured {
  return { records, bytes, sinceMs: monoMs, atMs: monoMs, cpu: 0 };
}

function advance(before: Measured, { records, bytes }: TaskTraffic, monoMs: number): Measured {
  const elapsedMs = monoMs - before.atMs;
  if (elapsedMs <= 0) return before;
  const cost = (records - before.records) * CPU_PER_RECORD_S + (bytes - before.bytes) * CPU_PER_BYTE_S;
  const rate = cost / (elapsedMs / 1_000);
  // At first the average since it was begun: what it did in its first minute must not weigh for nothing.
  const ageMs = before.atMs - before.sinceMs;
  const keeps = ageMs < HALF_LIFE_MS ? ageMs / (ageMs + elapsedMs) : 0.5 ** (elapsedMs / HALF_LIFE_MS);
  return { ...before, records, bytes, atMs: monoMs, cpu: before.cpu * keeps + rate * (1 - keeps) };
}

function weightOf(cpu: number): number {
  return Math.min(WEIGHT_MAX, Math.round(IDLE + cpu / CPU_PER_UNIT_S));
}
