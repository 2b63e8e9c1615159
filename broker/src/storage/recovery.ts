import { readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Logger } from '@millrace/foundation';
import { assert } from '@millrace/foundation/assert';
import { hasValidCrc } from '@millrace/protocol/records';
import type { LeaderEpochs } from '../core/log/leader-epochs.ts';
import { ProducerTable } from '../core/log/producer-table.ts';
import { planRecovery, type RecoveryPlan } from '../core/log/recovery-plan.ts';
import { replayProducer } from './batch-stamp.ts';
import { readLeaderEpochs } from './leader-epoch-file.ts';
import type { OpenFiles } from './open-files.ts';
import { decodeProducerSnapshot } from './producer-snapshot.ts';
import { type ScannedBatch, Segment } from './segment.ts';
import { parseSegmentFile, type SegmentFileKind, segmentPath } from './segment-files.ts';
import { finishSwaps } from './segment-swap.ts';
import { readSmallFile, UNFINISHED_SUFFIX } from './small-file.ts';

/** Offsets inside a segment are int32 in its indexes. */
const MAX_RELATIVE = 0x7fffffff;

export interface RecoveryOptions {
  readonly folder: string;
  readonly files: OpenFiles;
  readonly indexIntervalBytes: number;
  /** From the last run: whether it ended well, and what it had synced and deleted for certain. */
  readonly cleanShutdown: boolean;
  readonly recoveryPoint: number;
  readonly logStartOffset: number;
  /** Whether compaction may have taken records from between others. */
  readonly mayHaveGaps: boolean;
  readonly logger: Logger;
}

/** A log's folder as it can be believed. */
export interface RecoveredLog {
  /** Never empty; the last one is active, its indexes in memory. */
  readonly segments: Segment[];
  readonly startOffset: number;
  readonly endOffset: number;
  /** Everything below was on disk before. */
  readonly flushedOffset: number;
  /** Of the producer snapshots that are there, ascending. */
  readonly snapshotOffsets: readonly number[];
  readonly epochs: LeaderEpochs;
  readonly producers: ProducerTable;
}

/** Carries out the recovery plan of one log: afterwards its files hold whole, sound batches and nothing else. */
export async function recoverLog(options: RecoveryOptions): Promise<RecoveredLog> {
  await finishSwaps(options.folder, options.files);
  const files = listFiles(options);
  const plan = planRecovery({
    ...files,
    cleanShutdown: options.cleanShutdown,
    recoveryPoint: options.recoveryPoint,
  });
  const epochs = readLeaderEpochs(options.folder);
  const producers = new ProducerTable();
  const segments = plan.segments.map(({ baseOffset }) => openSegment(options, baseOffset));
  const replayFrom = restoreProducers(options.folder, plan, producers);
  const to = { options, replayFrom, producers, epochs };
  let isWhole = true;
  for (const [index, { action }] of plan.segments.entries()) {
    const segment = segments[index];
    if (segment === undefined) break;
    const nextBase = segments[index + 1]?.baseOffset;
    if (action === 'trust') await trust(segment, nextBase, replayFrom, producers);
    else if (action === 'reindex') await reindex(segment, nextBase, to);
    else if (!(await rescan(segment, nextBase, to))) {
      isWhole = segment.writtenBytes === files.segments[index]?.sizeBytes && nextBase === undefined;
      giveUp(segments.splice(index + 1), options.logger);
    }
  }
  if (segments.length === 0) segments.push(firstSegment(options));
  const active = segments.at(-1);
  assert(active !== undefined, 'a log has a segment');
  await loadIndexes(active);
  epochs.truncateFromEnd(active.nextOffset);
  const endOffset = active.nextOffset;
  // What was cut off may be in a snapshot that ends where the log does now.
  const isKept = (offset: number) => offset < endOffset || (isWhole && offset === endOffset);
  dropSnapshots(
    options.folder,
    files.snapshotOffsets.filter((offset) => !isKept(offset)),
  );
  // A start above the end was noted of something else: what is here stays readable.
  const knownStart = options.logStartOffset <= endOffset ? options.logStartOffset : 0;
  const startOffset = Math.max(segments[0]?.baseOffset ?? 0, knownStart);
  const flushedOffset = options.cleanShutdown ? endOffset : Math.min(options.recoveryPoint, endOffset);
  for (const segment of segments) segment.isDirty = segment.nextOffset > flushedOffset;
  const snapshotOffsets = files.snapshotOffsets.filter(isKept);
  return { segments, startOffset, endOffset, flushedOffset, snapshotOffsets, epochs, producers };
}

