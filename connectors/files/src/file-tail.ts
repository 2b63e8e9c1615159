import { type FileHandle, open, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { RowBoundary } from './csv.ts';
import { codeOf, fileError } from './file-error.ts';
import { bornOf, type FileOffset } from './file-offset.ts';
import { namesIn } from './file-pattern.ts';
import { beginsAs, canGrow, fingerprint } from './fingerprint.ts';
import { type FollowedFile, type FollowOptions, NO_LINES, type TailedLines } from './followed-file.ts';
import { type Line, LineReader } from './line-reader.ts';

interface OpenFile {
  readonly handle: FileHandle;
  readonly reader: LineReader;
  readonly inode: string;
  readonly born: string | undefined;
  /** The first row, where reading began behind it. */
  readonly header: string | null;
  fingerprint: string;
}

/**
 * Follows one path through growth, truncation and rotation. The file that is open stays open when it is renamed: it
 * is read to its end, and only then, after `rotateWaitMs` without growth, the new file of that name is begun. So lines
 * come in the order in which they were written, and none is missed.
 */
export class FileTail implements FollowedFile {
  readonly path: string;
  readonly #options: FollowOptions;
  /** Files to read before the one that has the name now, each from a position: the oldest first. */
  readonly #earlier: { readonly path: string; readonly position: number }[] = [];
  #resume: FileOffset | null;
  /** Where the file that has the name now is begun. */
  #startAt = 0;
  #open: OpenFile | null = null;
  /** Whether the open file had lost its name before it was opened. */
  #isEarlier = false;
  /** When the open file was first seen to have lost its name, by the monotonic clock. */
  #renamedAtMs: number | null = null;

  constructor(path: string, resume: FileOffset | null, options: FollowOptions) {
    this.path = path;
    this.#resume = resume;
    this.#options = options;
  }

  get inode(): string | null {
    return this.#open?.inode ?? null;
  }

  async size(): Promise<number | null> {
    return (await this.#open?.handle.stat())?.size ?? null;
  }

  async unread(): Promise<number> {
    return Math.max(0, ((await this.size()) ?? 0) - (this.#open?.reader.position ?? 0));
  }

  async isDone(): Promise<boolean> {
    const file = this.#open;
    if (file === null || this.#isEarlier || this.#earlier.length > 0) return false;
    const { size, mtimeMs } = await file.handle.stat();
    return size === file.reader.position && this.#isComplete(mtimeMs);
  }

  async lines(max: number): Promise<TailedLines> {
    try {
      for (;;) {
        const file = this.#open ?? (await this.#openNext());
        if (file === null) return NO_LINES;
        const lines = await this.#linesOf(file, max);
        if (lines.length === 0 && this.#open === null) continue;
        const { inode, born, header } = file;
        // The fingerprint grows with the file.
        return {
          lines,
          inode,
          fingerprint: file.fingerprint,
          header,
          ...(born === undefined ? {} : { born }),
        };
      }
    } catch (error) {
      throw fileError(error, this.path, 'file');
    }
  }

  async close(): Promise<void> {
    const file = this.#open;
    this.#open = null;
    this.#renamedAtMs = null;
    await file?.handle.close();
  }

  async #linesOf(file: OpenFile, max: number): Promise<readonly Line[]> {
    const lines = await file.reader.lines(max);
    if (lines.length > 0) {
      this.#renamedAtMs = null;
      if (canGrow(file.fingerprint, file.reader.readTo)) file.fingerprint = await fingerprint(file.handle);
      return lines;
    }
    const { size, mtimeMs } = await file.handle.stat();
    if (size > file.reader.readTo) return file.reader.lines(max);
    if (size < file.reader.readTo || !(await beginsAs(file.handle, file.fingerprint))) {
      await this.#beginAgain();
      return [];
    }
    if (await this.#isFinished(file)) return this.#finish(file);
    const rest = this.#isComplete(mtimeMs) ? file.reader.rest() : null;
    return rest === null ? [] : [rest];
  }

  /** Whether nothing was written for so long that nothing will be. */
  #isComplete(mtimeMs: number): boolean {
    const afterMs = this.#options.completeAfterMs;
    return afterMs !== null && Date.now() - mtimeMs >= afterMs;
  }

  // copytruncate: the same file, emptied and written to again from its beginning.
  async #beginAgain(): Promise<void> {
    this.#options.logger.warn({ file: this.path }, 'file was truncated; it is read from its beginning');
    await this.close();
  }

  /** Whether the open file has lost its name to another one and has been quiet since for long enough. */
  async #isFinished(file: OpenFile): Promise<boolean> {
    if (this.#isEarlier) return true;
    if ((await inodeOf(this.path)) === file.inode) {
      this.#renamedAtMs = null;
      return false;
    }
    const nowMs = performance.now();
    this.#renamedAtMs ??= nowMs;
    return nowMs - this.#renamedAtMs >= this.#options.rotateWaitMs;
  }

  async #finish(file: OpenFile): Promise<readonly Line[]> {
    const rest = file.reader.rest();
    // It may have been rotated more than once meanwhile: what came between is read before the one of the name.
    if (!this.#isEarlier) this.#readLater(await rotatedAfter(this.path, file.inode));
    await this.close();
    return rest === null ? [] : [rest];
  }

  #readLater(rotated: readonly RotatedFile[]): void {
    for (const { path } of rotated) this.#earlier.push({ path, position: 0 });
  }

  async #openNext(): Promise<OpenFile | null> {
    if (this.#resume !== null) {
      await this.#findResume(this.#resume);
      this.#resume = null;
    }
    const next = this.#earlier.shift() ?? { path: this.path, position: this.#startAt };
    this.#startAt = 0;
    const file = await this.#openAt(next.path, next.position);
    this.#open = file;
    this.#isEarlier = next.path !== this.path;
    return file;
  }

  async #openAt(path: string, position: number): Promise<OpenFile | null> {
    let handle: FileHandle;
    try {
      handle = await open(path, 'r');
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return null;
      throw error;
    }
    const state = await handle.stat({ bigint: true });
    const { ino } = state;
    if (this.#options.isTakenElsewhere(String(ino))) {
      await handle.close();
      return null;
    }
    return {
      handle,
      reader: this.#readerAt(handle, position),
      inode: String(ino),
      born: this.#options.completeAfterMs === null ? undefined : bornOf(state),
      header: position > 0 ? await this.#headerOf(handle) : null,
      fingerprint: await fingerprint(handle),
    };
  }

  #readerAt(handle: FileHandle, position: number): LineReader {
    const { lineMax, csv } = this.#options;
    return new LineReader(handle, position, lineMax, csv && new RowBoundary(csv));
  }

  async #headerOf(handle: FileHandle): Promise<string | null> {
    if (!this.#options.csv?.hasHeader) return null;
    return (await this.#readerAt(handle, 0).lines(1))[0]?.text ?? null;
  }

  /**
   * Finds the file that a stored offset is about: under its own name, or under the one that it was given when it was
   * rotated in the meantime. In that case all files from it on are read, by their age. Where it is gone, or has been
   * emptied, the file that has the name now is read from its beginning: repeated rather than missed.
   */
  async #findResume(resume: FileOffset): Promise<void> {
    if (await isContinued(this.path, resume)) {
      this.#startAt = resume.position;
      return;
    }
    const found = (await siblings(this.path)).find(({ inode }) => inode === resume.inode);
    if (found && (await isContinued(found.path, resume))) {
      this.#earlier.push({ path: found.path, position: resume.position });
      this.#readLater(await rotatedAfter(this.path, found.inode));
      return;
    }
    this.#options.logger.warn(
      { file: this.path, position: resume.position },
      'the file of the stored offset is gone; the one that has its name is read from its beginning',
    );
  }
}

