import type { FileHandle } from 'node:fs/promises';
import { crc32 } from 'node:zlib';

/** How much of a file's beginning tells it from another one. */
export const FINGERPRINT_BYTES = 256;

/** A beginning as `length:crc32`. */
export const fingerprintOf = (bytes: Buffer): string => `${bytes.length}:${crc32(bytes).toString(16)}`;

/**
 * A file's beginning as `length:crc32`: an inode is given away again when its file is deleted, and a file that was
 * emptied keeps its own.
 */
export async function fingerprint(handle: FileHandle, length: number = FINGERPRINT_BYTES): Promise<string> {
  return fingerprintOf(await beginning(handle, length));
}

/** Whether the file still begins as it did when the fingerprint was taken. */
export async function beginsAs(handle: FileHandle, expected: string): Promise<boolean> {
  const length = lengthOf(expected);
  return Number.isInteger(length) && (await fingerprint(handle, length)) === expected;
}

/** The fingerprint as it is now, of as much as there is; null where the file begins otherwise than it did. */
export async function continuedFingerprint(handle: FileHandle, before: string): Promise<string | null> {
  const length = lengthOf(before);
  const bytes = await beginning(handle, FINGERPRINT_BYTES);
  if (fingerprintOf(bytes.subarray(0, length)) !== before) return null;
  return bytes.length === length ? before : fingerprintOf(bytes);
}

const lengthOf = (text: string): number => Number(text.split(':')[0]);

async function beginning(handle: FileHandle, length: number): Promise<Buffer> {
  const bytes = Buffer.alloc(Math.min(length, FINGERPRINT_BYTES));
  const { bytesRead } = await handle.read(bytes, 0, bytes.length, 0);
  return bytes.subarray(0, bytesRead);
}
