import { assert } from '@millrace/foundation/assert';
import type { CompactionOutcome, CompactionRequest } from './log.ts';

/** The compaction of a log that is under way, so that whoever changes the log in other ways can end it first. */
export class RunningCompaction {
  #abort: AbortController | null = null;
  #ended: Promise<void> = Promise.resolve();

  /** @throws what `compact` throws, and an AbortError where it was ended */
  async run(
    request: CompactionRequest,
    compact: (request: CompactionRequest) => Promise<CompactionOutcome>,
  ): Promise<CompactionOutcome> {
    assert(this.#abort === null, 'a log is compacted by one at a time');
    const abort = new AbortController();
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#abort = abort;
    this.#ended = promise;
    try {
      const signal = AbortSignal.any([request.signal, abort.signal]);
      return await compact({ ...request, signal });
    } finally {
      this.#abort = null;
      resolve();
    }
  }

  /** Resolves when none is under way, and nothing of the log is used by one. */
  async end(): Promise<void> {
    this.#abort?.abort();
    await this.#ended;
  }
}

/** Whether a compaction ended because it was told to, or because the log was changed under it. */
export function isAbort(error: unknown): boolean {
  return error instanceof Error && error.name === 'AbortError';
}
