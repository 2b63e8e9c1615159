import { constants, copyFile, link, mkdir, open, readdir } from 'node:fs/promises';
import { dirname, extname, join, resolve } from 'node:path';
import { crc32 } from 'node:zlib';
import { type Logger, MillraceError, readAt, type SinkRecord } from '@millrace/sdk';
import { syncFolder } from './append-file.ts';
import { codeOf } from './file-error.ts';
import { linkUnderFreeName } from './free-name.ts';
import { LineBuffer } from './line-buffer.ts';
import { type Compression, PartFile, packed } from './part-file.ts';
import {
  type FirstRecord,
  type Part,
  PartitionJournal,
  type PartitionState,
  removed,
} from './partition-journal.ts';
import { filledPath, offsetText } from './path-template.ts';
import { type LineFormat, recordLine } from './record-line.ts';

export interface RollOptions {
  readonly file: string;
  readonly task: number;
  readonly format: LineFormat;
  readonly compression: Compression;
  /** Where parts and journals lie. */
  readonly folder: string;
  readonly sync: boolean;
  /** When a part is complete; 0: not for this reason. */
  readonly recordsMax: number;
  readonly bytesMax: number;
  readonly ageMaxMs: number;
  readonly openMax: number;
  readonly logger: Pick<Logger, 'warn'>;
}

/** A part as a batch would leave it. */
interface Draft {
  part: Part;
  readonly lines: LineBuffer;
}

/** The files of one partition: parts that are written, and get their paths when they are complete. */
export class RolledPartition {
  readonly #options: RollOptions;
  readonly #files = new Map<string, PartFile>();
  #journal: PartitionJournal;
  #state: PartitionState;
  #partCount = 0;
  /** Whether there are parts whose names may not be on the disk. */
  #hasNewNames = false;
  /** Whether records were given since the partition was taken. */
  #isGiven = false;
  /** Of the topic as it is now; null: not known. */
  readonly #topicId: string | null;

  private constructor(
    options: RollOptions,
    journal: PartitionJournal,
    state: PartitionState,
    topicId: string | null,
  ) {
    this.#options = options;
    this.#journal = journal;
    this.#state = { ...state, topicId: state.topicId ?? topicId };
    this.#topicId = topicId;
  }

  /**
   * Takes the partition from whoever had it, and finishes what that one had begun.
   * @param topicId of the topic as it is now; null where it is not known, or does not matter
   */
  static async take(name: string, options: RollOptions, topicId: string | null): Promise<RolledPartition> {
    const { folder, sync } = options;
    const { journal, state } = await PartitionJournal.take({ folder, name, sync }, (before, epoch) =>
      handOver(before, `${name}.${epoch}`, options),
    );
    const partition = new RolledPartition(options, journal, state, topicId);
    await partition.#publish();
    await removeOrphans(name, options, state);
    return partition;
  }

  /** Of the record to be written next. */
  get offset(): number {
    return this.#state.offset;
  }

