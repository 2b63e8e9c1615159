/** As many as a loop begins with: it may take minutes over each. */
const FIRST_RECORDS = 10;
/** From one fetch to the next at most twice as many. */
const GROWTH = 2;

/**
 * How many records a loop asks for: what it works off in a given time, as it was before. So a slow one takes few, and leaves the
 * others to who is free; a quick one soon takes whole batches. Pure.
 */
export class LoopPace {
  #records = FIRST_RECORDS;
  #worked = 0;
  #busyMs = 0;

  /** The loop has had a record for so long. */
  worked(ms: number): void {
    this.#worked += 1;
    this.#busyMs += ms;
  }

  /** How many to ask for now. */
  next({ targetMs, max }: { readonly targetMs: number; readonly max: number }): number {
    if (this.#worked > 0) {
      const fit = Math.floor((this.#worked * targetMs) / Math.max(this.#busyMs, Number.EPSILON));
      this.#records = Math.max(1, Math.min(fit, GROWTH * this.#records, max));
      this.#worked = 0;
      this.#busyMs = 0;
    }
    return Math.min(this.#records, max);
  }
}