async function inodeOf(path: string): Promise<string | null> {
  try {
    return String((await stat(path, { bigint: true })).ino);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null;
    throw error;
  }
}

async function isContinued(
  path: string,
  { inode, position, fingerprint: expected, born }: FileOffset,
): Promise<boolean> {
  let handle: FileHandle | null = null;
  try {
    handle = await open(path, 'r');
    const state = await handle.stat({ bigint: true });
    const { ino, size } = state;
    const isSame = (inode === '' || String(ino) === inode) && (born === '' || born === bornOf(state));
    const begins = expected === '' || (await beginsAs(handle, expected));
    return isSame && Number(size) >= position && begins;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return false;
    throw error;
  } finally {
    await handle?.close();
  }
}

interface RotatedFile {
  readonly path: string;
  readonly inode: string;
  readonly modifiedNs: bigint;
}

/** What rotation puts behind a name: `.1`, `-20260131`, `.2026-01-31`. */
const ROTATION = /^[._-]\d[\d._-]*$/;

/** The files that were rotated after the one of this inode, the oldest first; none where that one is gone. */
async function rotatedAfter(path: string, inode: string): Promise<readonly RotatedFile[]> {
  const all = await siblings(path);
  const from = all.find((each) => each.inode === inode);
  if (!from) return [];
  const suffix = (each: RotatedFile) => each.path.slice(path.length);
  return all
    .filter((each) => each.modifiedNs > from.modifiedNs && ROTATION.test(suffix(each)))
    .sort((a, b) => (a.modifiedNs < b.modifiedNs ? -1 : 1));
}

/** The files beside this one whose names begin with its name. */
async function siblings(path: string): Promise<readonly RotatedFile[]> {
  const name = basename(path);
  const names = (await namesIn(dirname(path))).filter((each) => each.startsWith(name) && each !== name);
  const found: RotatedFile[] = [];
  for (const each of names) {
    const at = join(dirname(path), each);
    const state = await stat(at, { bigint: true }).catch(() => null);
    if (state) found.push({ path: at, inode: String(state.ino), modifiedNs: state.mtimeNs });
  }
  return found;
}
