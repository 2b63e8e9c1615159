import type { RequestContext } from './api.ts';

/** What a request that makes or deletes partitions uses of its client's `controller_mutation_rate` (KIP-599). */
export class MutationCharge {
  readonly #context: RequestContext;
  readonly #isStrict: boolean;
  #delayMs = 0;

  /** @param strictSince the first version whose clients understand THROTTLING_QUOTA_EXCEEDED: all others only wait */
  constructor(context: RequestContext, strictSince: number) {
    this.#context = context;
    this.#isStrict = context.version >= strictSince;
  }

  /** Whether so many partitions may be made or deleted now; counts them where they may. */
  readonly admits = (partitionCount: number): boolean => {
    const { principal, clientId, services } = this.#context;
    const caller = { user: principal.name, clientId: clientId ?? '' };
    const { isAdmitted, delayMs } = services.quotas.mutate(caller, partitionCount, this.#isStrict);
    this.#delayMs = Math.max(this.#delayMs, delayMs);
    return isAdmitted;
  };

  /** Ms that the client has to wait; its connection does from the answer on. */
  settle(): number {
    if (this.#delayMs > 0) this.#context.throttle(this.#delayMs);
    return this.#delayMs;
  }
}
