import type { AcknowledgeType } from '../types.ts';

/** A word for a record, and the lock under which it was said. */
export interface Said {
  readonly type: AcknowledgeType;
  readonly lock: RecordLock;
}

/**
 * Until when records are this member's, as far as can be known here: the broker counts from when it acquires them, which is
 * after the request was sent and before its answer came. One for all that came with one answer, or were renewed by one.
 */
export class RecordLock {
  /** Monotonic ms. */
  readonly endsAtMs: number;
  readonly #said = new Map<AcknowledgeType, Said>();

  constructor(endsAtMs: number) {
    this.endsAtMs = endsAtMs;
  }

  hasEnded(nowMs: number): boolean {
    return nowMs >= this.endsAtMs;
  }

  /** One object for each type, since there are words for many thousands of records a second. */
  said(type: AcknowledgeType): Said {
    const known = this.#said.get(type);
    if (known !== undefined) return known;
    const said = { type, lock: this };
    this.#said.set(type, said);
    return said;
  }
}
