import {
  BATCH_HEADER_BYTES,
  type BatchHeader,
  hasValidCrc,
  peekBatchSize,
  readBatchHeader,
} from '@millrace/protocol/records';
import { groupSegments } from '../core/log/cleaner-plan.ts';
import { OffsetMap } from '../core/log/offset-map.ts';
import type { CompletedTransaction } from '../core/log/open-transactions.ts';
import type { ProducerTable } from '../core/log/producer-table.ts';
import { BatchCleaner, lastBatches } from './batch-cleaner.ts';
import type { CompactionOutcome, CompactionRequest, LogConfig } from './log.ts';
import type { OpenFiles } from './open-files.ts';
import { Segment } from './segment.ts';
import { logDamaged } from './storage-errors.ts';

/** Offsets inside a segment are int32 in its indexes. */
const MAX_RELATIVE = 0x7fffffff;

/** The log in segment files, as far as its compaction is concerned. */
export interface CompactedLog {
  readonly folder: string;
  readonly files: OpenFiles;
  readonly config: LogConfig;
  readonly producers: ProducerTable;
  /** Oldest first; the last one is active and stays as it is. */
  readonly segments: readonly Segment[];
  /**
   * Puts `cleaned`, which is complete and on disk, in the place of `replaced`.
   * @throws where these are not in the log any more
   */
  swap(cleaned: Segment, replaced: readonly Segment[]): Promise<void>;
}

type Cleaner = BatchCleaner<CompletedTransaction>;

/** As `Log.compact`. */
export async function compactSegments(
  log: CompactedLog,
  request: CompactionRequest,
): Promise<CompactionOutcome> {
  const inactive = log.segments.slice(0, -1).filter((segment) => segment.nextOffset <= request.endBefore);
  const aborted: CompletedTransaction[] = [];
  // A marker may be behind what is compacted.
  for (const segment of log.segments) aborted.push(...(await segment.transactionIndex.all()));
  const { firstDirtyOffset, endBefore, nowMs, mapLoadFactor } = request;
  const map = new OffsetMap(mapSlotsFor(request), mapLoadFactor);
  const { deleteRetentionMs } = log.config;
  const lastOfProducers = lastBatches(log.producers);
  const cleaner = new BatchCleaner({
    ...{ firstDirtyOffset, endBefore, nowMs, deleteRetentionMs, map, aborted, lastOfProducers },
  });
  const dirty = inactive.filter((segment) => segment.nextOffset > firstDirtyOffset);
  await index(dirty, request, cleaner, map);
  const cleanedOffset = map.latestOffset + 1;
  const cleanable = inactive.filter((segment) => segment.baseOffset < cleanedOffset);
  const bytesBefore = bytesOf(cleanable);
  const made = await rewrite(log, request, cleaner, cleanable);
  return {
    cleanedOffset: Math.max(cleanedOffset, firstDirtyOffset),
    bytesBefore,
    bytesAfter: made,
    mapUtilization: map.size / request.mapSlots,
  };
}

/** A log of few records needs no large map. */
function mapSlotsFor({ firstDirtyOffset, endBefore, mapSlots, mapLoadFactor }: CompactionRequest): number {
  return Math.max(2, Math.min(mapSlots, Math.ceil((endBefore - firstDirtyOffset + 1) / mapLoadFactor)));
}

/** Fills the map with the newest offset of each key, as far as it takes them. */
async function index(
  dirty: readonly Segment[],
  request: CompactionRequest,
  cleaner: Cleaner,
  map: OffsetMap,
): Promise<void> {
  for (const segment of dirty) {
    const from = Math.max(0, request.firstDirtyOffset - segment.baseOffset);
    const position = await segment.offsetIndex.lookup(from);
    let hasRoom = true;
    await walk(segment, position, request, (batch, header) => {
      hasRoom = cleaner.index(batch, header);
      return hasRoom;
    });
    if (!hasRoom) return;
    // Behind its last record may be a gap.
    map.latestOffset = Math.max(map.latestOffset, segment.nextOffset - 1);
  }
}

