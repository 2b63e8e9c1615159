import { type FileHandle, open, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { codeOf } from './file-error.ts';

const NEWLINE = 0x0a;
const CHUNK_BYTES = 65_536;

/** A file that grows by whole lines only. */
export class AppendFile {
  readonly #handle: FileHandle;
  readonly #inode: number;
  readonly #device: number;
  readonly #sync: boolean;

  private constructor(handle: FileHandle, is: { readonly ino: number; readonly dev: number }, sync: boolean) {
    this.#handle = handle;
    this.#inode = is.ino;
    this.#device = is.dev;
    this.#sync = sync;
  }

  /** Opens or makes the file. A last line without its newline is what a crash left of a write: it is cut off. */
  static async open(path: string, flush: 'sync' | 'none'): Promise<AppendFile> {
    const handle = await open(path, 'a+');
    try {
      const is = await handle.stat();
      const { size } = is;
      const whole = await endOfLastLine(handle, size);
      if (whole < size) await handle.truncate(whole);
      if (flush === 'sync') await syncFolder(dirname(path));
      return new AppendFile(handle, is, flush === 'sync');
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  /**
   * Appends whole lines; resolves when they are as durable as `flush` asks. After a failure the file ends where it
   * did before, so that the same lines can be written again. `sizeBytes`: as `sizeAt` has just said.
   */
  async append(lines: Buffer, sizeBytes: number): Promise<void> {
    try {
      for (let at = 0; at < lines.length; ) at += (await this.#handle.write(lines, at)).bytesWritten;
      if (this.#sync) await this.#handle.datasync();
    } catch (error) {
      await this.#handle.truncate(sizeBytes).catch(() => undefined);
      throw error;
    }
  }

  /** Its size in bytes, where the path still leads to this file; null where it was removed or renamed meanwhile. */
  async sizeAt(path: string): Promise<number | null> {
    const there = await stat(path).catch((error: unknown) => {
      if (codeOf(error) === 'ENOENT') return null;
      throw error;
    });
    return there?.ino === this.#inode && there.dev === this.#device ? there.size : null;
  }

  /** Whether no path leads to it any more: what was written into it is gone when it is closed. */
  async isRemoved(): Promise<boolean> {
    return (await this.#handle.stat()).nlink === 0;
  }

  close(): Promise<void> {
    return this.#handle.close();
  }
}

async function endOfLastLine(handle: FileHandle, size: number): Promise<number> {
  const chunk = Buffer.alloc(CHUNK_BYTES);
  for (let end = size; end > 0; ) {
    const start = Math.max(0, end - CHUNK_BYTES);
    const { bytesRead } = await handle.read(chunk, 0, end - start, start);
    const at = chunk.subarray(0, bytesRead).lastIndexOf(NEWLINE);
    if (at !== -1) return start + at + 1;
    end = start;
  }
  return 0;
}

/** Makes names in a folder durable, which a sync of the files themselves does not. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
