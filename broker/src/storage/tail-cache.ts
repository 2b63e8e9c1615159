import type { StoredBatch } from './batch-stamp.ts';
import type { ReadLimits } from './log.ts';

/** Memory is taken in pieces of this size, and used again: what the tail holds costs the garbage collector nothing. */
const SLAB_BYTES = 4 * 1024 * 1024;
/** An append above this has memory of its own. */
const SHARED_MAX_BYTES = SLAB_BYTES / 2;
/** What an entry takes beside its bytes, about. */
const ENTRY_OVERHEAD_BYTES = 200;
const COMPACT_AFTER = 1024;

/** A piece of memory that batches are copied into, one behind the other. */
interface Slab {
  readonly bytes: Buffer;
  usedBytes: number;
  /** Entries that lie in it. */
  entries: number;
  /** False where its memory must not be written again: a write of it may be under way, or its size is another. */
  isReusable: boolean;
}

interface TailEntry {
  readonly tail: LogTail;
  readonly slab: Slab;
  readonly position: number;
  readonly sizeBytes: number;
  readonly baseOffset: number;
  readonly lastOffset: number;
  isDropped: boolean;
}

/** Where the bytes of an append are from now on. */
export interface Placed {
  readonly bytes: Buffer;
  readonly slab: Slab;
  readonly position: number;
}

/**
 * The newest batches of all logs, in memory: the oldest of any log goes first once `maxBytes` is passed. What is not
 * written stays, and what came after it: up to `pendingMaxBytes` more.
 */
export class TailCache {
  readonly #maxBytes: number;
  readonly #pendingMaxBytes: number;
  readonly #queue = new Fifo<TailEntry>();
  readonly #free: Slab[] = [];
  #current: Slab | null = null;
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
      if (!oldest.isDropped) {
        if (oldest.lastOffset >= oldest.tail.writtenOffset) return;
        oldest.tail.dropFirst();
      }
      this.#queue.shift();
    }
  }

  /** Copies what is appended to where it stays. */
  place(bytes: Buffer): Placed {
    if (bytes.length > SHARED_MAX_BYTES) {
      const own = Buffer.from(bytes);
      return {
        bytes: own,
        slab: { bytes: own, usedBytes: own.length, entries: 0, isReusable: false },
        position: 0,
      };
    }
    let slab = this.#current;
    if (slab === null || slab.usedBytes + bytes.length > SLAB_BYTES) {
      if (slab !== null) this.#retire(slab);
      slab = this.#free.pop() ?? newSlab();
      this.#current = slab;
    }
    const position = slab.usedBytes;
    slab.bytes.set(bytes, position);
    slab.usedBytes += bytes.length;
    return { bytes: slab.bytes.subarray(position, slab.usedBytes), slab, position };
  }

  add(entry: TailEntry): void {
    this.#bytes += entry.sizeBytes + ENTRY_OVERHEAD_BYTES;
    entry.slab.entries += 1;
    this.#queue.push(entry);
  }

  drop(entry: TailEntry): void {
    const { slab, sizeBytes, lastOffset, tail } = entry;
    entry.isDropped = true;
    this.#bytes -= sizeBytes + ENTRY_OVERHEAD_BYTES;
    slab.entries -= 1;
    // A write that failed may still read from here.
    if (lastOffset >= tail.writtenOffset) slab.isReusable = false;
    if (slab !== this.#current) this.#retire(slab);
  }

  #retire(slab: Slab): void {
    if (slab.entries > 0 || !slab.isReusable || this.#free.length * SLAB_BYTES >= this.#maxBytes) return;
    slab.usedBytes = 0;
    this.#free.push(slab);
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

  /** Gives an append's bytes their place; its batches are added after that. */
  place(batches: Buffer): Placed {
    return this.#cache.place(batches);
  }

  /** A batch of what was placed, as stamped there. */
  add({ bytes, baseOffset, lastOffset }: StoredBatch, placed: Placed): void {
    const entry = {
      tail: this,
      slab: placed.slab,
      position: placed.position + (bytes.byteOffset - placed.bytes.byteOffset),
      sizeBytes: bytes.length,
      baseOffset,
      lastOffset,
      isDropped: false,
    };
    this.#cache.add(entry);
    this.#entries.push(entry);
  }

  dropFirst(): void {
    const first = this.#entries.shift();
    if (first !== undefined) this.#cache.drop(first);
  }

  /** Drops the batches that end at or above `offset`. */
  truncateTo(offset: number): void {
    for (let last = this.#entries.last(); last !== undefined && last.lastOffset >= offset; ) {
      this.#cache.drop(last);
      this.#entries.pop();
      last = this.#entries.last();
    }
  }

  /** Drops the batches below `offset`, which are written. */
  dropBelow(offset: number): void {
    for (let first = this.#entries.first(); first !== undefined && first.lastOffset < offset; ) {
      this.dropFirst();
      first = this.#entries.first();
    }
  }

  clear(): void {
    while (this.#entries.length > 0) this.dropFirst();
  }

  /** As `Log.read`, copied into one buffer; undefined where the tail does not reach back to `offset`. */
  read(offset: number, limits: ReadLimits): Buffer[] | undefined {
    const first = this.#entries.first();
    if (first === undefined || offset < first.baseOffset) return undefined;
    const from = this.#indexOf(offset);
    let until = from;
    let bytes = 0;
    for (; until < this.#entries.length; until++) {
      const entry = this.#entries.at(until);
      if (entry === undefined || entry.lastOffset >= limits.endBefore) break;
      const fits = bytes + entry.sizeBytes <= limits.maxBytes;
      if (!fits && !(limits.atLeastOne && until === from)) break;
      bytes += entry.sizeBytes;
    }
    return bytes === 0 ? [] : [this.#copied(from, until, (limits.allocate ?? Buffer.allocUnsafeSlow)(bytes))];
  }

  #copied(from: number, until: number, copy: Buffer): Buffer {
    let at = 0;
    for (let index = from; index < until; index++) {
      const entry = this.#entries.at(index);
      if (entry === undefined) break;
      at += entry.slab.bytes.copy(copy, at, entry.position, entry.position + entry.sizeBytes);
    }
    return copy;
  }

  #indexOf(offset: number): number {
    let low = 0;
    let high = this.#entries.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#entries.at(middle)?.lastOffset ?? Number.POSITIVE_INFINITY) < offset) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

function newSlab(): Slab {
  return { bytes: Buffer.allocUnsafeSlow(SLAB_BYTES), usedBytes: 0, entries: 0, isReusable: true };
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
