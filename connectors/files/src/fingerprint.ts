import type { FileHandle } from 'node:fs/promises';
import { crc32 } from 'node:zlib';

/** How much of a file's beginning tells it from another one. */
const FINGERPRINT_BYTES = 256;

/**
 * A file's beginning as `length:crc32`: an inode is given away again when its file is deleted, and a file that was
 * emptied keeps its own.
 */
export async function fingerprint(handle: FileHandle, length: number = FINGERPRINT_BYTES): Promise<string> {
  const bytes = Buffer.alloc(Math.min(length, FINGERPRINT_BYTES));
  const { bytesRead } = await handle.read(bytes, 0, bytes.length, 0);
  return `${bytesRead}:${crc32(bytes.subarray(0, bytesRead)).toString(16)}`;
}

/** Whether the file still begins as it did when the fingerprint was taken. */
export async function beginsAs(handle: FileHandle, expected: string): Promise<boolean> {
  const length = Number(expected.split(':')[0]);
  return Number.isInteger(length) && (await fingerprint(handle, length)) === expected;
}

/** Whether a longer fingerprint could be taken from a file of this size. */
export function canGrow(current: string, size: number): boolean {
  return Number(current.split(':')[0]) < Math.min(size, FINGERPRINT_BYTES);
}