function listFiles({ folder, files }: RecoveryOptions) {
  const byKind: Record<SegmentFileKind, Set<number>> = {
    log: new Set(),
    index: new Set(),
    timeindex: new Set(),
    txnindex: new Set(),
    snapshot: new Set(),
  };
  for (const name of readdirSync(folder)) {
    if (name.endsWith(UNFINISHED_SUFFIX)) rmSync(join(folder, name), { force: true });
    const file = parseSegmentFile(name);
    if (file !== undefined) byKind[file.kind].add(file.baseOffset);
  }
  const sizeOf = (baseOffset: number, kind: SegmentFileKind): number | null =>
    byKind[kind].has(baseOffset) ? statSync(segmentPath(folder, baseOffset, kind)).size : null;
  const ascending = (offsets: Iterable<number>) => [...offsets].sort((a, b) => a - b);
  const segments = ascending(byKind.log).map((baseOffset) => ({
    baseOffset,
    sizeBytes: sizeOf(baseOffset, 'log') ?? 0,
    offsetIndexBytes: sizeOf(baseOffset, 'index'),
    timeIndexBytes: sizeOf(baseOffset, 'timeindex'),
  }));
  // Only the last may have nothing in it; an empty one before it says nothing about those behind it.
  const last = segments.at(-1);
  const kept = segments.filter((segment) => segment.sizeBytes > 0 || segment === last);
  for (const { baseOffset, sizeBytes } of segments)
    if (sizeBytes === 0 && baseOffset !== last?.baseOffset) new Segment(folder, baseOffset, files).delete();
  return { segments: kept, snapshotOffsets: ascending(byKind.snapshot) };
}

function openSegment(options: RecoveryOptions, baseOffset: number): Segment {
  const segment = new Segment(options.folder, baseOffset, options.files);
  segment.sizeBytes = statSync(segment.path).size;
  segment.writtenBytes = segment.sizeBytes;
  return segment;
}

function firstSegment(options: RecoveryOptions): Segment {
  const segment = new Segment(options.folder, options.logStartOffset, options.files);
  segment.create();
  return segment;
}

/** @returns the offset from which the batches have to be replayed into `producers` */
function restoreProducers(folder: string, plan: RecoveryPlan, producers: ProducerTable): number {
  const firstScanned = plan.segments.find((segment) => segment.action === 'scan')?.baseOffset;
  for (const offset of plan.snapshotOffsets) {
    if (offset > (firstScanned ?? Number.POSITIVE_INFINITY)) continue;
    const bytes = readSmallFile(segmentPath(folder, offset, 'snapshot'));
    const entries = bytes === null ? null : decodeProducerSnapshot(bytes);
    if (entries === null) continue;
    producers.restore(entries);
    return offset;
  }
  return 0;
}

/** Takes the facts of a segment from its indexes, and reads only what follows their last entry, or has to be replayed. */
async function trust(
  segment: Segment,
  nextBase: number | undefined,
  replayFrom: number,
  producers: ProducerTable,
): Promise<void> {
  const newest = await segment.timeIndex.last();
  if (newest !== null) {
    segment.maxTimestampMs = newest.timestampMs;
    segment.maxTimestampOffset = segment.baseOffset + newest.relativeOffset;
  }
  if (nextBase === undefined) {
    await segment.scan(0, ({ header }) => {
      segment.firstTimestampMs = header.maxTimestamp;
      return false;
    });
  }
  if (nextBase === undefined || replayFrom < nextBase) {
    const position = await segment.offsetIndex.lookup(Math.max(0, replayFrom - segment.baseOffset));
    await segment.scan(position, ({ header, bytes }) => {
      // Its transaction index is in its file.
      if (header.baseOffset >= replayFrom) replayProducer(header, bytes, producers);
      segment.nextOffset = header.lastOffset + 1;
      return true;
    });
  }
  segment.nextOffset = nextBase ?? segment.nextOffset;
}

interface Rescan {
  readonly options: RecoveryOptions;
  readonly replayFrom: number;
  readonly producers: ProducerTable;
  readonly epochs: LeaderEpochs;
}

/**
 * Checks every batch of a segment that may be torn, builds its indexes anew and cuts the file after the last sound one.
 * @returns whether the log may go on behind it
 */
