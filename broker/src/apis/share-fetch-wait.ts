import type { ErrorName } from '@millrace/protocol';
import type { SessionPartition } from '../core/share/share-session.ts';
import type { FetchLease } from '../runtime/fetch-memory.ts';
import type { LiveSharePartition } from '../runtime/live-share-partition.ts';
import type { RequestContext } from './api.ts';
import { readError } from './read-error.ts';

type Found = LiveSharePartition | ErrorName;

/** A partition that a ShareFetch reads; it may still have to be taken into use. */
export class AskedPartition {
  readonly partition: SessionPartition;
  /** Resolves when `live` is known. */
  readonly loaded: Promise<void> | null;
  #live: Found | null;
  #failure: { readonly cause: unknown } | null = null;

  constructor(partition: SessionPartition, found: Found | Promise<Found>) {
    this.partition = partition;
    const isLoading = found instanceof Promise;
    this.#live = isLoading ? null : found;
    this.loaded = isLoading
      ? found.catch(readError).then(
          (live) => {
            this.#live = live;
          },
          (cause: unknown) => {
            this.#failure = { cause };
          },
        )
      : null;
  }

  /** Null while it is being taken into use; why it cannot be where it is a name. @throws what nobody expected of that */
  get live(): Found | null {
    if (this.#failure !== null) throw this.#failure.cause;
    return this.#live;
  }
}

/** Tells when partitions have as many bytes to acquire as a ShareFetch asks for. */
export class ShareFetchWait {
  readonly #asked: readonly AskedPartition[];
  readonly #minBytes: number;
  readonly #lease: FetchLease;
  /** When it was counted last; null where one byte is enough, which needs no counting. */
  #counted: { readonly bytes: number; readonly marks: ReadonlyMap<LiveSharePartition, Mark> } | null = null;

  /** @param lease memory for what is counted; everything of it is given back then */
  constructor(asked: readonly AskedPartition[], minBytes: number, lease: FetchLease) {
    this.#asked = asked;
    this.#minBytes = minBytes;
    this.#lease = lease;
  }

  /** Whether partitions are still being taken into use. */
  get isLoading(): boolean {
    return this.#asked.some(({ live }) => live === null);
  }

  /** Whether one cannot be read. */
  get isRefused(): boolean {
    return this.#asked.some(({ live }) => typeof live === 'string');
  }

  /** Counts what there is. */
  async isEnough(): Promise<boolean> {
    if (this.#minBytes <= 1 || this.#hasFailed) return true;
    const partitions = this.#partitions;
    const marks = new Map(partitions.map((live) => [live, markOf(live)]));
    let bytes = 0;
    for (const live of partitions) {
      if (bytes >= this.#minBytes) break;
      // A log that cannot be read is enough: the fetch that follows says so.
      const { allocate } = this.#lease;
      bytes += await live.availableBytes(this.#minBytes - bytes, allocate).catch(() => this.#minBytes);
      this.#lease.release();
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
        // What is taken into use now is listened to from the next time on.
        for (const { loaded, live } of this.#asked) if (live === null) void loaded?.then(complete);
        check();
        return () => {
          for (const stop of stops) stop();
        };
      },
      expired: () => undefined,
    });
  }

  /** Those that are in use. */
  get #partitions(): readonly LiveSharePartition[] {
    return this.#asked.flatMap(({ live }) => (live === null || typeof live === 'string' ? [] : [live]));
  }

  get #hasFailed(): boolean {
    return this.#partitions.some(({ failure }) => failure !== null);
  }

  get #hasChanged(): boolean {
    if (this.#counted === null) return this.#partitions.some(({ hasMore }) => hasMore);
    if (this.#hasFailed) return true;
    let { bytes } = this.#counted;
    for (const live of this.#partitions) {
      const was = this.#counted.marks.get(live);
      // Somebody has given records back, or taken some; or it has come into use.
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
