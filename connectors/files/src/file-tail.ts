import { RowBoundary } from './csv.ts';
import { codeOf, fileError } from './file-error.ts';
import type { FileOffset } from './file-offset.ts';
import { type FollowedFile, type FollowOptions, NO_LINES, type TailedLines } from './followed-file.ts';
import { type Line, LineReader } from './line-reader.ts';
import {
  inodeOf,
  isContinued,
  packedFingerprint,
  type ReadFile,
  type RotatedFile,
  rotatedAfter,
  rotatedOf,
} from './rotated-files.ts';
import { PackedBytes, PlainBytes, type TailBytes } from './tail-bytes.ts';
import { isCutOff, unpackError } from './unpacked-bytes.ts';

/** How many files that wait to be read are kept open for one path; more of them are looked for when these are read. */
const WAITING_MAX = 8;
/** How often it is looked who has the name while there is still something to read, ms. */
const LOOK_INTERVAL_MS = 1_000;

/** A file that is open: being read, or waiting for its turn, whatever becomes of its name meanwhile. */
interface OpenFile {
  readonly path: string;
  readonly bytes: TailBytes;
  readonly reader: LineReader;
  /** The first row, where reading began behind it. */
  readonly header: string | null;
  /** Whether it had lost its name before it was opened: nobody writes to it any more. */
  readonly isRotated: boolean;
  /** When it was seen that another one has its name, by the monotonic clock. */
  lostNameAtMs: number | null;
  grewAtMs: number;
}

/**
 * Follows one path through growth, truncation and rotation. The file that is open stays open when it is renamed: it
 * is read to its end, and only then, after `rotateWaitMs` without growth, the next one of that name is begun, which was opened as soon as it
 * was seen. So lines come in the order in which they were written, and none is missed.
 */
export class FileTail implements FollowedFile {
  readonly path: string;
  readonly #options: FollowOptions;
  #resume: FileOffset | null;
  #open: OpenFile | null = null;
  /** To be read after it, the oldest first. */
  readonly #waiting: OpenFile[] = [];
  /** What was read last, where nothing is open. */
  #last: ReadFile | null = null;
  #lookedAtMs = Number.NEGATIVE_INFINITY;

  constructor(path: string, resume: FileOffset | null, options: FollowOptions) {
    this.path = path;
    this.#resume = resume;
    this.#options = options;
  }

  get inode(): string | null {
    return this.#open?.bytes.inode ?? null;
  }