async function rescan(segment: Segment, nextBase: number | undefined, to: Rescan): Promise<boolean> {
  to.epochs.truncateFromEnd(segment.baseOffset);
  const fileBytes = segment.writtenBytes;
  const end = await rebuildFacts(segment, to, (batch) => {
    if (!isSound(batch, segment, to)) return false;
    to.epochs.assign(batch.header.partitionLeaderEpoch, batch.header.baseOffset);
    return true;
  });
  if (end < fileBytes) {
    const facts = {
      path: segment.path,
      position: end,
      droppedBytes: fileBytes - end,
      endOffset: segment.nextOffset,
    };
    to.options.logger.warn(facts, 'cut the log after its last sound batch');
    segment.truncate(end);
  }
  if (nextBase === undefined || end < fileBytes) return false;
  if (to.options.mayHaveGaps && segment.nextOffset < nextBase) segment.nextOffset = nextBase;
  if (segment.nextOffset !== nextBase) return false;
  await segment.seal();
  return true;
}

/** Builds the indexes of a segment anew whose bytes were synced: nothing is cut, whatever is found. */
async function reindex(segment: Segment, nextBase: number | undefined, to: Rescan): Promise<void> {
  const fileBytes = segment.writtenBytes;
  const end = await rebuildFacts(segment, to, () => true);
  if (end < fileBytes) {
    to.options.logger.error(
      { path: segment.path, position: end },
      'a synced segment is damaged; readers pass over the rest',
    );
  }
  segment.writtenBytes = fileBytes;
  segment.sizeBytes = fileBytes;
  if (nextBase === undefined) return;
  segment.nextOffset = nextBase;
  await segment.seal();
}

/** @returns the position at which the walk ended: at the file's end, or before a batch that is not whole or not `sound` */
async function rebuildFacts(
  segment: Segment,
  to: Rescan,
  sound: (batch: ScannedBatch) => boolean,
): Promise<number> {
  const fileBytes = segment.writtenBytes;
  segment.resetFacts();
  // Where the snapshot of producers is newer than the segment's start, it cannot be worked out: its file stands.
  const knowsProducers = segment.baseOffset >= to.replayFrom;
  if (knowsProducers) segment.transactionIndex.reset();
  segment.writtenBytes = fileBytes;
  return await segment.scan(0, (batch) => {
    if (!sound(batch)) return false;
    const { header, bytes } = batch;
    if (header.baseOffset >= to.replayFrom) {
      const completed = replayProducer(header, bytes, to.producers);
      if (completed?.isAborted === true && knowsProducers) segment.transactionIndex.add(completed);
    }
    const { baseOffset, lastOffset, maxTimestamp: maxTimestampMs } = header;
    const facts = { baseOffset, lastOffset, maxTimestampMs };
    segment.account(facts, header.sizeInBytes, to.options.indexIntervalBytes);
    return true;
  });
}

/** Offset, epoch and length of a batch are outside its checksum; offsets have gaps where compaction was, and only there. */
function isSound(batch: ScannedBatch, segment: Segment, { epochs, options }: Rescan): boolean {
  const { header, bytes } = batch;
  const gap = header.baseOffset - segment.nextOffset;
  if (
    gap !== 0 &&
    !(options.mayHaveGaps && gap > 0 && header.lastOffset - segment.baseOffset <= MAX_RELATIVE)
  )
    return false;
  if (header.lastOffsetDelta < 0) return false;
  return header.partitionLeaderEpoch >= Math.max(epochs.latest, 0) && hasValidCrc(bytes);
}

/** An active segment's indexes go on in memory. One that was trusted has them in its files. */
async function loadIndexes(active: Segment): Promise<void> {
  if (!active.transactionIndex.isInMemory) await active.transactionIndex.load();
  if (active.offsetIndex.file.isInMemory) return;
  await active.offsetIndex.file.load();
  await active.timeIndex.load();
}

function giveUp(lost: readonly Segment[], logger: Logger): void {
  for (const segment of lost) {
    const path = segment.giveUp();
    logger.error(
      { path, baseOffset: segment.baseOffset },
      'a segment does not follow on the log any more: set aside',
    );
  }
}

function dropSnapshots(folder: string, offsets: readonly number[]): void {
  for (const offset of offsets) rmSync(segmentPath(folder, offset, 'snapshot'), { force: true });
}
