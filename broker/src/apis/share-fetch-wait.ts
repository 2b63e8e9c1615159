import type { LiveSharePartition } from '../runtime/live-share-partition.ts';
import type { RequestContext } from './api.ts';

/** Tells when partitions have as many bytes to acquire as a ShareFetch asks for. */
export class ShareFetchWait {
  readonly #partitions: readonly LiveSharePartition[];
  readonly #minBytes: number;
  /** When it was counted last; null where one byte is enough, which needs no counting. */
  #counted: { readonly bytes: number; readonly marks: readonly Mark[] } | null = null;

  constructor(partitions: readonly LiveSharePartition[], minBytes: number) {
    this.#partitions = partitions;
    this.#minBytes = minBytes;
  }

  /** Counts what there is. */
  async isEnough(): Promise<boolean> {
    if (this.#minBytes <= 1 || this.#hasFailed) return true;
    const marks = this.#partitions.map(markOf);
    let bytes = 0;
    for (const live of this.#partitions) {
      if (bytes >= this.#minBytes) break;
      // A log that cannot be read is enough: the fetch that follows says so.
      bytes += await live.availableBytes(this.#minBytes - bytes).catch(() => this.#minBytes);
    }
    this.#counted = { bytes, marks };
    return bytes >= this.#minBytes;
  }

  /** Resolves when it is worth counting again, or when time is up. */
  async changed({ services, signal }: RequestContext, timeoutMs: number): Promise<void> {
    await services.purgatory.park<void>({
      timeoutMs,
      signal,
      begin: (complete) => {
        const check = (): void => {
          if (this.#hasChanged) complete();
        };
        const stops = this.#partitions.map((live) => live.onMore(check));
        check();
        return () => {
          for (const stop of stops) stop();
        };
      },
      expired: () => undefined,
    });
  }

  get #hasFailed(): boolean {
    return this.#partitions.some(({ failure }) => failure !== null);
  }

  get #hasChanged(): boolean {
    if (this.#counted === null) return this.#partitions.some(({ hasMore }) => hasMore);
    if (this.#hasFailed) return true;
    let { bytes } = this.#counted;
    for (const [index, live] of this.#partitions.entries()) {
      const was = this.#counted.marks[index];
      // Somebody has given records back, or taken some.
      if (was === undefined || live.fetchOffset !== was.fetchOffset) return true;
      bytes += live.partition.committedBytes - was.committedBytes;
    }
    return bytes >= this.#minBytes;
  }
}

interface Mark {
  readonly fetchOffset: number | null;
  readonly committedBytes: number;
}

function markOf({ fetchOffset, partition }: LiveSharePartition): Mark {
  return { fetchOffset, committedBytes: partition.committedBytes };
}
