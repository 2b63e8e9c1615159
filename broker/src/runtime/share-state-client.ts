import type { Timers } from '@millrace/foundation';
import type { ErrorName } from '@millrace/protocol';
import type { SharePartitionKey } from '../core/share/share-state-record.ts';
import type { ShareStateAccess } from './share-access.ts';

/** What goes away by itself, or once the coordinator was looked for. */
const RETRIABLE: ReadonlySet<ErrorName> = new Set([
  'COORDINATOR_LOAD_IN_PROGRESS',
  'COORDINATOR_NOT_AVAILABLE',
  'NOT_COORDINATOR',
]);
const FIRST_PAUSE_MS = 5;
const LONGEST_PAUSE_MS = 320;
/** About three seconds in all. */
const TRIES = 15;

/** Asks the share coordinator until it is there, within bounds: its topic may not exist yet, or be on the move. */
export class ShareStateClient {
  readonly #coordinator: ShareStateAccess;
  readonly #timers: Timers;
  #isClosed = false;

  constructor(coordinator: ShareStateAccess, timers: Timers) {
    this.#coordinator = coordinator;
    this.#timers = timers;
  }

  /** Calls until there is an answer that is not about the coordinator itself; then with the last one. */
  async ask<R extends { readonly error: ErrorName | null }>(
    key: SharePartitionKey,
    call: (coordinator: ShareStateAccess) => Promise<R>,
  ): Promise<R> {
    let pauseMs = FIRST_PAUSE_MS;
    for (let left = TRIES; ; left--) {
      const answer = await call(this.#coordinator);
      if (answer.error === null || !RETRIABLE.has(answer.error) || left === 0 || this.#isClosed)
        return answer;
      if (answer.error !== 'COORDINATOR_LOAD_IN_PROGRESS') await this.#coordinator.findCoordinator(key);
      const waitMs = pauseMs;
      await new Promise<void>((resolve) => this.#timers.after(waitMs, resolve));
      pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
    }
  }

  close(): void {
    this.#isClosed = true;
  }
}
