import {
  existsSync,
  fdatasync as fdatasyncWithCallback,
  read as readWithCallback,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  write as writeWithCallback,
} from 'node:fs';
import { promisify } from 'node:util';
import {
  BATCH_HEADER_BYTES,
  type BatchHeader,
  peekBatchSize,
  readBatchHeader,
} from '@millrace/protocol/records';
import type { SegmentFacts } from '../core/log/retention.ts';
import type { StoredBatch } from './batch-stamp.ts';
import { OffsetIndex } from './offset-index.ts';
import type { OpenFiles } from './open-files.ts';
import { SEGMENT_KINDS, type SegmentFileStage, segmentPath } from './segment-files.ts';
import { TimeIndex } from './time-index.ts';
import { TransactionIndex } from './transaction-index.ts';

const read = promisify(readWithCallback);
const write = promisify(writeWithCallback);
const fdatasync = promisify(fdatasyncWithCallback);
/** Of a segment that recovery could not keep. */
const GIVEN_UP_SUFFIX = '.given-up';
const DISCARDED: SegmentFileStage = '.deleted';
const SCAN_CHUNK_BYTES = 1024 * 1024;

/** A batch that a scan came by. */
export interface ScannedBatch {
  readonly header: BatchHeader;
  readonly position: number;
  /** The whole batch; a view of memory that holds others afterwards. */
  readonly bytes: Buffer;
}

/** One `.log` file with its indexes, and what is known of the records in it. */
export class Segment {
  readonly baseOffset: number;
  readonly path: string;
  readonly offsetIndex: OffsetIndex;
  readonly timeIndex: TimeIndex;
  readonly transactionIndex: TransactionIndex;
  /** Bytes appended; `writtenBytes` of them are in the file. */
  sizeBytes = 0;
  writtenBytes = 0;
  /** Offset after the last record that was appended. */
  nextOffset: number;
  /** Milliseconds of the first batch and of the newest record; null and -1 while there are none. */
  firstTimestampMs: number | null = null;
  maxTimestampMs = -1;
  /** Last offset of the batch with the newest record. */
  maxTimestampOffset = -1;
  /** Whether something was written since the last sync. */
  isDirty = false;
  /** Whether the name of the file may be lost with the power. */
  isNameSynced = true;
  #isDeleted = false;
  readonly #files: OpenFiles;
  readonly #folder: string;
  #bytesSinceEntry = 0;

  /** @param stage of a segment that is not in the log yet */
  constructor(folder: string, baseOffset: number, files: OpenFiles, stage: SegmentFileStage | '' = '') {
    this.baseOffset = baseOffset;
    this.nextOffset = baseOffset;
    this.path = `${segmentPath(folder, baseOffset, 'log')}${stage}`;
    this.offsetIndex = new OffsetIndex(`${segmentPath(folder, baseOffset, 'index')}${stage}`);
    this.timeIndex = new TimeIndex(`${segmentPath(folder, baseOffset, 'timeindex')}${stage}`);
    this.transactionIndex = new TransactionIndex(`${segmentPath(folder, baseOffset, 'txnindex')}${stage}`);
    this.#files = files;
    this.#folder = folder;
  }

  get facts(): SegmentFacts {
    const { baseOffset, nextOffset, sizeBytes, firstTimestampMs } = this;
    const knowsTime = this.maxTimestampMs >= 0 || sizeBytes === 0;
    const maxTimestampMs = knowsTime ? this.maxTimestampMs : this.changedMs;
    return { baseOffset, nextOffset, sizeBytes, maxTimestampMs, firstTimestampMs };
  }

  /** Of the larger one of its two indexes. */
  get indexBytes(): number {
    return Math.max(this.offsetIndex.file.sizeBytes, this.timeIndex.file.sizeBytes);
  }

  /** When the file was changed last, ms. */
  get changedMs(): number {
    return statSync(this.path).mtimeMs;
  }

  set changedMs(changedMs: number) {
    utimesSync(this.path, new Date(changedMs), new Date(changedMs));
  }

  /** Makes the file. */
  create(): void {
    this.#files.create(this.path);
    this.isNameSynced = false;
  }

