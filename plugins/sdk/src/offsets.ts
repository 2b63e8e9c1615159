import type { SourceOffset, SourcePartition } from './record.ts';

/** A position that somebody wants to set; null takes it back to the beginning. */
export interface WantedOffset {
  readonly partition: SourcePartition;
  readonly offset: SourceOffset | null;
}

/** Where a sink is to go on in a partition; null takes it back to the beginning. */
export interface WantedPosition {
  readonly topic: string;
  readonly partition: number;
  /** Of the record to be written next. */
  readonly offset: number | null;
}

/** A stored position, as the offset topic holds it. */
export interface StoredOffset {
  readonly partition: SourcePartition;
  readonly offset: SourceOffset;
}

/** How far a long piece of work is, such as a first snapshot; shown in the status. */
export interface Progress {
  /** What is under way, in a few words: `snapshot of public.orders`. */
  readonly what: string;
  readonly done: number;
  /** Null where nobody knows how much there is. */
  readonly total: number | null;
  /** What is counted: `rows`, `bytes`. */
  readonly unit: string;
}
