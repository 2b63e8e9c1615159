import { type Logger, type MillraceError, toMillraceError } from '@millrace/foundation';
import type { OffsetAndMetadata, TopicPartition } from '../types.ts';

export interface AutoCommitHost {
  readonly intervalMs: number;
  readonly logger: Logger;
  commit(offsets: readonly OffsetAndMetadata[]): Promise<void>;
  /** For the next poll to throw. */
  failed(error: MillraceError): void;
}

/**
 * Commits in the background what is done with: the caller says what that is, since what was handed out last may be under work.
 * A commit that fails is followed by the next one, which says the same and more.
 */
export class AutoCommit {
  readonly #host: AutoCommitHost;
  /** By partition: offsets of the next records to read, and which of them are committed. */
  readonly #done = new Map<string, OffsetAndMetadata>();
  readonly #committed = new Map<string, number>();
  #timer: NodeJS.Timeout | null = null;
  #last: Promise<void> = Promise.resolve();

  constructor(host: AutoCommitHost) {
    this.#host = host;
  }

  /** Everything before these offsets is done with. */
  done(offsets: readonly OffsetAndMetadata[]): void {
    for (const offset of offsets) this.#done.set(keyOf(offset), offset);
    if (this.#timer !== null || this.#due().length === 0) return;
    this.#timer = setTimeout(() => {
      this.#timer = null;
      void this.#commit(null);
    }, this.#host.intervalMs);
    this.#timer.unref();
  }

  /** These go: commits what is done of them, and forgets them. */
  async revoked(partitions: readonly TopicPartition[]): Promise<void> {
    await this.#commit(new Set(partitions.map(keyOf)));
    this.lost(partitions);
  }

  /** These are somebody else's. */
  lost(partitions: readonly TopicPartition[]): void {
    for (const partition of partitions) {
      this.#done.delete(keyOf(partition));
      this.#committed.delete(keyOf(partition));
    }
  }

  stop(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
  }

  #due(some: ReadonlySet<string> | null = null): readonly OffsetAndMetadata[] {
    return [...this.#done].flatMap(([key, one]) =>
      (some === null || some.has(key)) && this.#committed.get(key) !== one.offset ? [one] : [],
    );
  }

  /** One at a time, so that none overtakes the one before. */
  #commit(some: ReadonlySet<string> | null): Promise<void> {
    this.#last = this.#last.then(() => this.#commitOnce(some));
    return this.#last;
  }

  async #commitOnce(some: ReadonlySet<string> | null): Promise<void> {
    const offsets = this.#due(some);
    if (offsets.length === 0) return;
    try {
      await this.#host.commit(offsets);
      for (const one of offsets) if (this.#done.has(keyOf(one))) this.#committed.set(keyOf(one), one.offset);
    } catch (thrown) {
      const error = toMillraceError(thrown, { code: 'OFFSET_COMMIT_FAILED', class: 'bug' });
      if (error.class === 'auth' || error.class === 'config') this.#host.failed(error);
      else
        this.#host.logger.warn({ code: error.code, err: error }, 'offsets were not committed automatically');
    }
  }
}

function keyOf({ topic, partition }: TopicPartition): string {
  return `${topic}-${partition}`;
}
