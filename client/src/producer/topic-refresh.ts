import { type MillraceError, toMillraceError } from '@millrace/foundation';
import type { Cluster } from '../cluster/cluster.ts';
import { isRetriable } from '../cluster/retry.ts';

/** Asked for anew even where nothing failed, so that new partitions are found. Kafka's `metadata.max.age.ms`. */
const METADATA_MAX_AGE_MS = 300_000;

/** Keeps topics' metadata fresh: asks for those that are stale, together, no more often than the backoff allows. */
export class TopicRefresh {
  readonly #cluster: Cluster;
  readonly #onRefreshed: (topics: readonly string[], error: MillraceError | null) => void;
  readonly #stale = new Set<string>();
  readonly #known = new Set<string>();
  readonly #aging: NodeJS.Timeout;
  #timer: NodeJS.Timeout | null = null;
  #running = false;
  #notBeforeMs = 0;
  #lastError: MillraceError | null = null;

  constructor(
    cluster: Cluster,
    onRefreshed: (topics: readonly string[], error: MillraceError | null) => void,
  ) {
    this.#cluster = cluster;
    this.#onRefreshed = onRefreshed;
    this.#aging = setInterval(() => {
      for (const topic of this.#known) this.request(topic);
    }, METADATA_MAX_AGE_MS);
    this.#aging.unref();
  }

  /** Why the last try failed; null after one that worked. */
  get lastError(): MillraceError | null {
    return this.#lastError;
  }

  request(topic: string): void {
    this.#known.add(topic);
    this.#stale.add(topic);
    this.#schedule();
  }

  stop(): void {
    clearInterval(this.#aging);
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    this.#stale.clear();
  }

  #schedule(): void {
    if (this.#running || this.#timer !== null || this.#stale.size === 0 || this.#cluster.closing.aborted)
      return;
    const delayMs = Math.max(0, this.#notBeforeMs - performance.now());
    this.#timer = setTimeout(() => {
      this.#timer = null;
      this.#running = true;
      void this.#refresh().finally(() => {
        this.#running = false;
        this.#notBeforeMs = performance.now() + this.#cluster.config.retryBackoffMs;
        this.#schedule();
      });
    }, delayMs);
  }

  async #refresh(): Promise<void> {
    const topics = [...this.#stale];
    try {
      await this.#cluster.refresh(topics, { allowAutoTopicCreation: true });
      this.#lastError = null;
      for (const topic of topics) this.#stale.delete(topic);
      this.#onRefreshed(topics, null);
    } catch (thrown) {
      const error = toMillraceError(thrown, { code: 'METADATA_FAILED', class: 'bug' });
      this.#lastError = error;
      if (!isRetriable(error)) this.#stale.clear();
      this.#onRefreshed(topics, error);
    }
  }
}
