import { open, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { codeOf } from './file-error.ts';
import { bornOf, type FileOffset } from './file-offset.ts';
import { namesIn } from './file-pattern.ts';
import { beginsAs, FINGERPRINT_BYTES, fingerprintOf } from './fingerprint.ts';
import { type Packing, packingOf, UnpackedBytes } from './unpacked-bytes.ts';

/** A file beside one that is followed, whose name begins with that one's. */
export interface RotatedFile {
  readonly path: string;
  readonly inode: string;
  readonly modifiedNs: bigint;
  /** How it was packed when it was rotated; null: not at all. */
  readonly packing: Packing | null;
  /** Whether its name is one that rotation gives. */
  readonly isNamedSo: boolean;
}

/** What tells a file that was read from those that were rotated after it. */
export interface ReadFile {
  readonly inode: string;
  readonly fingerprint: string;
  readonly modifiedNs: bigint;
  /** How much of it was read, or null where nobody knows. */
  readonly size: number | null;
}

/** What rotation puts behind a name: `.1`, `-20260131`, `.2026-01-31`. */
const ROTATION = /^[._-]\d[\d._-]*$/;

/** The inode that a path leads to; null where it leads nowhere. */
export async function inodeOf(path: string): Promise<string | null> {
  try {
    return String((await stat(path, { bigint: true })).ino);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null;
    throw error;
  }
}

/** Whether the file of this path is the one that a stored offset is about, and holds as much. */
export async function isContinued(path: string, resume: FileOffset): Promise<boolean> {
  const { inode, position, fingerprint: expected, born } = resume;
  try {
    await using handle = await open(path, 'r');
    const state = await handle.stat({ bigint: true });
    const isSame = (inode === '' || String(state.ino) === inode) && (born === '' || born === bornOf(state));
    const begins = expected === '' || (await beginsAs(handle, expected));
    return isSame && Number(state.size) >= position && begins;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return false;
    throw error;
  }
}

/**
 * The file that a stored offset is about, under the name that rotation gave it, packed or not. Packed ones are known by their beginning
 * alone, since packing makes a new file: of several that begin alike the oldest is taken, since what is repeated is not lost.
 */
export async function rotatedOf(path: string, resume: FileOffset): Promise<RotatedFile | null> {
  const all = await siblings(path);
  for (const each of all)
    if (each.packing === null && each.inode === resume.inode && (await isContinued(each.path, resume)))
      return each;
  if (resume.fingerprint === '') return null;
  for (const each of all)
    if (each.packing !== null && (await holds(each, resume.fingerprint, resume.position))) return each;
  return null;
}

/** The files that were rotated after the one that was read, the oldest first. */
export async function rotatedAfter(path: string, read: ReadFile): Promise<readonly RotatedFile[]> {
  const found: RotatedFile[] = [];
  for (const each of await siblings(path)) {
    const isLater = each.modifiedNs > read.modifiedNs && each.inode !== read.inode;
    if (isLater && each.isNamedSo && !(await isPackOf(each, read))) found.push(each);
  }
  return found;
}

/** Whether it is what became of the file that was read, and so holds nothing new. */
async function isPackOf(each: RotatedFile, { fingerprint, size }: ReadFile): Promise<boolean> {
  if (each.packing === null || size === null || fingerprint === '') return false;
  return (await holds(each, fingerprint, size)) && !(await holds(each, fingerprint, size + 1));
}

/** Whether a packed file begins so, and holds so many bytes; one that is damaged holds nothing. */
async function holds({ path, packing }: RotatedFile, expected: string, length: number): Promise<boolean> {
  if (packing === null) return false;
  const begins = (await packedFingerprint(path, packing, Number(expected.split(':')[0]))) === expected;
  if (!begins || length === 0) return begins;
  return (await firstBytes(path, packing, { from: length - 1, count: 1 })).length === 1;
}

/** The fingerprint of what a packed file holds. */
export async function packedFingerprint(
  path: string,
  packing: Packing,
  length: number = FINGERPRINT_BYTES,
): Promise<string> {
  const count = Math.min(length, FINGERPRINT_BYTES);
  return fingerprintOf(await firstBytes(path, packing, { from: 0, count }));
}

async function firstBytes(
  path: string,
  packing: Packing,
  { from, count }: { readonly from: number; readonly count: number },
): Promise<Buffer> {
  const bytes = new UnpackedBytes(path, packing);
  const into = Buffer.alloc(count);
  let length = 0;
  try {
    while (length < count) {
      const { bytesRead } = await bytes.read(into, length, count - length, from + length);
      if (bytesRead === 0) break;
      length += bytesRead;
    }
  } catch {
    // Damaged, cut off or gone: it is not what is looked for, as far as it can be read.
  } finally {
    await bytes.close();
  }
  return into.subarray(0, length);
}

/** The files beside this one whose names begin with its name, the oldest first. One that is just being packed counts once. */
async function siblings(path: string): Promise<readonly RotatedFile[]> {
  const name = basename(path);
  const names = (await namesIn(dirname(path))).filter((each) => each.startsWith(name) && each !== name);
  const all = new Set(names);
  const found: RotatedFile[] = [];
  for (const each of names) {
    const suffix = each.slice(name.length);
    const isPlain = ROTATION.test(suffix);
    const unpacked = suffix.replace(/\.(?:gz|zst)$/, '');
    const isPacked = !isPlain && unpacked !== suffix && ROTATION.test(unpacked);
    if (isPacked && all.has(name + unpacked)) continue;
    const at = join(dirname(path), each);
    const state = await stat(at, { bigint: true }).catch(() => null);
    if (state === null) continue;
    const packing = isPacked ? packingOf(each, 'auto') : null;
    found.push({
      ...{ path: at, inode: String(state.ino), modifiedNs: state.mtimeNs },
      ...{ packing, isNamedSo: isPlain || isPacked },
    });
  }
  return found.sort((a, b) => (a.modifiedNs < b.modifiedNs ? -1 : 1));
}