  /** What is asked when a batch comes: whether it begins a new segment. */
  get rollFacts() {
    return {
      activeSizeBytes: this.sizeBytes,
      activeIndexBytes: this.indexBytes,
      activeBaseOffset: this.baseOffset,
      firstTimestampMs: this.firstTimestampMs,
    };
  }

  /** Takes a batch into account, which will be, or is, written at `sizeBytes`. */
  account(
    batch: Omit<StoredBatch, 'bytes' | 'leaderEpoch'>,
    batchBytes: number,
    indexIntervalBytes: number,
  ): void {
    if (this.firstTimestampMs === null) this.firstTimestampMs = batch.maxTimestampMs;
    if (batch.maxTimestampMs > this.maxTimestampMs) {
      this.maxTimestampMs = batch.maxTimestampMs;
      this.maxTimestampOffset = batch.lastOffset;
    }
    if (this.#bytesSinceEntry > indexIntervalBytes) {
      this.offsetIndex.add(batch.baseOffset - this.baseOffset, this.sizeBytes);
      this.#addTimeEntry();
      this.#bytesSinceEntry = 0;
    }
    this.#bytesSinceEntry += batchBytes;
    this.sizeBytes += batchBytes;
    this.nextOffset = batch.lastOffset + 1;
  }

  /** Forgets everything about the records; `account` builds it up again. */
  resetFacts(): void {
    this.sizeBytes = 0;
    this.writtenBytes = 0;
    this.nextOffset = this.baseOffset;
    this.firstTimestampMs = null;
    this.maxTimestampMs = -1;
    this.maxTimestampOffset = -1;
    this.#bytesSinceEntry = 0;
    this.offsetIndex.file.reset();
    this.timeIndex.reset();
  }

