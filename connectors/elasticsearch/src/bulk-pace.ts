/** What a bulk request is not made smaller than because servers are busy, bytes. */
const BULK_MIN_BYTES = 16_384;

export interface BulkPaceOptions {
  readonly maxInFlight: number;
  readonly maxBytes: number;
}

/**
 * How many requests may be under way, and how large they may be: half as many after each refusal (429), then half as large, and slowly
 * more again while all goes well.
 */
export class BulkPace {
  readonly #options: BulkPaceOptions;
  #limit: number;
  #bytes: number;
  #bytesMax: number;
  #inFlight = 0;
  readonly #waiting: (() => void)[] = [];

  constructor(options: BulkPaceOptions) {
    this.#options = options;
    this.#limit = options.maxInFlight;
    this.#bytes = options.maxBytes;
    this.#bytesMax = options.maxBytes;
  }

  /** Requests that may be under way at a time. */
  get limit(): number {
    return Math.floor(this.#limit);
  }

  /** Bytes of one request at most. */
  get bytes(): number {
    return Math.floor(this.#bytes);
  }

  /** Does the work once it is its turn. */
  async run<T>(work: () => Promise<T>): Promise<T> {
    while (this.#inFlight >= this.limit) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    this.#inFlight++;
    try {
      return await work();
    } finally {
      this.#inFlight--;
      for (const wake of this.#waiting.splice(0)) wake();
    }
  }

  /** The servers took a whole request. */
  accepted(): void {
    this.#limit = Math.min(this.#options.maxInFlight, this.#limit + 1 / this.#limit);
    this.#bytes = Math.min(this.#bytesMax, this.#bytes * 1.1);
  }

  /** The servers had too much to do. */
  throttled(): void {
    if (this.#limit < 2) this.#bytes = Math.max(Math.min(BULK_MIN_BYTES, this.#bytesMax), this.#bytes / 2);
    this.#limit = Math.max(1, this.#limit / 2);
  }

  /** A request was larger than the servers take (413), and none of that size is tried again. */
  tooLarge(): void {
    this.#bytesMax = Math.max(1, this.#bytes / 2);
    this.#bytes = this.#bytesMax;
  }
}
