/** Wait before statuses that could not be stored are written again, ms: doubles with each try, up to the longest. */
const RETRY_MS = 1_000;
const RETRY_MAX_MS = 30_000;

/** The value of a record, and whether it is still true. */
export interface UnstoredStatus {
  readonly value: Buffer | null;
  readonly isCurrent: () => boolean;
}

/**
 * The newest status of each connector and task that could not be stored, written again until it is. Holds one record
 * for a key, so at most one for each connector and task that this worker told of.
 */
export class UnstoredStatuses {
  readonly #write: (key: string, value: Buffer | null) => Promise<void>;
  readonly #waiting = new Map<string, UnstoredStatus>();
  /** What is being written for the first time. */
  readonly #newest = new Map<string, UnstoredStatus>();
  #timer: NodeJS.Timeout | null = null;
  #tries = 0;
  #closed = false;

  constructor(write: (key: string, value: Buffer | null) => Promise<void>) {
    this.#write = write;
  }

  /** Writes it; where that fails it is kept for later, and the caller is told. What waited under its key is forgotten. */
  async store(key: string, status: UnstoredStatus): Promise<void> {
    this.#waiting.delete(key);
    this.#newest.set(key, status);
    try {
      await this.#write(key, status.value);
    } catch (error) {
      if (this.#newest.get(key) === status) this.#keep(key, status);
      throw error;
    } finally {
      if (this.#newest.get(key) === status) this.#newest.delete(key);
    }
  }

  close(): void {
    this.#closed = true;
    if (this.#timer) clearTimeout(this.#timer);
    this.#waiting.clear();
  }

  #keep(key: string, status: UnstoredStatus): void {
    if (this.#closed) return;
    this.#waiting.set(key, status);
    this.#schedule();
  }

  #schedule(): void {
    if (this.#timer !== null || this.#closed || this.#waiting.size === 0) return;
    this.#timer = setTimeout(
      () => void this.#writeAll(),
      Math.min(RETRY_MAX_MS, RETRY_MS * 2 ** Math.min(this.#tries, 10)),
    );
    this.#timer.unref();
  }

  async #writeAll(): Promise<void> {
    this.#tries += 1;
    await Promise.all([...this.#waiting].map(([key, status]) => this.#writeOne(key, status)));
    this.#timer = null;
    if (this.#waiting.size === 0) this.#tries = 0;
    this.#schedule();
  }

  async #writeOne(key: string, status: UnstoredStatus): Promise<void> {
    try {
      if (status.isCurrent()) await this.#write(key, status.value);
    } catch {
      // It stays for the next round; that the topic cannot be written shows in the worker's health.
      return;
    }
    if (this.#waiting.get(key) === status) this.#waiting.delete(key);
  }
}
