import type { LogWriter, WriteTurn } from './log-writer.ts';
import type { OpenFiles } from './open-files.ts';
import type { Segment } from './segment.ts';

interface PendingWrite {
  readonly segment: Segment;
  readonly bytes: Buffer;
  /** Offset after its last record. */
  readonly endOffset: number;
}

export interface WriteOutcome {
  /** Everything below `offset` is in the file, by `bytes` more. A promise, where readers have to wait for a sync too. */
  written(offset: number, bytes: number): Promise<void> | null;
  failed(cause: unknown): void;
}

interface Turn {
  readonly promise: Promise<void>;
  readonly resolve: (done?: Promise<void>) => void;
  readonly reject: (error: unknown) => void;
}

/** The appends of one log that are not in the file yet, in order; those of one loop turn are written together. */
export class PendingWrites implements WriteTurn {
  readonly #files: OpenFiles;
  readonly #writer: LogWriter;
  readonly #outcome: WriteOutcome;
  #pending: PendingWrite[] = [];
  #turn: Turn | null = null;
  /** The asynchronous write that is under way. */
  #underWay: Promise<void> | null = null;
  #turnUnderWay: Turn | null = null;

  constructor(room: { files: OpenFiles; writer: LogWriter }, outcome: WriteOutcome) {
    this.#files = room.files;
    this.#writer = room.writer;
    this.#outcome = outcome;
  }

  /** Resolves when the bytes are in the file; the same promise for all of one turn. */
  add(segment: Segment, bytes: Buffer, endOffset: number): Promise<void> {
    this.#pending.push({ segment, bytes, endOffset });
    if (this.#turn === null) {
      this.#turn = newTurn();
      this.#writer.ask(this);
    }
    return this.#turn.promise;
  }

  writePending(): void {
    const turn = this.#turn;
    if (turn === null || this.#underWay !== null) return;
    const writes = this.#pending;
    this.#pending = [];
    this.#turn = null;
    if (this.#writer.isSynchronous) this.#writeNow(writes, turn);
    else this.#writeLater(writes, turn);
  }

  /** Resolves when nothing is pending. */
  async settle(): Promise<void> {
    while (this.#turn !== null || this.#underWay !== null) {
      this.writePending();
      if (this.#underWay !== null) await this.#underWay;
    }
  }

  /** Rejects everything that is pending. */
  abandon(error: unknown): void {
    this.#pending = [];
    const turns = [this.#turnUnderWay, this.#turn];
    this.#turn = null;
    this.#turnUnderWay = null;
    for (const turn of turns) turn?.reject(error);
  }

  #writeNow(writes: readonly PendingWrite[], turn: Turn): void {
    this.#turnUnderWay = turn;
    let done: Promise<void> | null = null;
    try {
      for (const { segment, buffers, bytes, endOffset } of bySegment(writes)) {
        this.#writer.writeNow(this.#files.fd(segment.path), buffers, segment.writtenBytes);
        done = this.#wrote(segment, bytes, endOffset);
      }
    } catch (error) {
      this.#outcome.failed(error);
      return;
    }
    this.#turnUnderWay = null;
    turn.resolve(done ?? undefined);
  }

  #writeLater(writes: readonly PendingWrite[], turn: Turn): void {
    this.#turnUnderWay = turn;
    this.#underWay = this.#writeAsync(writes, turn).finally(() => {
      this.#underWay = null;
      this.writePending();
    });
  }

  async #writeAsync(writes: readonly PendingWrite[], turn: Turn): Promise<void> {
    let done: Promise<void> | null = null;
    try {
      for (const { segment, buffers, bytes, endOffset } of bySegment(writes)) {
        await this.#files.with(segment.path, (fd) => this.#writer.write(fd, buffers, segment.writtenBytes));
        done = this.#wrote(segment, bytes, endOffset);
      }
    } catch (error) {
      this.#outcome.failed(error);
      return;
    }
    this.#turnUnderWay = null;
    turn.resolve(done ?? undefined);
  }

  #wrote(segment: Segment, bytes: number, endOffset: number): Promise<void> | null {
    segment.writtenBytes += bytes;
    segment.isDirty = true;
    return this.#outcome.written(endOffset, bytes);
  }
}

function newTurn(): Turn {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  // Whoever appended with acks=0 does not look at the outcome.
  promise.catch(() => undefined);
  return { promise, resolve, reject };
}

/** One `writev` a segment; a turn in which a log rolled has two. */
function bySegment(writes: readonly PendingWrite[]) {
  const groups: { segment: Segment; buffers: Buffer[]; bytes: number; endOffset: number }[] = [];
  for (const { segment, bytes, endOffset } of writes) {
    let group = groups.at(-1);
    if (group?.segment !== segment) {
      group = { segment, buffers: [], bytes: 0, endOffset };
      groups.push(group);
    }
    group.buffers.push(bytes);
    group.bytes += bytes.length;
    group.endOffset = endOffset;
  }
  return groups;
}
