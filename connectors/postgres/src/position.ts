import type { SourceOffset } from '@millrace/sdk';
import { formatLsn, type Lsn, parseLsn } from './lsn.ts';

/** One attempt at the initial snapshot, and how far it came. Tables are read in the order of their names. */
export interface SnapshotRead {
  /** The table that was being read; left out: nothing yet. */
  readonly table?: string;
  /** Text values of the key of the last row read, in the order of the key's index; left out where there is no key. */
  readonly key?: readonly string[];
  /** The table has been read to its end. */
  readonly done?: true;
  /**
   * Which transactions it saw, as `pg_current_snapshot()` tells; left out for the snapshot that the slot exported,
   * which saw nothing of what comes through the slot.
   */
  readonly seen?: string;
  /** All that it saw had committed before this place in the log. */
  readonly until?: string;
}

/** The attempts that together make the snapshot, each from where the one before was cut off. */
export interface SnapshotState {
  readonly reads: readonly SnapshotRead[];
  /** The last attempt came to the end. */
  readonly finished?: true;
}

/**
 * A place in the stream of a slot. Every transaction whose commit record lies before `lsn` is covered; of the one that
 * commits at `lsn` its first `event` row changes are covered too. With an unfinished `snapshot`, the slot begins at
 * `lsn` and the snapshot is only read that far.
 *
 * Because `lsn` never claims more than is covered, it can be confirmed to the slot as it stands: the server sends
 * again just the transactions that commit at or after it.
 */
export interface Position {
  readonly lsn: Lsn;
  readonly event: number;
  readonly snapshot?: SnapshotState;
  readonly incremental?: IncrementalState;
}

/** How far tables have been read beside the stream. */
export interface IncrementalState {
  /** The one that is being read, and those after it. */
  readonly tables: readonly string[];
  /** Of the last row that was given, in the order of the key's index; left out: none yet. */
  readonly key?: readonly string[];
}

/** As the offset topic stores it: `{"lsn": "0/16B3748", "event": 3, "snapshot": {...}}`; what is 0 or absent is left out. */
export function toOffset(position: Position): SourceOffset {
  return {
    lsn: formatLsn(position.lsn),
    ...(position.event > 0 && { event: position.event }),
    ...(position.snapshot && { snapshot: position.snapshot as unknown as SourceOffset }),
    ...(position.incremental && { incremental: position.incremental as unknown as SourceOffset }),
  };
}

/** Reads a stored offset; null where it is not one of ours. */
export function fromOffset(offset: SourceOffset): Position | null {
  const lsn = parseLsn(offset.lsn);
  const event = offset.event ?? 0;
  if (lsn === null || typeof event !== 'number' || !Number.isSafeInteger(event) || event < 0) return null;
  const { snapshot = null, incremental = null } = offset;
  if (snapshot !== null && !isSnapshotState(snapshot)) return null;
  if (incremental !== null && !isIncrementalState(incremental)) return null;
  return { lsn, event, ...(snapshot && { snapshot }), ...(incremental && { incremental }) };
}

/** In a person's words, such as `0/16B3748, 3 changes into the transaction`. */
export function inWords({ lsn, event, snapshot, incremental }: Position): string {
  const changes = event > 0 ? `, ${event} change${event === 1 ? '' : 's'} into the transaction` : '';
  const within = incremental
    ? `${changes}, incremental snapshot of ${incremental.tables.join(', ')}${incremental.key ? ` after key (${incremental.key.join(', ')})` : ''}`
    : changes;
  if (snapshot === undefined || snapshot.finished) return `${formatLsn(lsn)}${within}`;
  const { table, key, done } = snapshot.reads.at(-1) ?? {};
  const where = table === undefined ? '' : ` of ${table}`;
  const after = done ? ', read to its end' : key ? ` after key (${key.join(', ')})` : '';
  return `snapshot${where}${after}, then the log from ${formatLsn(lsn)}`;
}

function isIncrementalState(stored: unknown): stored is IncrementalState {
  const { tables, key } = stored as { tables?: unknown; key?: unknown };
  const texts = (value: unknown) => Array.isArray(value) && value.every((one) => typeof one === 'string');
  return texts(tables) && (key === undefined || texts(key));
}

function isSnapshotState(stored: unknown): stored is SnapshotState {
  const { reads } = stored as { reads?: unknown };
  return Array.isArray(reads) && reads.every(isSnapshotRead);
}

function isSnapshotRead(stored: unknown): boolean {
  if (typeof stored !== 'object' || stored === null) return false;
  const { table, key, seen, until } = stored as Record<string, unknown>;
  const text = (value: unknown) => value === undefined || typeof value === 'string';
  return (
    text(table) && text(seen) && text(until) && (key === undefined || (Array.isArray(key) && key.every(text)))
  );
}

/** Whether the snapshot still has rows to read. */
export const isReading = ({ snapshot }: Position): boolean => snapshot !== undefined && !snapshot.finished;

/** Negative where `a` lies before `b`. Two places within one snapshot count as equal. */
export function comparePositions(a: Position, b: Position): number {
  if (a.lsn !== b.lsn) return a.lsn < b.lsn ? -1 : 1;
  const reading = Number(isReading(b)) - Number(isReading(a));
  return reading === 0 ? a.event - b.event : reading;
}

/**
 * Decides what may be confirmed to the slot: only what is durable in the offset topic, and, beyond that, stretches of
 * the log that held nothing for us.
 *
 * Invariant 7: the confirmed position never passes a record that was emitted and is not durable.
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