  async size(): Promise<number | null> {
    return (await this.#open?.bytes.growth())?.size ?? null;
  }

  async unread(): Promise<number> {
    let unread = 0;
    for (const { bytes, reader } of [...(this.#open ? [this.#open] : []), ...this.#waiting])
      unread += Math.max(0, ((await bytes.growth())?.size ?? 0) - reader.position);
    return unread;
  }

  async isDone(): Promise<boolean> {
    const file = this.#open;
    if (file === null || file.isRotated || this.#waiting.length > 0) return false;
    const grown = await file.bytes.growth();
    return grown?.size === file.reader.position && this.#isComplete(grown.mtimeMs);
  }

  async isGone(): Promise<boolean> {
    const isIdle = this.#open === null && this.#waiting.length === 0 && this.#resume === null;
    return isIdle && (await inodeOf(this.path)) === null;
  }

  async lines(max: number): Promise<TailedLines> {
    try {
      for (;;) {
        const file = this.#open ?? (await this.#openNext());
        if (file === null) return NO_LINES;
        const lines = await this.#linesOf(file, max);
        if (lines.length === 0 && this.#open === null) continue;
        const { inode, born, fingerprint } = file.bytes;
        const known = this.#options.completeAfterMs === null || born === '' ? {} : { born };
        return { lines, inode, fingerprint, header: file.header, ...known };
      }
    } catch (error) {
      throw unpackError(error, this.path) ?? fileError(error, this.path, 'file');
    }
  }

  async close(): Promise<void> {
    const all = [...(this.#open ? [this.#open] : []), ...this.#waiting.splice(0)];
    this.#open = null;
    for (const { bytes } of all) await bytes.close();
  }

  async #linesOf(file: OpenFile, max: number): Promise<readonly Line[]> {
    const { bytes, reader } = file;
    const lines = await this.#next(file, max);
    const nowMs = performance.now();
    if (lines.length > 0) {
      file.grewAtMs = nowMs;
      if (nowMs - this.#lookedAtMs >= LOOK_INTERVAL_MS) await this.#lookForNext();
      return lines;
    }
    const grown = await bytes.growth();
    if (grown !== null) {
      const isShorter = grown.size < reader.readTo;
      if (isShorter || (await bytes.isOther())) {
        await this.#beginAgain(file);
        return [];
      }
      if (grown.size > reader.readTo) return this.#next(file, max);
    }
    await this.#lookForNext();
    if (this.#isFinished(file)) return this.#finish(file);
    const rest = grown !== null && this.#isComplete(grown.mtimeMs) ? reader.rest() : null;
    return rest === null ? [] : [rest];
  }

  async #next({ reader, path, bytes }: OpenFile, max: number): Promise<readonly Line[]> {
    try {
      return await reader.lines(max);
    } catch (error) {
      if (!(bytes instanceof PackedBytes && isCutOff(error))) throw error;
      // Its lines up to there are what is left of it; those that came after it go on.
      this.#options.logger.warn({ file: path }, 'a rotated file is cut off; what it lacks is lost');
      return [];
    }
  }

  /** Whether nothing was written for so long that nothing will be. */
  #isComplete(mtimeMs: number): boolean {
    const afterMs = this.#options.completeAfterMs;
    return afterMs !== null && Date.now() - mtimeMs >= afterMs;
  }

  // copytruncate: the same file, emptied and written to again from its beginning.
  async #beginAgain({ bytes }: OpenFile): Promise<void> {
    this.#options.logger.warn({ file: this.path }, 'file was truncated; it is read from its beginning');
    this.#open = null;
    this.#last = null;
    await bytes.close();
  }

  /** Whether the open file has lost its name and was quiet since for long enough. */
  #isFinished({ isRotated, lostNameAtMs, grewAtMs }: OpenFile): boolean {
    if (isRotated) return true;
    if (lostNameAtMs === null) return false;
    return performance.now() - Math.max(lostNameAtMs, grewAtMs) >= this.#options.rotateWaitMs;
  }

  async #finish(file: OpenFile): Promise<readonly Line[]> {
    const rest = file.reader.rest();
    this.#last = await readOf(file);
    this.#open = null;
    await file.bytes.close();
    return rest === null ? [] : [rest];
  }

  /** Opens who has the name now, and who had it since the newest that is known. */
  async #lookForNext(): Promise<void> {
    this.#lookedAtMs = performance.now();
    const newest = this.#waiting.at(-1) ?? this.#open;
    if (newest === null || this.#waiting.length >= WAITING_MAX) return;
    const named = await inodeOf(this.path);
    if (named === newest.bytes.inode) {
      newest.lostNameAtMs = null;
      return;
    }
    newest.lostNameAtMs ??= this.#lookedAtMs;
    await this.#wait(await rotatedAfter(this.path, await readOf(newest)));
    if (named !== null && this.#waiting.length < WAITING_MAX && !this.#isKnown(named))
      await this.#waitAt(this.path, 0);
  }

  #isKnown(inode: string): boolean {
    return [this.#open, ...this.#waiting].some((file) => file?.bytes.inode === inode);
  }

  /** Opens rotated files, to be read in this order. */
  async #wait(files: readonly RotatedFile[]): Promise<void> {
    for (const file of files) {
      if (this.#waiting.length >= WAITING_MAX) return;
      if (!this.#isKnown(file.inode)) await this.#waitAt(file.path, 0, file);
    }
  }

  /** Answers whether it could be opened. */
  async #waitAt(path: string, position: number, rotated: RotatedFile | null = null): Promise<boolean> {
    const file = await this.#openAt(path, position, rotated);
    if (file) this.#waiting.push(file);
    return file !== null;
  }

  async #openNext(): Promise<OpenFile | null> {
    const resume = this.#resume;
    this.#resume = null;
    if (resume !== null) await this.#findResume(resume);
    else if (this.#waiting.length === 0) {
      if (this.#last) await this.#wait(await rotatedAfter(this.path, this.#last));
      await this.#waitAt(this.path, 0);
    }
    this.#open = this.#waiting.shift() ?? null;
    if (this.#open) this.#last = null;
    return this.#open;
  }

  async #openAt(path: string, position: number, rotated: RotatedFile | null): Promise<OpenFile | null> {
    let bytes: TailBytes;
    try {
      bytes = await bytesOf(path, rotated);
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return null;
      throw error;
    }
    if (this.#options.isTakenElsewhere(bytes.inode)) {
      await bytes.close();
      return null;
    }
    return {
      ...{ path, bytes, reader: this.#readerAt(bytes, position), isRotated: rotated !== null },
      header: position > 0 ? await this.#headerOf(path, rotated) : null,
      ...{ lostNameAtMs: null, grewAtMs: Number.NEGATIVE_INFINITY },
    };
  }

  #readerAt(bytes: TailBytes, position: number): LineReader {
    const { lineMax, csv } = this.#options;
    return new LineReader(bytes, position, lineMax, csv && new RowBoundary(csv));
  }

  async #headerOf(path: string, rotated: RotatedFile | null): Promise<string | null> {
    if (!this.#options.csv?.hasHeader) return null;
    const bytes = await bytesOf(path, rotated);
    try {
      return (await this.#readerAt(bytes, 0).lines(1))[0]?.text ?? null;
    } finally {
      await bytes.close();
    }
  }

  /**
   * Finds the file that a stored offset is about: under its own name, or under the one that it was given when it was
   * rotated in the meantime, packed or not. In that case all files from it on are read, by their age. Where it is gone, or has been
   * emptied, the file that has the name now is read from its beginning: repeated rather than missed.
   */
  async #findResume(resume: FileOffset): Promise<void> {
    if (await isContinued(this.path, resume)) {
      // Whoever has it open now will let go of it.
      if (!(await this.#waitAt(this.path, resume.position))) this.#resume = resume;
      return;
    }
    const found = await rotatedOf(this.path, resume);
    if (found) {
      await this.#waitAt(found.path, resume.position, found);
      const { inode, modifiedNs } = found;
      await this.#wait(
        await rotatedAfter(this.path, { inode, modifiedNs, fingerprint: resume.fingerprint, size: null }),
      );
    } else
      this.#options.logger.warn(
        { file: this.path, position: resume.position },
        'the file of the stored offset is gone; the one that has its name is read from its beginning',
      );
    if (this.#waiting.length < WAITING_MAX) await this.#waitAt(this.path, 0);
  }
}

async function bytesOf(path: string, rotated: RotatedFile | null): Promise<TailBytes> {
  if (!rotated?.packing) return PlainBytes.open(path);
  const { packing } = rotated;
  return new PackedBytes({ ...rotated, packing }, await packedFingerprint(path, packing));
}

/** What is known of a file that was read, or will be. */
async function readOf({ bytes, reader }: OpenFile): Promise<ReadFile> {
  const { inode, fingerprint } = bytes;
  const size = (await bytes.growth())?.size ?? reader.position;
  return { inode, fingerprint, modifiedNs: await bytes.modifiedNs(), size };
}
