/** One record in this many is timed: reading the clock for each would cost as much as converting it. A power of two. */
const SAMPLE = 64;
const NOT_SAMPLED = -1;
/** From this many samples on, the older ones count less and less. */
const SAMPLES_MAX = 1_024;

/** How long one stage takes for its records, by sample: exact enough for shares of time, and free. */
export class StageSampler {
  #records = 0;
  #recordsTaken = 0;
  #samples = 0;
  #sampledMs = 0;

  /** Call before each record; the answer goes to `end`. */
  start(): number {
    return (this.#records++ & (SAMPLE - 1)) === 0 ? performance.now() : NOT_SAMPLED;
  }

  end(start: number): void {
    if (start === NOT_SAMPLED) return;
    this.#sampledMs += performance.now() - start;
    this.#samples++;
    if (this.#samples < SAMPLES_MAX) return;
    this.#samples /= 2;
    this.#sampledMs /= 2;
  }

  /** About how long the records since the last call took, ms. */
  take(): number {
    const records = this.#records - this.#recordsTaken;
    this.#recordsTaken = this.#records;
    return this.#samples === 0 ? 0 : (this.#sampledMs / this.#samples) * records;
  }
}
