import type { JsonObject } from '@millrace/foundation';
import type { KeyedOffset } from '../core/offsets/offset-key.ts';
import type { OffsetStore, StoredOffset, WantedOffset } from './offset-store.ts';
import type { LogEntry } from './record-log.ts';

export interface OffsetStoresOptions {
  /** The worker's own, for all connectors that name none. */
  readonly shared: OffsetStore;
  /** Another store, not started. */
  readonly open: (topic: string) => OffsetStore;
  /** The connector's `offsets.storage.topic`; null where it has none. */
  readonly topicOf: (connector: string) => string | null;
}

/**
 * Source offsets, from the topic of the worker and those that connectors have of their own (KIP-618). What a connector's own topic
 * does not hold is looked for in the worker's, so that a connector that gets a topic of its own goes on where it was.
 */
export class OffsetStores {
  readonly #options: OffsetStoresOptions;
  readonly #own = new Map<string, Promise<OffsetStore>>();

  constructor(options: OffsetStoresOptions) {
    this.#options = options;
  }

  start(): Promise<void> {
    return this.#options.shared.start();
  }

  /** Why the worker's topic cannot be read at present; null where it can. */
  get failure(): Error | null {
    return this.#options.shared.failure;
  }

  /** The newest offset of each partition, null where there is none. */
  async offsets(
    connector: string,
    partitions: readonly JsonObject[],
  ): Promise<readonly (KeyedOffset | null)[]> {
    const { shared } = this.#options;
    const own = await this.#ownOf(connector);
    if (!own) return shared.offsets(connector, partitions);
    const [first, second] = await Promise.all([
      own.offsets(connector, partitions),
      shared.offsets(connector, partitions),
    ]);
    return first.map((offset, index) => offset ?? second[index] ?? null);
  }

  /** Every position of a connector. */
  async all(connector: string): Promise<readonly StoredOffset[]> {
    const { shared } = this.#options;
    const own = await this.#ownOf(connector);
    if (!own) return shared.all(connector);
    const [first, second] = await Promise.all([own.all(connector), shared.all(connector)]);
    const known = await own.offsets(
      connector,
      second.map(({ partition }) => partition),
    );
    return [...first, ...second.filter((_, index) => !known[index])];
  }

  /** Stores positions. What is taken away is taken out of both topics: it must not come back from the other one. */
  async put(connector: string, wanted: readonly WantedOffset[]): Promise<void> {
    const { shared } = this.#options;
    const own = await this.#ownOf(connector);
    if (!own) return shared.put(connector, wanted);
    const gone = wanted.filter(({ offset }) => offset === null);
    if (gone.length > 0) await shared.put(connector, gone);
    await own.put(connector, wanted);
  }

  /** Takes what a task stores that does not write to a topic itself. */
  write(entries: readonly LogEntry[]): Promise<void> {
    return this.#options.shared.write(entries);
  }

  async close(): Promise<void> {
    const own = await Promise.allSettled(this.#own.values());
    await Promise.all(
      own.map((opened) => (opened.status === 'fulfilled' ? opened.value.close() : undefined)),
    );
    await this.#options.shared.close();
  }

  async #ownOf(connector: string): Promise<OffsetStore | null> {
    const topic = this.#options.topicOf(connector);
    if (topic === null) return null;
    const known = this.#own.get(topic);
    if (known) return known;
    const opening = this.#open(topic);
    this.#own.set(topic, opening);
    opening.catch(() => this.#own.delete(topic));
    return opening;
  }

  async #open(topic: string): Promise<OffsetStore> {
    const store = this.#options.open(topic);
    try {
      await store.start();
      return store;
    } catch (error) {
      await store.close();
      throw error;
    }
  }
}