  /** Writes the indexes out; nothing is appended after it. */
  async seal(): Promise<void> {
    if (this.#isDeleted) return;
    this.#addTimeEntry();
    await this.offsetIndex.file.seal();
    await this.timeIndex.file.seal();
    await this.transactionIndex.seal();
  }

  /** Of indexes that `seal` did not write out, or not wholly, nothing may stay in the folder. */
  dropUnsealedIndexes(): void {
    for (const { file } of [this.offsetIndex, this.timeIndex]) if (file.isInMemory) file.reset();
  }

  /** `writtenBytes` as of the call are on disk when it resolves. */
  async sync(): Promise<void> {
    this.isDirty = false;
    await this.#files.with(this.path, (fd) => fdatasync(fd));
  }

  /** Writes at the end of what is written; the caller has taken the bytes into account. */
  async write(bytes: Buffer): Promise<void> {
    await this.#files.with(this.path, async (fd) => {
      for (let at = 0; at < bytes.length; ) {
        const { bytesWritten } = await write(fd, bytes, at, bytes.length - at, this.writtenBytes + at);
        at += bytesWritten;
      }
    });
    this.writtenBytes += bytes.length;
  }

  /** Fails once the segment is out of the log: another one may have its name by then. */
  async read(
    position: number,
    bytes: number,
    allocate: (bytes: number) => Buffer = Buffer.allocUnsafeSlow,
  ): Promise<Buffer> {
    if (this.#isDeleted) throw new DOMException(`${this.path} is not in the log any more`, 'AbortError');
    const buffer = allocate(bytes);
    const bytesRead = await this.#files.with(this.path, async (fd) => {
      let at = 0;
      while (at < bytes) {
        const { bytesRead: more } = await read(fd, buffer, at, bytes - at, position + at);
        if (more === 0) break;
        at += more;
      }
      return at;
    });
    return buffer.subarray(0, bytesRead);
  }

  /**
   * Goes through the batches in the file from `position`, which is where one begins, until `visit` answers false or the
   * file ends; a batch that is cut short or malformed ends it too.
   * @returns the position at which it ended
   */
  async scan(
    position: number,
    visit: (batch: ScannedBatch) => boolean,
    chunkBytes = SCAN_CHUNK_BYTES,
  ): Promise<number> {
    let at = position;
    let chunk: Buffer = Buffer.alloc(0);
    let chunkAt = position;
    let memory: Buffer = Buffer.alloc(0);
    const allocate = (bytes: number): Buffer => {
      if (memory.length < bytes) memory = Buffer.allocUnsafeSlow(bytes);
      return memory;
    };
    for (;;) {
      const sizeBytes = peekBatchSize(chunk, at - chunkAt);
      if (sizeBytes !== undefined && (sizeBytes < BATCH_HEADER_BYTES || at + sizeBytes > this.writtenBytes))
        return at;
      if (sizeBytes === undefined || at - chunkAt + sizeBytes > chunk.length) {
        const wanted = Math.min(this.writtenBytes - at, Math.max(chunkBytes, sizeBytes ?? 0));
        if (wanted < BATCH_HEADER_BYTES || (chunkAt === at && chunk.length >= wanted)) return at;
        chunk = await this.read(at, wanted, allocate);
        if (chunk.length < wanted) return at;
        chunkAt = at;
        continue;
      }
      const bytes = chunk.subarray(at - chunkAt, at - chunkAt + sizeBytes);
      const header = headerOf(bytes);
      if (header === undefined || !visit({ header, position: at, bytes })) return at;
      at += sizeBytes;
    }
  }

  /** Cuts the file; the facts and indexes are the caller's to set right. */
  truncate(sizeBytes: number): void {
    truncateSync(this.path, sizeBytes);
    this.writtenBytes = sizeBytes;
    this.isDirty = true;
  }

  delete(): void {
    this.#leaveLog();
    for (const path of this.#paths) rmSync(path, { force: true });
  }

  /**
   * Takes the files out of the log at once, under names that say so. Whoever reads one goes on reading it.
   * @returns where they are now, to be removed
   */
  discard(): readonly string[] {
    this.#leaveLog();
    const doomed = this.#paths.filter((path) => existsSync(path));
    for (const path of doomed) renameSync(path, `${path}${DISCARDED}`);
    return doomed.map((path) => `${path}${DISCARDED}`);
  }

  /**
   * Gives the files another stage. They are renamed one after the other, the records last.
   * @returns the segment under its new name; this one is not to be used any more
   */
  staged(from: SegmentFileStage | '', to: SegmentFileStage | ''): Segment {
    this.#leaveLog();
    for (const kind of SEGMENT_KINDS) {
      const path = segmentPath(this.#folder, this.baseOffset, kind);
      if (existsSync(`${path}${from}`)) renameSync(`${path}${from}`, `${path}${to}`);
    }
    const renamed = new Segment(this.#folder, this.baseOffset, this.#files, to);
    renamed.sizeBytes = this.sizeBytes;
    renamed.writtenBytes = this.writtenBytes;
    renamed.nextOffset = this.nextOffset;
    renamed.firstTimestampMs = this.firstTimestampMs;
    renamed.maxTimestampMs = this.maxTimestampMs;
    renamed.maxTimestampOffset = this.maxTimestampOffset;
    return renamed;
  }

  /**
   * Takes the file out of the log and keeps it under another name, for whoever wants to look into it.
   * @returns where it is now
   */
  giveUp(): string {
    this.#files.forget(this.path);
    const kept = unusedName(`${this.path}${GIVEN_UP_SUFFIX}`);
    renameSync(this.path, kept);
    this.delete();
    return kept;
  }

  release(): void {
    this.#files.forget(this.path);
  }

  get #paths(): readonly string[] {
    const { offsetIndex, timeIndex, transactionIndex } = this;
    return [offsetIndex.file.path, timeIndex.file.path, transactionIndex.path, this.path];
  }

  #leaveLog(): void {
    this.#isDeleted = true;
    this.isDirty = false;
    this.isNameSynced = true;
    this.#files.forget(this.path);
  }

  #addTimeEntry(): void {
    if (this.maxTimestampMs < 0) return;
    this.timeIndex.add({
      timestampMs: this.maxTimestampMs,
      relativeOffset: this.maxTimestampOffset - this.baseOffset,
    });
  }
}

function unusedName(path: string): string {
  let name = path;
  for (let more = 1; existsSync(name); more++) name = `${path}-${more}`;
  return name;
}

function headerOf(bytes: Buffer): BatchHeader | undefined {
  try {
    return readBatchHeader(bytes);
  } catch {
    return undefined;
  }
}