/** @returns the bytes that are left */
async function rewrite(
  log: CompactedLog,
  request: CompactionRequest,
  cleaner: Cleaner,
  cleanable: readonly Segment[],
): Promise<number> {
  const sized = cleanable.map((segment) => ({
    segment,
    baseOffset: segment.baseOffset,
    nextOffset: segment.nextOffset,
    sizeBytes: segment.sizeBytes,
    indexBytes: segment.indexBytes,
  }));
  const groups = groupSegments(sized, log.config).map((group) => group.map(({ segment }) => segment));
  let bytesAfter = 0;
  let carried: Segment[] = [];
  let cleaned: Segment | null = null;
  try {
    for (const [at, group] of groups.entries()) {
      carried.push(...group);
      cleaned ??= begun(log, carried);
      for (const segment of group) await cleanInto(cleaned, segment, log, request, cleaner);
      const next = groups[at + 1]?.at(-1);
      // Nothing is left of them: what comes next begins at their start, so that the log does not begin later.
      if (
        cleaned.sizeBytes === 0 &&
        next !== undefined &&
        next.nextOffset - cleaned.baseOffset <= MAX_RELATIVE
      )
        continue;
      bytesAfter += cleaned.sizeBytes;
      await finish(cleaned, carried);
      request.signal.throwIfAborted();
      await log.swap(cleaned, carried);
      cleaned = null;
      carried = [];
    }
  } catch (error) {
    cleaned?.delete();
    throw error;
  }
  return bytesAfter;
}

function begun(log: CompactedLog, from: readonly Segment[]): Segment {
  const cleaned = new Segment(log.folder, from[0]?.baseOffset ?? 0, log.files, '.cleaned');
  cleaned.create();
  return cleaned;
}

async function cleanInto(
  cleaned: Segment,
  source: Segment,
  log: CompactedLog,
  request: CompactionRequest,
  cleaner: Cleaner,
): Promise<void> {
  let pending: Buffer[] = [];
  const flush = async (): Promise<void> => {
    const bytes = Buffer.concat(pending);
    pending = [];
    if (bytes.length === 0) return;
    await cleaned.write(bytes);
    await request.pace.step(bytes.length, request.signal);
  };
  const { indexIntervalBytes } = log.config;
  await walk(
    source,
    0,
    request,
    (batch, header, position) => {
      if (!hasValidCrc(batch)) throw logDamaged(source.path, position, header.baseOffset);
      const left = cleaner.clean(batch, header);
      if (left === null) return true;
      const { baseOffset, lastOffset, maxTimestamp: maxTimestampMs } = readBatchHeader(left);
      cleaned.account({ baseOffset, lastOffset, maxTimestampMs }, left.length, indexIntervalBytes);
      pending.push(left);
      return true;
    },
    flush,
  );
  for (const transaction of cleaner.takeStillAborted()) cleaned.transactionIndex.add(transaction);
}

/** On disk, with its indexes, and as old as what it was made of. */
async function finish(cleaned: Segment, sources: readonly Segment[]): Promise<void> {
  const last = sources.at(-1);
  if (last === undefined) return;
  cleaned.nextOffset = last.nextOffset;
  await cleaned.seal();
  await cleaned.sync();
  cleaned.changedMs = last.changedMs;
}

/** Shows the batches of a segment, in pieces between which others have their turn; `between` is waited for after each read. */
async function walk(
  segment: Segment,
  from: number,
  request: CompactionRequest,
  visit: (batch: Buffer, header: BatchHeader, position: number) => boolean,
  between?: () => Promise<void>,
): Promise<void> {
  const { pace, signal, ioBufferBytes } = request;
  let position = from;
  let wantedBytes = ioBufferBytes;
  while (position < segment.writtenBytes) {
    const chunk = await segment.read(position, Math.min(wantedBytes, segment.writtenBytes - position));
    await pace.step(chunk.length, signal);
    let at = 0;
    for (let size = batchSizeAt(segment, position, chunk, 0); size <= chunk.length - at; ) {
      signal.throwIfAborted();
      const batch = chunk.subarray(at, at + size);
      if (!visit(batch, readBatchHeader(batch), position + at)) return;
      at += size;
      const rest = pace.step(0, signal);
      if (rest !== null) await rest;
      size = batchSizeAt(segment, position, chunk, at);
    }
    const needed = batchSizeAt(segment, position, chunk, at);
    wantedBytes = at === 0 && Number.isFinite(needed) ? needed : ioBufferBytes;
    position += at;
    if (between !== undefined) await between();
  }
}

/** Infinity where the chunk ends before the size of the next batch. */
function batchSizeAt(segment: Segment, position: number, chunk: Buffer, at: number): number {
  const size = peekBatchSize(chunk, at);
  if (size === undefined) {
    if (position + chunk.length >= segment.writtenBytes && at < chunk.length)
      throw logDamaged(segment.path, position + at, segment.baseOffset);
    return Number.POSITIVE_INFINITY;
  }
  if (size < BATCH_HEADER_BYTES || position + at + size > segment.writtenBytes)
    throw logDamaged(segment.path, position + at, segment.baseOffset);
  return size;
}

function bytesOf(segments: readonly Segment[]): number {
  return segments.reduce((sum, segment) => sum + segment.sizeBytes, 0);
}
