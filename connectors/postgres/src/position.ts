import type { SourceOffset } from '@millrace/sdk';
import { formatLsn, type Lsn, parseLsn } from './lsn.ts';

/** How far an initial snapshot has come. Tables are read in the order of their names. */
export interface SnapshotProgress {
  /** `schema.table` */
  readonly table: string;
  /** Text values of the key of the last row read, in the order of the key's index; left out where there is no key. */
  readonly key?: readonly string[];
  /** The table has been read to its end. */
  readonly done?: true;
}

/**
 * A place in the stream of a slot. Every transaction whose commit record lies before `lsn` is covered; of the one that
 * commits at `lsn` its first `event` row changes are covered too. With `snapshot`, the slot begins at `lsn` and the
 * snapshot is only read that far.
 *
 * Because `lsn` never claims more than is covered, it can be confirmed to the slot as it stands: the server sends
 * again just the transactions that commit at or after it.
 */
export interface Position {
  readonly lsn: Lsn;
  readonly event: number;
  readonly snapshot?: SnapshotProgress;
}

/** As the offset topic stores it: `{"lsn": "0/16B3748", "event": 3, "snapshot": {...}}`; what is 0 or absent is left out. */
export function toOffset(position: Position): SourceOffset {
  return {
    lsn: formatLsn(position.lsn),
    ...(position.event > 0 && { event: position.event }),
    ...(position.snapshot && { snapshot: { ...position.snapshot } }),
  };
}

/** Reads a stored offset; null where it is not one of ours. */
export function fromOffset(offset: SourceOffset): Position | null {
  const lsn = parseLsn(offset.lsn);
  const event = offset.event ?? 0;
  if (lsn === null || typeof event !== 'number' || !Number.isSafeInteger(event) || event < 0) return null;
  const stored = offset.snapshot;
  if (stored === undefined || stored === null) return { lsn, event };
  const snapshot = toProgress(stored);
  return snapshot && { lsn, event, snapshot };
}

function toProgress(stored: unknown): SnapshotProgress | null {
  const { table, key, done } = stored as { table?: unknown; key?: unknown; done?: unknown };
  if (typeof table !== 'string') return null;
  if (key !== undefined && !(Array.isArray(key) && key.every((part) => typeof part === 'string')))
    return null;
  return { table, ...(key && { key: key as string[] }), ...(done === true && { done }) };
}

/** Negative where `a` lies before `b`. Two places within one snapshot count as equal. */
export function comparePositions(a: Position, b: Position): number {
  if (a.lsn !== b.lsn) return a.lsn < b.lsn ? -1 : 1;
  const finished = Number(!a.snapshot) - Number(!b.snapshot);
  return finished === 0 ? a.event - b.event : finished;
}

/**
 * Decides what may be confirmed to the slot: only what is durable in the offset topic, and, beyond that, stretches of
 * the log that held nothing for us.
 *
 * Invariant: the confirmed position never passes a record that was emitted and is not durable.
 */
export class ConfirmedPosition {
  #durable: Position;
  #emitted: Position;
  /** The log up to `lsn` holds nothing more for us once `after` is durable. */
  #idle: { readonly lsn: Lsn; readonly after: Position };

  constructor(start: Position) {
    this.#durable = start;
    this.#emitted = start;
    this.#idle = { lsn: start.lsn, after: start };
  }

  /** A record with this position was handed to the runtime. */
  emitted(position: Position): void {
    this.#emitted = position;
  }

  /** The offset topic holds this position for good. */
  durable(position: Position): void {
    if (comparePositions(position, this.#durable) > 0) this.#durable = position;
  }

  /** The server has sent everything before `lsn`, and all of it that concerns us was emitted. */
  idle(lsn: Lsn): void {
    if (lsn > this.#idle.lsn) this.#idle = { lsn, after: this.#emitted };
  }

  /** What the slot may be told is flushed. */
  get lsn(): Lsn {
    const quiet =
      comparePositions(this.#durable, this.#idle.after) >= 0 && this.#idle.lsn > this.#durable.lsn;
    return quiet ? this.#idle.lsn : this.#durable.lsn;
  }
}
