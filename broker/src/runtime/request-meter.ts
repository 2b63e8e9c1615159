/** What was asked of one API since the broker started. */
export interface RequestCount {
  requests: number;
  /** Requests that were answered, or needed no answer. */
  answered: number;
  /** From a request's begin to its answer, waiting included. */
  totalMs: number;
}

/** Counts what clients ask and read; others make metrics of it. */
export class RequestMeter {
  readonly #requests = new Map<string, RequestCount>();
  readonly #fetchedBytes = new Map<string, number>();
  #bytesIn = 0;

  get requests(): ReadonlyMap<string, Readonly<RequestCount>> {
    return this.#requests;
  }

  /** Bytes of records given to consumers, by topic. */
  get fetchedBytes(): ReadonlyMap<string, number> {
    return this.#fetchedBytes;
  }

  /** Bytes of requests of all kinds. */
  get bytesIn(): number {
    return this.#bytesIn;
  }

  begun(api: string, bytes: number): void {
    this.#bytesIn += bytes;
    this.#of(api).requests += 1;
  }

  ended(api: string, tookMs: number): void {
    const count = this.#of(api);
    count.answered += 1;
    count.totalMs += tookMs;
  }

  fetched(topic: string, bytes: number): void {
    this.#fetchedBytes.set(topic, (this.#fetchedBytes.get(topic) ?? 0) + bytes);
  }

  /** Topics that are gone leave no figures behind. */
  forget(topics: readonly string[]): void {
    for (const topic of topics) this.#fetchedBytes.delete(topic);
  }

  #of(api: string): RequestCount {
    const known = this.#requests.get(api);
    if (known !== undefined) return known;
    const count = { requests: 0, answered: 0, totalMs: 0 };
    this.#requests.set(api, count);
    return count;
  }
}
