import { OFFSET_INDEX_ENTRY_BYTES } from '../core/log/recovery-plan.ts';
import { IndexFile } from './index-file.ts';

const AT_POSITION = 4;

/** Where in a segment's file some of its batches begin: relative offset (int32), position (int32), as Kafka's `.index`. */
export class OffsetIndex {
  readonly #file: IndexFile;

  constructor(path: string) {
    this.#file = new IndexFile(path, OFFSET_INDEX_ENTRY_BYTES);
  }

  get file(): IndexFile {
    return this.#file;
  }

  /** Entries come in order of offsets. */
  add(relativeOffset: number, position: number): void {
    const entry = this.#file.grow();
    const entries = this.#file.growing;
    entries.writeInt32BE(relativeOffset, entry);
    entries.writeInt32BE(position, entry + AT_POSITION);
  }

  /** The position of a batch at or before the offset: the nearest one that the index knows. */
  async lookup(relativeOffset: number): Promise<number> {
    const entries = await this.#file.entries();
    const found = lastEntry(
      entries,
      OFFSET_INDEX_ENTRY_BYTES,
      (at) => entries.readInt32BE(at) <= relativeOffset,
    );
    return found < 0 ? 0 : entries.readInt32BE(found + AT_POSITION);
  }

  /** The last entry that the index has, or position 0. */
  async lastPosition(): Promise<number> {
    const entries = await this.#file.entries();
    return entries.length === 0
      ? 0
      : entries.readInt32BE(entries.length - OFFSET_INDEX_ENTRY_BYTES + AT_POSITION);
  }
}

/** Index of the last entry for which `holds`, where it holds for the first so many and for none after; -1 for none. */
export function lastEntry(entries: Buffer, entryBytes: number, holds: (at: number) => boolean): number {
  let low = 0;
  let high = entries.length / entryBytes;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (holds(middle * entryBytes)) low = middle + 1;
    else high = middle;
  }
  return (low - 1) * entryBytes;
}