  /**
   * Writes the records that were not written yet; resolves when they count. After a failure the state is the one before. Where the topic was
   * made anew, all of them are new.
   * @throws {MillraceError} class poison, before anything is written, for a record that is no line or has no path; RECORDS_FROM_BEFORE (class
   * config) for those that come before the first that was ever given
   */
  async write(records: readonly SinkRecord[]): Promise<void> {
    await this.#publish();
    const [given] = records;
    const isOther = this.#isOfOther;
    if (!this.#isGiven && !isOther) checkFollows(this.#state, given);
    this.#isGiven = true;
    if (given && (isOther ?? isMadeAnew(this.#state, records))) {
      this.#options.logger.warn(
        { partition: this.#journal.name, writtenTo: this.#state.offset },
        'the topic was deleted and made anew; its records are written from its beginning',
      );
      await this.moveTo(readAt(given).offset, this.#topicId);
    }
    const first = this.#state.first ?? (given ? firstRecord(given) : null);
    const fresh = records.filter((record) => readAt(record).offset >= this.#state.offset);
    const last = fresh.at(-1);
    if (last === undefined) return await this.#journal.check();
    const { open, complete } = this.#drafts(fresh);
    const drafts = [...complete, ...open.values()];
    try {
      for (const draft of drafts) await this.#fill(draft);
      await this.#commit({
        offset: readAt(last).offset + 1,
        parts: [...open.values()].map(({ part }) => part),
        complete: complete.map(({ part }) => part),
        first,
        topicId: this.#state.topicId,
        released: false,
      });
    } catch (error) {
      await this.#dropUnknown();
      throw error;
    }
    await this.#publish();
  }

  /** Completes the parts that are old enough, or all of them. */
  async roll(which: 'old' | 'all', nowMs: number): Promise<void> {
    await this.#publish();
    const isComplete = ({ sinceMs }: Part) => which === 'all' || this.#isOld(sinceMs, nowMs);
    const complete = this.#state.parts.filter(isComplete);
    if (complete.length === 0) return;
    const parts = this.#state.parts.filter((part) => !isComplete(part));
    await this.#commit({ ...this.#state, parts, complete, released: false });
    await this.#publish();
  }

  /** Goes on at this offset, whatever was written, of this topic; null: of whichever it is then. */
  async moveTo(offset: number, topicId: string | null): Promise<void> {
    await this.roll('all', 0);
    await this.#commit({ ...this.#state, offset, first: null, topicId, released: false });
  }

  /** Lets go: the next owner goes on in the same files. */
  async release(): Promise<void> {
    try {
      await this.#closeFiles();
      await this.#commit({ ...this.#state, released: true });
    } finally {
      await this.#journal.close();
    }
  }

  /** Ends without a word to anybody, after another one has taken the partition. */
  async abandon(): Promise<void> {
    await this.#closeFiles();
    await this.#journal.close();
  }

  /** Whether what was written was of another topic of that name; null where its id is not known. */
  get #isOfOther(): boolean | null {
    return this.#topicId === null ? null : this.#state.topicId !== this.#topicId;
  }

  #isOld(sinceMs: number, nowMs: number): boolean {
    return this.#options.ageMaxMs > 0 && nowMs - sinceMs >= this.#options.ageMaxMs;
  }

  #drafts(records: readonly SinkRecord[]) {
    const { file, task, format, recordsMax, bytesMax, openMax } = this.#options;
    const open = new Map<string, Draft>();
    const complete: Draft[] = [];
    const nowMs = Date.now();
    for (const part of this.#state.parts) {
      const draft = { part, lines: new LineBuffer() };
      if (this.#isOld(part.sinceMs, nowMs)) complete.push(draft);
      else open.set(part.group, draft);
    }
    for (const record of records) {
      const line = recordLine(record, format);
      if (line === null) continue;
      const group = filledPath(file, record, task, '*');
      let draft = open.get(group);
      if (draft === undefined) {
        const oldest = open.values().next().value;
        if (open.size >= openMax && oldest) this.#complete(oldest, open, complete);
        const target = resolve(filledPath(file, record, task, offsetText(readAt(record).offset)));
        draft = { part: this.#newPart(group, target, nowMs), lines: new LineBuffer() };
        open.set(group, draft);
      }
      const before = draft.lines.bytes.length;
      draft.lines.add(line);
      const { part } = draft;
      const textBytes = part.textBytes + draft.lines.bytes.length - before;
      draft.part = { ...part, textBytes, records: part.records + 1 };
      const isFull =
        (recordsMax > 0 && draft.part.records >= recordsMax) || (bytesMax > 0 && textBytes >= bytesMax);
      if (isFull) this.#complete(draft, open, complete);
    }
    return { open, complete };
  }

  #complete(draft: Draft, open: Map<string, Draft>, complete: Draft[]): void {
    open.delete(draft.part.group);
    complete.push(draft);
  }

  #newPart(group: string, target: string, sinceMs: number): Part {
    const name = `${this.#journal.name}.${this.#journal.epoch}-${this.#partCount++}.part`;
    return { name, target, group, lengthBytes: 0, textBytes: 0, records: 0, sinceMs };
  }

