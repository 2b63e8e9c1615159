import {
  BATCH_HEADER_BYTES,
  type BatchHeader,
  peekBatchSize,
  readBatchHeader,
} from '@millrace/protocol/records';
import { firstAtOrAfter } from './batch-search.ts';
import type { ReadLimits, TimestampedOffset } from './log.ts';
import type { Segment } from './segment.ts';
import { logDamaged } from './storage-errors.ts';

/** Readers in sequence whose next position is remembered, so that they need no index. */
const REMEMBERED_POSITIONS = 64;
/** What one read takes from a file at most, but for a single batch that is larger. */
const READ_MAX_BYTES = 4 * 1024 * 1024;
/** Reads whose batches are remembered one by one, and how many of each: who takes only some of them comes back for the others. */
const REMEMBERED_READS = 4;
const REMEMBERED_BATCHES = 256;
/** Enough to come from an index entry to the batch after it. */
const INDEX_SLACK_BYTES = 16 * 1024;

/** Where batches of one read begin, in their order. */
interface Begins {
  readonly offsets: number[];
  readonly positions: number[];
}

/** Reads batches from the files of one log. */
export class SegmentReader {
  /** By offset: where that batch begins. */
  readonly #positions = new Map<number, { segment: Segment; position: number }>();
  /** Newest first. */
  #reads: (Begins & { readonly segment: Segment })[] = [];

  /** As `Log.read`, for written offsets; throws LOG_DAMAGED where the batch at `offset` is none. */
  async read(segments: readonly Segment[], offset: number, limits: ReadLimits): Promise<Buffer[]> {
    for (let index = indexOfOffset(segments, offset); index < segments.length; index++) {
      const segment = segments[index];
      if (segment === undefined || segment.baseOffset >= limits.endBefore) return [];
      const position = await this.#positionOf(segment, offset);
      if (position === null) continue;
      return await this.#readFrom(segment, position, offset, limits);
    }
    return [];
  }

  /** The first record at or after `timestampMs`, from `startOffset` on, which may be inside a batch. */
  async offsetForTimestamp(
    segments: readonly Segment[],
    timestampMs: number,
    startOffset: number,
  ): Promise<TimestampedOffset | null> {
    for (const segment of segments) {
      if (segment.maxTimestampMs < timestampMs || segment.nextOffset <= startOffset) continue;
      const from = await segment.timeIndex.lookup(timestampMs);
      const position = await segment.offsetIndex.lookup(from);
      let found: TimestampedOffset | null = null;
      await segment.scan(position, ({ header, bytes }) => {
        if (header.maxTimestamp >= timestampMs && header.lastOffset >= startOffset) {
          found = firstAtOrAfter(bytes, timestampMs, startOffset);
        }
        return found === null;
      });
      if (found !== null) return found;
    }
    return null;
  }

  async newestTimestamp(
    segments: readonly Segment[],
    startOffset: number,
  ): Promise<TimestampedOffset | null> {
    let newest: Segment | null = null;
    for (const segment of segments) {
      if (segment.maxTimestampOffset < startOffset) continue;
      if (newest === null || segment.maxTimestampMs > newest.maxTimestampMs) newest = segment;
    }
    if (newest === null) return null;
    // Its batch is in the log, though the log may begin behind the record: Kafka names it all the same.
    return await this.offsetForTimestamp([newest], newest.maxTimestampMs, 0);
  }

  /** Positions do not hold any more. */
  forget(): void {
    this.#positions.clear();
    this.#reads = [];
  }

  /** Null where the segment holds nothing at or after the offset. */
  async #positionOf(segment: Segment, offset: number): Promise<number | null> {
    const known = this.#positions.get(offset);
    if (known?.segment === segment) return known.position;
    for (const read of this.#reads) {
      const at = read.segment === segment ? read.positions[read.offsets.indexOf(offset)] : undefined;
      if (at !== undefined) return at;
    }
    const from = await segment.offsetIndex.lookup(Math.max(0, offset - segment.baseOffset));
    let found: number | null = null;
    const { writtenBytes } = segment;
    const end = await segment.scan(
      from,
      ({ header, position }) => {
        if (header.lastOffset < offset) return true;
        found = position;
        return false;
      },
      INDEX_SLACK_BYTES,
    );
    if (found === null && end < writtenBytes) throw logDamaged(segment.path, end, offset);
    return found;
  }

  async #readFrom(segment: Segment, position: number, offset: number, limits: ReadLimits): Promise<Buffer[]> {
    const left = segment.writtenBytes - position;
    let bytes = await segment.read(
      position,
      Math.min(left, Math.max(limits.maxBytes, INDEX_SLACK_BYTES), READ_MAX_BYTES),
      limits.allocate,
    );
    const firstBytes = peekBatchSize(bytes, 0);
    if (firstBytes === undefined || firstBytes < BATCH_HEADER_BYTES || firstBytes > left)
      throw logDamaged(segment.path, position, offset);
    if (firstBytes > limits.maxBytes && !limits.atLeastOne) return [];
    if (firstBytes > bytes.length)
      bytes = await segment.read(position, Math.min(left, firstBytes), limits.allocate);
    const first = headerAt(bytes, 0);
    if (first === undefined || first.lastOffset < offset) throw logDamaged(segment.path, position, offset);
    const { end, nextOffset, begins } = wholeBatches(bytes, position, limits);
    if (end === 0) return [];
    this.#remember(nextOffset, segment, position + end);
    if (begins.offsets.length > 0)
      this.#reads = [{ ...begins, segment }, ...this.#reads.slice(0, REMEMBERED_READS - 1)];
    return [bytes.subarray(0, end)];
  }

  #remember(offset: number, segment: Segment, position: number): void {
    if (position >= segment.sizeBytes) return;
    this.#positions.set(offset, { segment, position });
    if (this.#positions.size <= REMEMBERED_POSITIONS) return;
    for (const oldest of this.#positions.keys()) {
      this.#positions.delete(oldest);
      return;
    }
  }
}

/** Index of the segment that holds the offset, or of the first one. */
function indexOfOffset(segments: readonly Segment[], offset: number): number {
  const index = segments.findLastIndex((segment) => segment.baseOffset <= offset);
  return Math.max(index, 0);
}

/** How far whole batches within the limits reach, the first one may be above `maxBytes`; and where those behind it begin in the file. */
function wholeBatches(
  bytes: Buffer,
  position: number,
  limits: ReadLimits,
): { end: number; nextOffset: number; begins: Begins } {
  let end = 0;
  let nextOffset = -1;
  const begins: Begins = { offsets: [], positions: [] };
  for (;;) {
    const size = peekBatchSize(bytes, end);
    if (size === undefined || size < BATCH_HEADER_BYTES || size > bytes.length - end) break;
    if (end > 0 && end + size > limits.maxBytes) break;
    const header = headerAt(bytes, end);
    if (header === undefined || header.baseOffset < nextOffset || header.lastOffset < header.baseOffset)
      break;
    if (header.lastOffset >= limits.endBefore) break;
    if (end > 0 && begins.offsets.length < REMEMBERED_BATCHES) {
      begins.offsets.push(nextOffset);
      begins.positions.push(position + end);
    }
    nextOffset = header.lastOffset + 1;
    end += size;
  }
  return { end, nextOffset, begins };
}

/** Undefined where no batch is. */
function headerAt(bytes: Buffer, at: number): BatchHeader | undefined {
  try {
    return readBatchHeader(bytes, at);
  } catch {
    return undefined;
  }
}
