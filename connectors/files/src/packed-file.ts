import { type FileHandle, open } from 'node:fs/promises';
import { MillraceError } from '@millrace/sdk';
import { RowBoundary } from './csv.ts';
import { codeOf, fileError } from './file-error.ts';
import { bornOf, type FileOffset } from './file-offset.ts';
import { beginsAs, fingerprint } from './fingerprint.ts';
import { type FollowedFile, type FollowOptions, NO_LINES, type TailedLines } from './followed-file.ts';
import { type Line, LineReader } from './line-reader.ts';
import { inodeOf } from './rotated-files.ts';
import { isCutOff, type Packing, UnpackedBytes, unpackError } from './unpacked-bytes.ts';

/** What a file was when it was looked at. */
interface Seen {
  readonly inode: string;
  readonly fingerprint: string;
  readonly born: string;
  readonly size: number;
  readonly mtimeMs: number;
}

/** How long a file that ends in mid-stream must be quiet until it counts as cut off, ms; unless files are complete sooner. */
const CUT_OFF_AFTER_MS = 60_000;

/**
 * Reads one compressed file, whose positions are those of what it holds. A file that ends in mid-stream is waited for, since its writer may not
 * be done; one that nobody writes to any more is a fault. One that grew by a further stream is gone on with, another one of its name is begun.
 */
export class PackedFile implements FollowedFile {
  readonly path: string;
  readonly #packing: Packing;
  readonly #options: FollowOptions;
  #resume: FileOffset | null;
  /** What was opened last, and how far it was given out. */
  #seen: Seen | null = null;
  #position = 0;
  #header: string | null = null;
  #bytes: UnpackedBytes | null = null;
  #reader: LineReader | null = null;
  #ended = false;
  /** Whether what was opened last ends in mid-stream. */
  #isCutOff = false;

  constructor(path: string, packing: Packing, resume: FileOffset | null, options: FollowOptions) {
    this.path = path;
    this.#packing = packing;
    this.#resume = resume;
    this.#options = options;
  }

  get inode(): string | null {
    return this.#seen?.inode ?? null;
  }

  async size(): Promise<number | null> {
    return this.#bytes === null ? null : (this.#seen?.size ?? null);
  }

  async unread(): Promise<number> {
    return this.#bytes === null ? 0 : Math.max(0, (this.#seen?.size ?? 0) - this.#bytes.packedBytes);
  }

  async isDone(): Promise<boolean> {
    const afterMs = this.#options.completeAfterMs;
    return this.#ended && afterMs !== null && Date.now() - (this.#seen?.mtimeMs ?? 0) >= afterMs;
  }

  async isGone(): Promise<boolean> {
    return this.#reader === null && (await inodeOf(this.path)) === null;
  }

  async lines(max: number): Promise<TailedLines> {
    try {
      if (this.#reader === null && !(await this.#open())) {
        this.#checkWhole();
        return NO_LINES;
      }
      const lines = await this.#next(max);
      const seen = this.#seen;
      if (lines.length === 0 || seen === null) return NO_LINES;
      const { inode, fingerprint, born } = seen;
      const known = this.#options.completeAfterMs === null ? {} : { born };
      return { lines, inode, fingerprint, header: this.#header, ...known };
    } catch (error) {
      throw unpackError(error, this.path) ?? fileError(error, this.path, 'file');
    }
  }

  async close(): Promise<void> {
    const bytes = this.#bytes;
    this.#bytes = null;
    this.#reader = null;
    await bytes?.close();
  }

  async #next(max: number): Promise<readonly Line[]> {
    const reader = this.#reader;
    if (reader === null) return [];
    let lines: readonly Line[];
    try {
      lines = await reader.lines(max);
    } catch (error) {
      if (!isCutOff(error)) throw error;
      this.#isCutOff = true;
      await this.close();
      return [];
    }
    if (lines.length === 0) {
      const rest = reader.rest();
      if (rest !== null) lines = [rest];
      this.#ended = true;
      await this.close();
    }
    this.#position = lines.at(-1)?.end ?? this.#position;
    return lines;
  }

  /** @throws {MillraceError} FILE_CUT_OFF (class poison) */
  #checkWhole(): void {
    const quietMs = Date.now() - (this.#seen?.mtimeMs ?? 0);
    if (!this.#isCutOff || quietMs < (this.#options.completeAfterMs ?? CUT_OFF_AFTER_MS)) return;
    throw new MillraceError(`${this.path} ends in the middle of its compressed stream.`, {
      code: 'FILE_CUT_OFF',
      class: 'poison',
      hint: 'Copy the file again or remove it; where it is still being written, it is read on when it grows.',
      facts: { file: this.path },
    });
  }

  /** Opens what is new under the path; false where nothing is. */
  async #open(): Promise<boolean> {
    await using handle = await openIfThere(this.path);
    if (handle === null) {
      this.#isCutOff = false;
      return false;
    }
    const now = await look(handle);
    if (this.#seen?.inode === now.inode && this.#seen.size === now.size && this.#seen.mtimeMs === now.mtimeMs)
      return false;
    if (this.#options.isTakenElsewhere(now.inode)) return false;
    this.#position = await this.#startIn(handle, now);
    this.#seen = now;
    this.#ended = false;
    this.#isCutOff = false;
    this.#header = this.#position > 0 ? await this.#firstRow() : null;
    this.#bytes = new UnpackedBytes(this.path, this.#packing);
    this.#reader = this.#readerOf(this.#bytes, this.#position);
    return true;
  }

  async #startIn(handle: FileHandle, now: Seen): Promise<number> {
    const before = this.#seen === null ? this.#resume : { ...this.#seen, position: this.#position };
    this.#resume = null;
    if (before === null) return 0;
    const isSame =
      (before.inode === '' || before.inode === now.inode) &&
      (before.born === '' || before.born === now.born) &&
      (before.fingerprint === '' || (await beginsAs(handle, before.fingerprint)));
    if (isSame) return before.position;
    this.#options.logger.warn(
      { file: this.path },
      'another file has the name now; it is read from its beginning',
    );
    return 0;
  }

  async #firstRow(): Promise<string | null> {
    if (!this.#options.csv?.hasHeader) return null;
    const bytes = new UnpackedBytes(this.path, this.#packing);
    try {
      return (await this.#readerOf(bytes, 0).lines(1))[0]?.text ?? null;
    } finally {
      await bytes.close();
    }
  }

  #readerOf(bytes: UnpackedBytes, position: number): LineReader {
    const { lineMax, csv } = this.#options;
    return new LineReader(bytes, position, lineMax, csv && new RowBoundary(csv));
  }
}

/** Null: there is no such file. */
export async function openIfThere(path: string): Promise<FileHandle | null> {
  try {
    return await open(path, 'r');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null;
    throw error;
  }
}

/** What a file is now. */
export async function look(handle: FileHandle): Promise<Seen> {
  const state = await handle.stat({ bigint: true });
  return {
    inode: String(state.ino),
    fingerprint: await fingerprint(handle),
    born: bornOf(state),
    size: Number(state.size),
    mtimeMs: Number(state.mtimeNs / 1_000_000n),
  };
}
