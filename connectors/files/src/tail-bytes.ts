import { type FileHandle, open } from 'node:fs/promises';
import { bornOf } from './file-offset.ts';
import { beginsAs, continuedFingerprint, fingerprint } from './fingerprint.ts';
import type { Bytes } from './line-reader.ts';
import type { RotatedFile } from './rotated-files.ts';
import { type Packing, UnpackedBytes } from './unpacked-bytes.ts';

/** What is read of a path, and what tells it from other files. */
export interface TailBytes extends Bytes {
  readonly inode: string;
  readonly born: string;
  /** Of its beginning; it grows with the file. */
  readonly fingerprint: string;
  /** Whether it was emptied, or written over, since it was opened: nothing of what stands there now is given. */
  isOther(): Promise<boolean>;
  /** Null for a packed file: it does not grow. */
  growth(): Promise<{ readonly size: number; readonly mtimeMs: number } | null>;
  /** When it was written to last, ns. */
  modifiedNs(): Promise<bigint>;
  close(): Promise<void>;
}

/**
 * A file as it lies there. Each read is followed by a look at the beginning: where that is another one, the file was emptied and is written to
 * again (copytruncate), and what was just read may be the middle of a line.
 */
export class PlainBytes implements TailBytes {
  readonly inode: string;
  readonly born: string;
  readonly #handle: FileHandle;
  #fingerprint: string;
  #isOther = false;

  private constructor(handle: FileHandle, is: { inode: string; born: string; fingerprint: string }) {
    this.#handle = handle;
    this.inode = is.inode;
    this.born = is.born;
    this.#fingerprint = is.fingerprint;
  }

  /** @throws what the file system says */
  static async open(path: string): Promise<PlainBytes> {
    const handle = await open(path, 'r');
    try {
      const state = await handle.stat({ bigint: true });
      const is = { inode: String(state.ino), born: bornOf(state), fingerprint: await fingerprint(handle) };
      return new PlainBytes(handle, is);
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  get fingerprint(): string {
    return this.#fingerprint;
  }

  async read(into: Buffer, at: number, length: number, position: number) {
    if (this.#isOther) return { bytesRead: 0 };
    const { bytesRead } = await this.#handle.read(into, at, length, position);
    if (bytesRead === 0) return { bytesRead };
    const now = await continuedFingerprint(this.#handle, this.#fingerprint);
    this.#isOther = now === null;
    this.#fingerprint = now ?? this.#fingerprint;
    return { bytesRead: this.#isOther ? 0 : bytesRead };
  }

  async isOther(): Promise<boolean> {
    return this.#isOther || !(await beginsAs(this.#handle, this.#fingerprint));
  }

  async growth() {
    const { size, mtimeMs } = await this.#handle.stat();
    return { size, mtimeMs };
  }

  async modifiedNs(): Promise<bigint> {
    return (await this.#handle.stat({ bigint: true })).mtimeNs;
  }

  close(): Promise<void> {
    return this.#handle.close();
  }
}

/** A file that was packed when it was rotated. */
export class PackedBytes extends UnpackedBytes implements TailBytes {
  readonly inode: string;
  readonly born = '';
  readonly fingerprint: string;
  readonly #modifiedNs: bigint;

  constructor(file: RotatedFile & { readonly packing: Packing }, begins: string) {
    super(file.path, file.packing);
    this.inode = file.inode;
    this.fingerprint = begins;
    this.#modifiedNs = file.modifiedNs;
  }

  async modifiedNs(): Promise<bigint> {
    return this.#modifiedNs;
  }

  async isOther(): Promise<boolean> {
    return false;
  }

  async growth() {
    return null;
  }
}