  async #fill(draft: Draft): Promise<void> {
    const { bytes: lines } = draft.lines;
    if (lines.length === 0) return;
    const bytes = await packed(lines, this.#options.compression);
    const { part } = draft;
    let file = this.#files.get(part.name);
    if (file === undefined) {
      file = await PartFile.open(join(this.#options.folder, part.name), this.#options.sync);
      this.#files.set(part.name, file);
      this.#hasNewNames = true;
    }
    await file.write(bytes, part.lengthBytes);
    draft.part = { ...part, lengthBytes: part.lengthBytes + bytes.length };
  }

  async #commit(state: PartitionState): Promise<void> {
    if (this.#journal.isLong) this.#journal = await this.#journal.renewed(this.#state);
    if (this.#options.sync && this.#hasNewNames) await syncFolder(this.#options.folder);
    this.#hasNewNames = false;
    await this.#journal.commit(state);
    this.#state = state;
  }

  /** Gives complete parts their paths; what fails is done by the next call. */
  async #publish(): Promise<void> {
    for (const part of this.#state.complete) {
      await this.#files.get(part.name)?.close();
      this.#files.delete(part.name);
      await publish(part, this.#options);
    }
    this.#state = { ...this.#state, complete: [] };
  }

  /** Parts that a failed batch has begun. */
  async #dropUnknown(): Promise<void> {
    const known = new Set(this.#state.parts.map(({ name }) => name));
    for (const [name, file] of this.#files) {
      if (known.has(name)) continue;
      this.#files.delete(name);
      await file.close();
      await removed(join(this.#options.folder, name)).catch(() => undefined);
    }
  }

  async #closeFiles(): Promise<void> {
    const files = [...this.#files.values()];
    this.#files.clear();
    for (const file of files) await file.close();
  }
}

/** Timestamps and keys of a topic that is read again are what they were; those of one that was made anew are others. */
function firstRecord(record: SinkRecord): FirstRecord {
  return { offset: readAt(record).offset, checksum: checksumOf(record) };
}

function checksumOf({ timestamp, key }: SinkRecord): string {
  // A key that is an object tells nothing more: what it holds depends on its converter.
  const text = Buffer.isBuffer(key) ? key.toString('base64') : typeof key === 'object' ? '' : String(key);
  return crc32(`${timestamp} ${text}`).toString(16);
}

/**
 * Where topics have no ids: whether records that lie before what was written are those of another topic of the same name: the first one
 * that was ever given is another one now.
 */
function isMadeAnew({ first, offset }: PartitionState, records: readonly SinkRecord[]): boolean {
  const [given] = records;
  if (first === null || given === undefined || readAt(given).offset >= offset) return false;
  const same = records.find((record) => readAt(record).offset === first.offset);
  return same !== undefined && checksumOf(same) !== first.checksum;
}

/**
 * A group never goes back behind where it began. Where it does, nobody can know whether its records are new.
 * @throws {MillraceError} RECORDS_FROM_BEFORE (class config)
 */
function checkFollows({ first }: PartitionState, given: SinkRecord | undefined): void {
  if (first === null || given === undefined || readAt(given).offset >= first.offset) return;
  const { topic, partition, offset } = readAt(given);
  throw new MillraceError(
    `Partition ${partition} of topic ${topic} gives records from offset ${offset} on, before the first that was ever given (${first.offset}).`,
    {
      code: 'RECORDS_FROM_BEFORE',
      class: 'config',
      hint: 'The topic was made anew, or the position of the group was set back elsewhere: stop the connector and reset or alter its offsets, and records are written from there on.',
    },
  );
}

async function publish({ name, target }: Part, { folder, sync }: RollOptions): Promise<void> {
  const path = join(folder, name);
  await mkdir(dirname(target), { recursive: true });
  try {
    await linkUnderFreeName(path, (count) => (count === 0 ? target : numbered(target, count)));
  } catch (error) {
    // Who has taken the partition has done it.
    if (codeOf(error) === 'ENOENT') return;
    throw error;
  }
  if (sync) await syncFolder(dirname(target));
  await removed(path);
}

/** `a.jsonl.gz` becomes `a.1.jsonl.gz`. */
function numbered(path: string, count: number): string {
  const packing = /\.(?:gz|zst)$/.exec(path)?.[0] ?? '';
  const ending = extname(path.slice(0, path.length - packing.length)) + packing;
  return `${path.slice(0, path.length - ending.length)}.${count}${ending}`;
}

/**
 * Makes the parts of the last owner ours. One that may still be alive could write into them at any time, so that they are copied; where it
 * has let go, a further name does.
 */
async function handOver(
  before: PartitionState,
  prefix: string,
  { folder, sync }: RollOptions,
): Promise<PartitionState> {
  const parts: Part[] = [];
  for (const [index, part] of before.parts.entries()) {
    const name = `${prefix}-taken${index}.part`;
    const from = join(folder, part.name);
    const to = join(folder, name);
    if (before.released) await link(from, to).catch(alreadyThere);
    else await copyFile(from, to, constants.COPYFILE_FICLONE);
    await using file = await open(to, 'r+');
    await file.truncate(part.lengthBytes);
    if (sync) await file.sync();
    parts.push({ ...part, name });
  }
  return { ...before, parts, released: false };
}

function alreadyThere(error: unknown): void {
  if (codeOf(error) !== 'EEXIST') throw error;
}

async function removeOrphans(name: string, { folder }: RollOptions, state: PartitionState): Promise<void> {
  const known = new Set(state.parts.map((part) => part.name));
  const isOurs = (file: string) =>
    file.startsWith(`${name}.`) && /^\d+-(?:taken)?\d+\.part$/.test(file.slice(name.length + 1));
  for (const file of await readdir(folder))
    if (isOurs(file) && !known.has(file)) await removed(join(folder, file));
}
