import {
  closeSync,
  existsSync,
  fdatasync as fdatasyncWithCallback,
  openSync,
  readFileSync,
  renameSync,
  writeSync,
} from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { storageFailed } from './storage-errors.ts';

const fdatasync = promisify(fdatasyncWithCallback);

/** The suffix of files on their way; one that is found at start was never finished. */
export const UNFINISHED_SUFFIX = '.tmp';

/** The file's bytes, or null where there is none. */
export function readSmallFile(path: string): Buffer | null {
  try {
    return readFileSync(path);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw storageFailed('Reading', path, error);
  }
}

/**
 * Puts a small file in place whole or not at all, whatever dies meanwhile. Resolves when it is on disk.
 * @throws {MillraceError} LOG_STORAGE_FAILED
 */
export async function replaceSmallFile(path: string, content: string | Buffer): Promise<void> {
  const unfinished = `${path}${UNFINISHED_SUFFIX}`;
  try {
    const file = await open(unfinished, 'w');
    try {
      await file.writeFile(content);
      await file.datasync();
    } finally {
      await file.close();
    }
    await rename(unfinished, path);
    await syncFolder(dirname(path));
  } catch (error) {
    throw storageFailed('Writing', path, error);
  }
}

/** As `replaceSmallFile`, at once and without a sync: for what can be worked out again after a loss of power. */
export function replaceSmallFileNow(path: string, content: string | Buffer): void {
  const unfinished = `${path}${UNFINISHED_SUFFIX}`;
  try {
    const fd = openSync(unfinished, 'w');
    try {
      writeSync(fd, typeof content === 'string' ? Buffer.from(content) : content);
    } finally {
      closeSync(fd);
    }
    renameSync(unfinished, path);
  } catch (error) {
    throw storageFailed('Writing', path, error);
  }
}

/** Makes what `replaceSmallFileNow` wrote last; its name takes `syncFolder`. A file that is not there needs nothing. */
export async function syncSmallFile(path: string): Promise<void> {
  if (!existsSync(path)) return;
  const file = await open(path, 'r+');
  try {
    await fdatasync(file.fd);
  } finally {
    await file.close();
  }
}

const PROBE_BYTES = 65_536;

/**
 * Whether a folder takes new bytes, and gives them back from the disk's cache.
 * @throws {MillraceError} LOG_STORAGE_FAILED
 */
export async function probeFolder(folder: string): Promise<void> {
  const path = join(folder, `probe${UNFINISHED_SUFFIX}`);
  try {
    const file = await open(path, 'w');
    try {
      await file.writeFile(Buffer.alloc(PROBE_BYTES, 1));
      await file.datasync();
    } finally {
      await file.close();
      await rm(path, { force: true });
    }
  } catch (error) {
    throw storageFailed('Writing to', folder, error);
  }
}

/** Makes new names in a folder last. Not every system lets a folder be opened; there, names last by themselves. */
export async function syncFolder(path: string): Promise<void> {
  let folder: Awaited<ReturnType<typeof open>>;
  try {
    folder = await open(path, 'r');
  } catch {
    return;
  }
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
