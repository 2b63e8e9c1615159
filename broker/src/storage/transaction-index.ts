import { existsSync } from 'node:fs';
import type { CompletedTransaction } from '../core/log/open-transactions.ts';
import { IndexFile } from './index-file.ts';
import type { AbortedTransaction } from './log.ts';

const VERSION = 0;
const AT_PRODUCER_ID = 2;
const AT_FIRST_OFFSET = 10;
const AT_LAST_OFFSET = 18;
const AT_LAST_STABLE_OFFSET = 26;
const ENTRY_BYTES = 34;

/**
 * The aborted transactions whose marker is in a segment, as Kafka's `.txnindex`: version (int16), producer id, first
 * offset, offset of the marker, and the last stable offset behind it (int64 each). A segment without any has no file.
 */
export class TransactionIndex {
  readonly #file: IndexFile;
  /** Null: not looked for yet. */
  #count: number | null = null;

  constructor(path: string) {
    this.#file = new IndexFile(path, ENTRY_BYTES);
  }

  get path(): string {
    return this.#file.path;
  }

  get isInMemory(): boolean {
    return this.#file.isInMemory;
  }

  /** Begins anew, without entries. */
  reset(): void {
    this.#file.reset();
    this.#count = 0;
  }

  /** Takes the file's entries into memory, to go on with them. */
  async load(): Promise<void> {
    await this.#file.load();
    this.#count = (await this.#file.entries()).length / ENTRY_BYTES;
  }

  add(aborted: CompletedTransaction): void {
    const at = this.#file.grow();
    const entries = this.#file.growing;
    entries.writeInt16BE(VERSION, at);
    entries.writeBigInt64BE(BigInt(aborted.producerId), at + AT_PRODUCER_ID);
    entries.writeBigInt64BE(BigInt(aborted.firstOffset), at + AT_FIRST_OFFSET);
    entries.writeBigInt64BE(BigInt(aborted.lastOffset), at + AT_LAST_OFFSET);
    entries.writeBigInt64BE(BigInt(aborted.lastStableOffset), at + AT_LAST_STABLE_OFFSET);
    this.#count = (this.#count ?? 0) + 1;
  }

  /** Writes the entries; none is added after it. */
  async seal(): Promise<void> {
    if (this.#file.isInMemory && (this.#count ?? 0) > 0) await this.#file.seal();
  }

  /** What it holds, in the order of the markers. */
  async all(): Promise<readonly CompletedTransaction[]> {
    this.#count ??= existsSync(this.path) ? null : 0;
    if (this.#count === 0) return [];
    const entries = await this.#file.entries();
    return Array.from({ length: entries.length / ENTRY_BYTES }, (_, index) => {
      const at = index * ENTRY_BYTES;
      return {
        producerId: Number(entries.readBigInt64BE(at + AT_PRODUCER_ID)),
        firstOffset: Number(entries.readBigInt64BE(at + AT_FIRST_OFFSET)),
        lastOffset: Number(entries.readBigInt64BE(at + AT_LAST_OFFSET)),
        lastStableOffset: Number(entries.readBigInt64BE(at + AT_LAST_STABLE_OFFSET)),
        isAborted: true,
      };
    });
  }

  /**
   * Adds to `found` what has records from `from` on, and began before `to`.
   * @returns whether what was aborted in later segments cannot matter any more
   */
  async collect(from: number, to: number, found: AbortedTransaction[]): Promise<boolean> {
    this.#count ??= existsSync(this.path) ? null : 0;
    if (this.#count === 0) return false;
    const entries = await this.#file.entries();
    for (let at = 0; at < entries.length; at += ENTRY_BYTES) {
      const firstOffset = Number(entries.readBigInt64BE(at + AT_FIRST_OFFSET));
      const lastOffset = Number(entries.readBigInt64BE(at + AT_LAST_OFFSET));
      if (lastOffset >= from && firstOffset < to)
        found.push({ producerId: Number(entries.readBigInt64BE(at + AT_PRODUCER_ID)), firstOffset });
      if (Number(entries.readBigInt64BE(at + AT_LAST_STABLE_OFFSET)) >= to) return true;
    }
    return false;
  }
}
