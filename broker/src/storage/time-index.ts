import { TIME_INDEX_ENTRY_BYTES } from '../core/log/recovery-plan.ts';
import { IndexFile } from './index-file.ts';
import { lastEntry } from './offset-index.ts';

const AT_OFFSET = 8;

export interface TimeIndexEntry {
  /** The largest timestamp (ms) of the segment up to there. */
  readonly timestampMs: number;
  /** Relative to the segment's base: last offset of the batch that brought it. */
  readonly relativeOffset: number;
}

/** By when a segment had reached a timestamp: timestamp (int64), relative offset (int32), as Kafka's `.timeindex`. */
export class TimeIndex {
  readonly #file: IndexFile;
  #lastTimestampMs = -1;

  constructor(path: string) {
    this.#file = new IndexFile(path, TIME_INDEX_ENTRY_BYTES);
  }

  get file(): IndexFile {
    return this.#file;
  }

  /** Begins anew, without entries. */
  reset(): void {
    this.#file.reset();
    this.#lastTimestampMs = -1;
  }

  /** Takes the file's entries into memory, to go on with them. */
  async load(): Promise<void> {
    await this.#file.load();
    this.#lastTimestampMs = (await this.last())?.timestampMs ?? -1;
  }

  /** Adds the entry where its timestamp is above the last one's. */
  add(entry: TimeIndexEntry): void {
    if (entry.timestampMs <= this.#lastTimestampMs) return;
    this.#lastTimestampMs = entry.timestampMs;
    const at = this.#file.grow();
    this.#file.growing.writeBigInt64BE(BigInt(entry.timestampMs), at);
    this.#file.growing.writeInt32BE(entry.relativeOffset, at + AT_OFFSET);
  }

  /** An offset below which no record is as new as `timestampMs`. */
  async lookup(timestampMs: number): Promise<number> {
    const entries = await this.#file.entries();
    const wanted = BigInt(Math.floor(timestampMs));
    const found = lastEntry(entries, TIME_INDEX_ENTRY_BYTES, (at) => entries.readBigInt64BE(at) <= wanted);
    return found < 0 ? 0 : entries.readInt32BE(found + AT_OFFSET);
  }

  /** The newest timestamp of a segment whose index is whole; null where it has no entry. */
  async last(): Promise<TimeIndexEntry | null> {
    const entries = await this.#file.entries();
    const at = entries.length - TIME_INDEX_ENTRY_BYTES;
    if (at < 0) return null;
    const timestampMs = Number(entries.readBigInt64BE(at));
    return { timestampMs, relativeOffset: entries.readInt32BE(at + AT_OFFSET) };
  }
}
