import type { AppendOutcome } from '../runtime/partition.ts';
import { pause } from '../runtime/pause.ts';
import type { RequestContext } from './api.ts';

/** Once the partitions of a request have taken so long, ms, others have their turn of the loop before the next one. */
const TURN_MAX_MS = 20;
/** Long enough for what waits to be read, and answered. */
const REST_MS = 1;

const CONNECTION_GONE: AppendOutcome = {
  error: 'NETWORK_EXCEPTION',
  message: 'the connection has ended',
  logStartOffset: -1,
};

/**
 * Appends to the partitions of one request in their order: at once as a rule. Where that takes long, as with batches that unpack to a
 * thousand times their size, the rest is spread over turns of the loop; requests behind this one wait until the last is begun. Whoever
 * closes the connection meanwhile has the rest not done.
 */
export class AppendTurns {
  readonly #context: RequestContext;
  #turnFromMs: number;
  /** What was put off last; settles when it has begun. */
  #last: Promise<unknown> | null = null;

  constructor(context: RequestContext) {
    this.#context = context;
    this.#turnFromMs = this.#nowMs();
  }

  /**
   * Does `append`, now or later.
   * @param append is given `records` as they can be looked at then, and a context by which they can be kept for longer
   */
  next(
    records: Buffer,
    append: (records: Buffer, context: RequestContext) => AppendOutcome | Promise<AppendOutcome>,
  ): AppendOutcome | Promise<AppendOutcome> {
    const context = this.#context;
    if (this.#last === null && !this.#isOver) return append(records, context);
    const kept = context.keep(records);
    const begun = this.#begin(this.#last, () => append(kept, { ...context, keep: (bytes) => bytes }));
    this.#last = begun;
    context.holdUp(begun);
    return begun.then(({ outcome }) => outcome);
  }

  /** Resolves when `append` has begun, whatever it waits for then. */
  async #begin(before: Promise<unknown> | null, append: () => AppendOutcome | Promise<AppendOutcome>) {
    // Its failure is its own: only the order counts.
    await before?.catch(() => undefined);
    const { signal, services } = this.#context;
    if (this.#isOver) {
      await pause(services.timers, REST_MS, signal);
      this.#turnFromMs = this.#nowMs();
    }
    return { outcome: signal.aborted ? CONNECTION_GONE : append() };
  }

  get #isOver(): boolean {
    return this.#nowMs() - this.#turnFromMs >= TURN_MAX_MS;
  }

  #nowMs(): number {
    return this.#context.services.clock.now().monoMs;
  }
}
