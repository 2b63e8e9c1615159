import type { Timers } from '@millrace/foundation';
import type { ErrorName } from '@millrace/protocol';
import type { StateChange } from '../core/share/share-partition.ts';
import { overlayBatches } from '../core/share/state-batches.ts';
import { isNotStored } from './share-state-errors.ts';

export interface ShareStateWritesOptions {
  /** Brings a change to the share coordinator; within bounds it waits for one that is gone. Never rejects. */
  readonly write: (change: StateChange) => Promise<ErrorName | null>;
  readonly timers: Timers;
  /** The state is somebody else's by now: what was decided here is not true any more, and nothing more is written. */
  readonly refused: (error: ErrorName) => void;
  /** Everything is stored again. */
  readonly caughtUp: () => void;
}

/** Between two tries, beside the time that each of them takes. */
const RETRY_PAUSE_MS = 500;

interface Write {
  readonly change: StateChange;
  readonly done: readonly ((error: ErrorName | null) => void)[];
}

/**
 * Has the changes of a share partition stored, one write at a time: what piles up behind it is one write. What no share coordinator took
 * in is told as an error to who waits for it, who may not count on it; it stays true here, and is stored as soon as there is one.
 */
export class ShareStateWrites {
  readonly #options: ShareStateWritesOptions;
  #waiting: Write | null = null;
  #unstored: StateChange | null = null;
  #running: Promise<void> | null = null;
  #isClosed = false;

  constructor(options: ShareStateWritesOptions) {
    this.#options = options;
  }

  /** Whether something could not be stored, and is not yet. */
  get isBehind(): boolean {
    return this.#unstored !== null;
  }

  /** Resolves when the change is stored, or with why it is not known to be. */
  store(change: StateChange): Promise<ErrorName | null> {
    return new Promise((resolve) => {
      const { change: before = null, done = [] } = this.#waiting ?? {};
      this.#waiting = { change: both(before, change), done: [...done, resolve] };
      this.#running ??= this.#run();
    });
  }

  /** Stores what waits, and gives up what cannot be stored now. */
  async close(): Promise<void> {
    this.#isClosed = true;
    while (this.#running !== null) await this.#running;
  }

  async #run(): Promise<void> {
    for (let next = this.#next(); next !== null; next = this.#next()) {
      const error = await this.#options.write(next.change);
      for (const tell of next.done) tell(error);
      if (error === null) this.#stored();
      else if (this.#isClosed || !isNotStored(error)) this.#giveUp(error);
      else await this.#keep(next.change, error);
    }
    this.#running = null;
  }

  /** What is to be written now; null for nothing. What nobody has waited for since is given up by who closes. */
  #next(): Write | null {
    const waiting = this.#waiting;
    this.#waiting = null;
    if (waiting !== null) return { ...waiting, change: both(this.#unstored, waiting.change) };
    return this.#unstored === null || this.#isClosed ? null : { change: this.#unstored, done: [] };
  }

  #stored(): void {
    const wasBehind = this.isBehind;
    this.#unstored = null;
    if (wasBehind) this.#options.caughtUp();
  }

  /** Who has come since is told as well: he would wait as long again. */
  async #keep(change: StateChange, error: ErrorName): Promise<void> {
    this.#unstored = change;
    const later = this.#next();
    if (later !== null) this.#unstored = later.change;
    for (const tell of later?.done ?? []) tell(error);
    await new Promise<void>((resolve) => this.#options.timers.after(RETRY_PAUSE_MS, resolve));
  }

  /** Invariant 11: what is refused is not built upon. */
  #giveUp(error: ErrorName): void {
    for (const tell of this.#waiting?.done ?? []) tell(error);
    this.#waiting = null;
    this.#unstored = null;
    if (!this.#isClosed) this.#options.refused(error);
  }
}

/** A change and one that came after it. */
function both(before: StateChange | null, after: StateChange): StateChange {
  if (before === null) return after;
  return { ...after, batches: overlayBatches(before.batches, after.batches, after.startOffset) };
}
