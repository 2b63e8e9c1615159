import type { FileHandle } from 'node:fs/promises';
import { fileError } from './file-error.ts';
import type { FileOffset } from './file-offset.ts';
import { beginsAs } from './fingerprint.ts';
import { type FollowedFile, type FollowOptions, NO_LINES, type TailedLines } from './followed-file.ts';
import type { Line } from './line-reader.ts';
import { look, openIfThere } from './packed-file.ts';
import { inodeOf } from './rotated-files.ts';
import { type Packing, unpackAll, unpackError } from './unpacked-bytes.ts';

/**
 * Gives one file as a single line, once it was quiet for long enough: again when its size or its beginning changed, or when another
 * one has its name. Its position is the size of the file as it lies there.
 */
export class WholeFile implements FollowedFile {
  readonly path: string;
  readonly #packing: Packing | null;
  readonly #options: FollowOptions;
  readonly #asBytes: boolean;
  /** What was given last. */
  #given: FileOffset | null;
  #inode: string | null = null;
  #isDone = false;

  constructor(
    path: string,
    { packing, asBytes }: { readonly packing: Packing | null; readonly asBytes: boolean },
    resume: FileOffset | null,
    options: FollowOptions,
  ) {
    this.path = path;
    this.#packing = packing;
    this.#asBytes = asBytes;
    this.#given = resume;
    this.#options = options;
  }

  get inode(): string | null {
    return this.#inode;
  }

  async size(): Promise<number | null> {
    return null;
  }

  async unread(): Promise<number> {
    return 0;
  }

  async isDone(): Promise<boolean> {
    return this.#isDone;
  }

  async isGone(): Promise<boolean> {
    return (await inodeOf(this.path)) === null;
  }

  async lines(): Promise<TailedLines> {
    try {
      await using handle = await openIfThere(this.path);
      return handle === null ? NO_LINES : await this.#linesOf(handle);
    } catch (error) {
      throw unpackError(error, this.path) ?? fileError(error, this.path, 'file');
    }
  }

  async close(): Promise<void> {
    // Nothing is held open between two looks.
  }

  async #linesOf(handle: FileHandle): Promise<TailedLines> {
    const { inode, fingerprint, born, size, mtimeMs } = await look(handle);
    this.#isDone = false;
    if (Date.now() - mtimeMs < (this.#options.completeAfterMs ?? 0)) return NO_LINES;
    const given = this.#given;
    const isGiven =
      given !== null &&
      given.position === size &&
      (given.inode === '' || given.inode === inode) &&
      (given.born === '' || given.born === born) &&
      (given.fingerprint === '' || (await beginsAs(handle, given.fingerprint)));
    this.#isDone = isGiven;
    if (isGiven || this.#options.isTakenElsewhere(inode)) return NO_LINES;
    this.#inode = inode;
    const line = await this.#lineOf(handle, size);
    this.#given = { position: size, inode, fingerprint, born };
    return { lines: [line], inode, fingerprint, born, header: null };
  }

  async #lineOf(handle: FileHandle, size: number): Promise<Line> {
    const { lineMax } = this.#options;
    const raw = size <= lineMax ? await handle.readFile() : null;
    const bytes = raw !== null && this.#packing !== null ? await unpackAll(raw, this.#packing, lineMax) : raw;
    if (bytes === null || bytes.length > lineMax) return { text: null, start: 0, end: size };
    return this.#asBytes
      ? { text: '', bytes, start: 0, end: size }
      : { text: bytes.toString(), start: 0, end: size };
  }
}
