import type { StoredBatch } from './batch-stamp.ts';
import type { ReadLimits } from './log.ts';

/** A batch may keep alive so many times its own bytes of the memory that it arrived in, before it is copied out. */
const RETAINED_FACTOR = 4;
/** Small buffers come from pools of this size and die together. */
const POOL_BYTES = 8192;
const COMPACT_AFTER = 1024;

interface TailEntry {
  readonly tail: LogTail;
  readonly batch: StoredBatch;
  dropped: boolean;
}

/**
 * The newest batches of all logs, in memory: the oldest of any log goes first once `maxBytes` is passed. What is not
 * written stays, and what came after it: up to `pendingMaxBytes` more.
 */
export class TailCache {
  readonly #maxBytes: number;
  readonly #pendingMaxBytes: number;
  readonly #queue = new Fifo<TailEntry>();
  #bytes = 0;

  constructor(maxBytes: number, pendingMaxBytes: number) {
    this.#maxBytes = maxBytes;
    this.#pendingMaxBytes = pendingMaxBytes;
  }

  /** Whether memory takes so much more; always while nothing is there beyond `maxBytes`. */
  hasRoomFor(bytes: number): boolean {
    if (this.#bytes <= this.#maxBytes) return true;
    this.trim();
    return this.#bytes <= this.#maxBytes || this.#bytes + bytes <= this.#maxBytes + this.#pendingMaxBytes;
  }

  /** Drops what is too much. What is not written yet stays, and so does all that came after it. */
  trim(): void {
    while (this.#bytes > this.#maxBytes) {
      const oldest = this.#queue.first();
      if (oldest === undefined) return;
      if (!oldest.dropped) {
        if (oldest.batch.lastOffset >= oldest.tail.writtenOffset) return;
        oldest.tail.dropFirst();
      }
      this.#queue.shift();
    }
  }

  add(tail: LogTail, batch: StoredBatch): TailEntry {
    const entry = { tail, batch, dropped: false };
    this.#bytes += batch.bytes.length;
    this.#queue.push(entry);
    return entry;
  }

  drop(entry: TailEntry): void {
    entry.dropped = true;
    this.#bytes -= entry.batch.bytes.length;
  }
}

/** The newest batches of one log; whatever is not written yet is always here. */
export class LogTail {
  /** Batches below may be dropped. */
  writtenOffset: number;
  readonly #cache: TailCache;
  readonly #entries = new Fifo<TailEntry>();

  constructor(cache: TailCache, writtenOffset: number) {
    this.#cache = cache;
    this.writtenOffset = writtenOffset;
  }

  add(batch: StoredBatch): void {
    const bytes = worthKeeping(batch.bytes);
    const kept = bytes === batch.bytes ? batch : { ...batch, bytes };
    this.#entries.push(this.#cache.add(this, kept));
  }

  dropFirst(): void {
    const first = this.#entries.shift();
    if (first !== undefined) this.#cache.drop(first);
  }

  /** Drops the batches that end at or above `offset`. */
  truncateTo(offset: number): void {
    for (let last = this.#entries.last(); last !== undefined && last.batch.lastOffset >= offset; ) {
      this.#cache.drop(last);
      this.#entries.pop();
      last = this.#entries.last();
    }
  }

  /** Drops the batches below `offset`, which are written. */
  dropBelow(offset: number): void {
    for (let first = this.#entries.first(); first !== undefined && first.batch.lastOffset < offset; ) {
      this.dropFirst();
      first = this.#entries.first();
    }
  }

  clear(): void {
    while (this.#entries.length > 0) this.dropFirst();
  }

  /** As `Log.read`; undefined where the tail does not reach back to `offset`. */
  read(offset: number, limits: ReadLimits): Buffer[] | undefined {
    const first = this.#entries.first();
    if (first === undefined || offset < first.batch.baseOffset) return undefined;
    const found: Buffer[] = [];
    let bytes = 0;
    for (let index = this.#indexOf(offset); index < this.#entries.length; index++) {
      const batch = this.#entries.at(index)?.batch;
      if (batch === undefined || batch.lastOffset >= limits.endBefore) break;
      const fits = bytes + batch.bytes.length <= limits.maxBytes;
      if (!fits && !(limits.atLeastOne && found.length === 0)) break;
      found.push(batch.bytes);
      bytes += batch.bytes.length;
    }
    return found;
  }

  #indexOf(offset: number): number {
    let low = 0;
    let high = this.#entries.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#entries.at(middle)?.batch.lastOffset ?? Number.POSITIVE_INFINITY) < offset) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** A queue with access by index; shifting is amortised. */
class Fifo<T> {
  #items: (T | undefined)[] = [];
  #head = 0;

  get length(): number {
    return this.#items.length - this.#head;
  }

  push(item: T): void {
    this.#items.push(item);
  }

  pop(): void {
    if (this.length > 0) this.#items.pop();
  }

  shift(): T | undefined {
    if (this.length === 0) return undefined;
    const item = this.#items[this.#head];
    this.#items[this.#head] = undefined;
    this.#head += 1;
    if (this.#head > COMPACT_AFTER && this.#head * 2 > this.#items.length) {
      this.#items = this.#items.slice(this.#head);
      this.#head = 0;
    }
    return item;
  }

  first(): T | undefined {
    return this.#items[this.#head];
  }

  last(): T | undefined {
    return this.length === 0 ? undefined : this.#items.at(-1);
  }

  at(index: number): T | undefined {
    return this.#items[this.#head + index];
  }
}

/** A small view of a large piece of memory that came off a socket would keep all of it alive. */
function worthKeeping(bytes: Buffer): Buffer {
  const owned = bytes.buffer.byteLength;
  return owned > POOL_BYTES && owned > bytes.length * RETAINED_FACTOR ? Buffer.from(bytes) : bytes;
}
