import { existsSync, rmSync, statSync } from 'node:fs';
import { open, readFile } from 'node:fs/promises';

const FIRST_ENTRIES = 64;

/**
 * Entries of a fixed size. An active segment's grow in memory; `seal` writes them out, and from then on they are read
 * from the file when somebody looks (readers in sequence do not, see `SegmentLog`).
 */
export class IndexFile {
  readonly path: string;
  readonly #entryBytes: number;
  /** Null while the entries are in the file only. */
  #growing: Buffer | null = null;
  #usedBytes = 0;

  constructor(path: string, entryBytes: number) {
    this.path = path;
    this.#entryBytes = entryBytes;
  }

  get isInMemory(): boolean {
    return this.#growing !== null;
  }

  /** What `grow` made room in. */
  get growing(): Buffer {
    this.#growing ??= Buffer.alloc(FIRST_ENTRIES * this.#entryBytes);
    return this.#growing;
  }

  /** Makes room for one more entry; gives where it begins in `growing`. */
  grow(): number {
    const at = this.#usedBytes;
    if (at + this.#entryBytes > this.growing.length) {
      const larger = Buffer.alloc(this.growing.length * 2);
      this.growing.copy(larger);
      this.#growing = larger;
    }
    this.#usedBytes += this.#entryBytes;
    return at;
  }

  get sizeBytes(): number {
    if (this.#growing !== null) return this.#usedBytes;
    return statSync(this.path, { throwIfNoEntry: false })?.size ?? 0;
  }

  async entries(): Promise<Buffer> {
    if (this.#growing !== null) return this.#growing.subarray(0, this.#usedBytes);
    if (!existsSync(this.path)) return Buffer.alloc(0);
    const bytes = await readFile(this.path);
    return bytes.subarray(0, bytes.length - (bytes.length % this.#entryBytes));
  }

  /** Begins anew in memory, without entries; what the file held does not count any more. */
  reset(): void {
    this.#growing = null;
    this.#usedBytes = 0;
    rmSync(this.path, { force: true });
  }

  /** Takes the file's entries into memory, to go on with them. */
  async load(): Promise<void> {
    const entries = await this.entries();
    this.#usedBytes = entries.length;
    this.#growing = Buffer.alloc(Math.max(entries.length * 2, FIRST_ENTRIES * this.#entryBytes));
    entries.copy(this.#growing);
  }

  /** Writes the entries and syncs them; no entry is added after it. */
  async seal(): Promise<void> {
    const entries = this.growing.subarray(0, this.#usedBytes);
    const file = await open(this.path, 'w');
    try {
      await file.write(entries, 0, entries.length, 0);
      await file.datasync();
    } finally {
      await file.close();
    }
    this.#growing = null;
  }
}
