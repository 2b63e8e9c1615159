import type { Logger } from '@millrace/sdk';
import type { CsvDialect } from './csv.ts';
import type { Line } from './line-reader.ts';

/** How files are read, whatever kind they are. */
export interface FollowOptions {
  readonly lineMax: number;
  readonly rotateWaitMs: number;
  readonly logger: Pick<Logger, 'warn'>;
  /** Whether the file is open under another path: it was renamed to this one. */
  readonly isTakenElsewhere: (inode: string) => boolean;
  /** Null: lines are not rows. */
  readonly csv: (CsvDialect & { readonly hasHeader: boolean }) | null;
  /** After how long without growth a file counts as complete, ms. Null: it may grow for ever. */
  readonly completeAfterMs: number | null;
}

/** Lines of one file, with what makes an offset of each one's end. */
export interface TailedLines {
  readonly lines: readonly Line[];
  readonly inode: string;
  readonly fingerprint: string;
  /** When the file was made, where that tells it from another one that was given its inode. */
  readonly born?: string;
  /** The first row of the file, where reading began behind it. */
  readonly header: string | null;
}

/** One path that is read: a file that grows, a compressed one, or one that is a record as a whole. */
export interface FollowedFile {
  readonly path: string;
  readonly inode: string | null;
  /**
   * The next lines, at most `max`; none where there is nothing new.
   * @throws {MillraceError} when the file can't be read
   */
  lines(max: number): Promise<TailedLines>;
  /** Bytes of the file that is open, the unread ones included; null where none is. */
  size(): Promise<number | null>;
  /** How many of them are not read yet. */
  unread(): Promise<number>;
  /** Whether the file is complete and all of it was given out; needs `completeAfterMs`. */
  isDone(): Promise<boolean>;
  /** Whether its path leads nowhere, and all that was under it was given out. */
  isGone(): Promise<boolean>;
  close(): Promise<void>;
}

export const NO_LINES: TailedLines = { lines: [], inode: '', fingerprint: '', header: null };
