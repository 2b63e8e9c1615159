import type { MillraceError } from '@millrace/foundation';

/** A request that waits for its answer. Times are of the monotonic clock, ms. */
export interface InFlightRequest {
  readonly correlationId: number;
  readonly apiName: string;
  readonly deadlineMs: number;
  answer(frame: Buffer): void;
  fail(error: MillraceError): void;
}

/** Requests of one connection by correlation id, with one timer for all their deadlines. */
export class InFlightRequests {
  readonly #requests = new Map<number, InFlightRequest>();
  readonly #onTimeout: (request: InFlightRequest) => void;
  #timer: NodeJS.Timeout | null = null;
  #timerAtMs = Number.POSITIVE_INFINITY;

  constructor(onTimeout: (request: InFlightRequest) => void) {
    this.#onTimeout = onTimeout;
  }

  get size(): number {
    return this.#requests.size;
  }

  add(request: InFlightRequest): void {
    this.#requests.set(request.correlationId, request);
    if (request.deadlineMs < this.#timerAtMs) this.#arm(request.deadlineMs);
  }

  take(correlationId: number): InFlightRequest | undefined {
    const request = this.#requests.get(correlationId);
    this.#requests.delete(correlationId);
    return request;
  }

  /** Fails all, in the order in which they were sent. */
  failAll(error: MillraceError): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    const requests = [...this.#requests.values()];
    this.#requests.clear();
    for (const request of requests) request.fail(error);
  }

  /** The timer may be early, since it is left alone when the request that set it is answered. */
  #arm(atMs: number): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timerAtMs = atMs;
    this.#timer = setTimeout(() => this.#check(), Math.max(0, atMs - performance.now()));
    this.#timer.unref();
  }

  #check(): void {
    this.#timer = null;
    this.#timerAtMs = Number.POSITIVE_INFINITY;
    let earliest = Number.POSITIVE_INFINITY;
    const nowMs = performance.now();
    for (const request of this.#requests.values()) {
      if (request.deadlineMs <= nowMs) {
        this.#onTimeout(request);
        return;
      }
      earliest = Math.min(earliest, request.deadlineMs);
    }
    if (earliest < Number.POSITIVE_INFINITY) this.#arm(earliest);
  }
}
