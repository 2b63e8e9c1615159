import { randomUUID } from 'node:crypto';
import { type FileHandle, link, open, readdir, readFile, stat, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { MillraceError } from '@millrace/sdk';
import { syncFolder } from './append-file.ts';
import { codeOf } from './file-error.ts';

/** How long a journal may grow before it is begun anew. */
const JOURNAL_MAX_BYTES = 1024 * 1024;
/** How often another one may be faster in taking a partition. */
const TAKE_TRIES_MAX = 100;

/** A file that is being written, under a name of its own until it is complete. */
export interface Part {
  /** In the folder of the journals. */
  readonly name: string;
  /** The path that it will have. */
  readonly target: string;
  /** What its records have in common: their path without the offset. */
  readonly group: string;
  /** How much of it counts; what lies behind was never acknowledged. */
  readonly lengthBytes: number;
  /** The same before compression. */
  readonly textBytes: number;
  readonly records: number;
  /** When it was begun, by the wall clock. */
  readonly sinceMs: number;
}

/** What is known of one partition of a topic. */
export interface PartitionState {
  /** Of the record to be written next. */
  readonly offset: number;
  readonly parts: readonly Part[];
  /** Complete ones, which get their path now. */
  readonly complete: readonly Part[];
  /** The first record that was given since the position was set; null where none was. */
  readonly first: FirstRecord | null;
  /** Of the topic that the offset is of; null where that is not known. */
  readonly topicId: string | null;
  /** Whether its owner has let go of it: nobody writes into the parts any more. */
  readonly released: boolean;
}

/** What tells a record from another one of its offset. */
export interface FirstRecord {
  readonly offset: number;
  /** Of its timestamp and key. */
  readonly checksum: string;
}

const NOTHING: PartitionState = {
  ...{ offset: 0, parts: [], complete: [], first: null, topicId: null },
  released: true,
};

/**
 * What one partition has written, in a file that grows by a line a batch: the line is what makes a batch count. One task owns it at a time,
 * by an epoch in the file's name. Who takes it over gives the file the next epoch first and reads it then; who had it asks after each line
 * whether its epoch still stands. So a line either is seen by the next owner, or its writer learns that it came too late.
 */
export class PartitionJournal {
  readonly epoch: number;
  readonly #folder: string;
  readonly name: string;
  readonly #handle: FileHandle;
  readonly #sync: boolean;
  #length: number;

  private constructor(
    at: { readonly folder: string; readonly name: string; readonly epoch: number; readonly sync: boolean },
    handle: FileHandle,
    length: number,
  ) {
    this.#folder = at.folder;
    this.name = at.name;
    this.epoch = at.epoch;
    this.#sync = at.sync;
    this.#handle = handle;
    this.#length = length;
  }

  /**
   * Takes a partition from whoever has it.
   * @param handOver makes the parts of the last owner those of this epoch
   */
  static async take(
    at: { readonly folder: string; readonly name: string; readonly sync: boolean },
    handOver: (state: PartitionState, epoch: number) => Promise<PartitionState>,
  ): Promise<{ readonly journal: PartitionJournal; readonly state: PartitionState }> {
    const { folder, name } = at;
    for (let tries = 0; tries < TAKE_TRIES_MAX; tries++) {
      const epochs = await epochsOf(folder, name);
      const last = epochs.at(-1) ?? 0;
      const mine = last + 1;
      const isFenced =
        last === 0
          ? await isNew(open(join(folder, fileName(name, mine)), 'wx').then((handle) => handle.close()))
          : await isNew(link(join(folder, fileName(name, last)), join(folder, fileName(name, mine))));
      if (!isFenced) continue;
      for (const epoch of epochs) await removed(join(folder, fileName(name, epoch)));
      const before = lastState(await readFile(join(folder, fileName(name, mine)), 'utf8'));
      const state = await handOver(before, mine + 1);
      const journal = await PartitionJournal.#begin({ ...at, epoch: mine + 1 }, state);
      if (journal === null) continue;
      await removed(join(folder, fileName(name, mine)));
      return { journal, state };
    }
    throw taken(name);
  }

  /** A new file that begins with this state; null where somebody else has the epoch. */
  static async #begin(
    at: { readonly folder: string; readonly name: string; readonly epoch: number; readonly sync: boolean },
    state: PartitionState,
  ): Promise<PartitionJournal | null> {
    const draft = join(at.folder, `${at.name}.${randomUUID()}.draft`);
    const handle = await open(draft, 'wx+');
    try {
      const line = lineOf(state);
      await handle.writeFile(line);
      if (at.sync) await handle.datasync();
      if (!(await isNew(link(draft, join(at.folder, fileName(at.name, at.epoch)))))) {
        await handle.close();
        return null;
      }
      if (at.sync) await syncFolder(at.folder);
      return new PartitionJournal(at, handle, line.length);
    } catch (error) {
      await handle.close();
      throw error;
    } finally {
      await removed(draft);
    }
  }

  /**
   * Makes this the state. Resolves when it counts, whatever happens then.
   * @throws {MillraceError} PARTITION_TAKEN (class transient) where another task has taken the partition
   */
  async commit(state: PartitionState): Promise<void> {
    const line = lineOf(state);
    try {
      for (let at = 0; at < line.length; )
        at += (await this.#handle.write(line, at, line.length - at, this.#length + at)).bytesWritten;
      if (this.#sync) await this.#handle.datasync();
    } catch (error) {
      await this.#handle.truncate(this.#length).catch(() => undefined);
      throw error;
    }
    await this.check();
    this.#length += line.length;
  }

  /** @throws {MillraceError} PARTITION_TAKEN (class transient) where another task has taken the partition */
  async check(): Promise<void> {
    // In this order: the next one's name is there before this one's goes.
    const isTaken = (await isThere(this.#path(this.epoch + 1))) || !(await isThere(this.#path(this.epoch)));
    if (isTaken) throw taken(this.name);
  }

  get isLong(): boolean {
    return this.#length > JOURNAL_MAX_BYTES;
  }

  /** The same in a new file, under the next epoch. */
  async renewed(state: PartitionState): Promise<PartitionJournal> {
    await this.check();
    const at = { folder: this.#folder, name: this.name, epoch: this.epoch + 1, sync: this.#sync };
    const next = await PartitionJournal.#begin(at, state);
    if (next === null) throw taken(this.name);
    await removed(this.#path(this.epoch));
    await this.close();
    return next;
  }

  close(): Promise<void> {
    return this.#handle.close();
  }

  #path(epoch: number): string {
    return join(this.#folder, fileName(this.name, epoch));
  }
}

const fileName = (name: string, epoch: number): string => `${name}.${epoch}.journal`;

/** The partition that a journal is about. */
export const journalName = (topic: string, partition: number): string =>
  `${encodeURIComponent(topic)}-${partition}`;

/** The topic and partition of each journal in a folder. */
export async function journaledPartitions(
  folder: string,
): Promise<readonly { readonly topic: string; readonly partition: number }[]> {
  const found = new Map<string, { topic: string; partition: number }>();
  for (const file of await readdir(folder)) {
    const match = /^(.+)-(\d+)\.\d+\.journal$/.exec(file);
    if (match)
      found.set(`${match[1]}-${match[2]}`, {
        topic: decodeURIComponent(match[1] ?? ''),
        partition: Number(match[2]),
      });
  }
  return [...found.values()];
}

async function epochsOf(folder: string, name: string): Promise<readonly number[]> {
  const pattern = new RegExp(`^${RegExp.escape(name)}\\.(\\d+)\\.journal$`);
  const epochs = (await readdir(folder)).flatMap((file) => pattern.exec(file)?.[1] ?? []);
  return epochs.map(Number).sort((a, b) => a - b);
}

function lineOf(state: PartitionState): Buffer {
  const text = JSON.stringify(state);
  return Buffer.from(`${crc32(text).toString(16)} ${text}\n`);
}

/** The last line that is whole; what comes behind the first that is not was never acknowledged. */
function lastState(text: string): PartitionState {
  let state = NOTHING;
  for (const line of text.split('\n').slice(0, -1)) {
    const [checksum, json] = [line.slice(0, line.indexOf(' ')), line.slice(line.indexOf(' ') + 1)];
    if (crc32(json).toString(16) !== checksum) break;
    // Journals of earlier versions know of no first record and no topic.
    state = { ...NOTHING, ...(JSON.parse(json) as PartitionState) };
  }
  return state;
}

/** Whether what makes a file has made it: false where there is one already, or what it was made of is gone. */
async function isNew(made: Promise<unknown>): Promise<boolean> {
  try {
    await made;
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST' || codeOf(error) === 'ENOENT') return false;
    throw error;
  }
}

async function isThere(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return false;
    throw error;
  }
}

/** Removes a file; fine where it is gone. */
export async function removed(path: string): Promise<void> {
  await unlink(path).catch((error: unknown) => {
    if (codeOf(error) !== 'ENOENT') throw error;
  });
}

function taken(name: string): MillraceError {
  return new MillraceError(`Another task has taken the files of partition ${decodeURIComponent(name)}.`, {
    code: 'PARTITION_TAKEN',
    class: 'transient',
    hint: 'Nothing is to be done: the task that has the partition now writes it. Two connectors must not have the same state.folder.',
  });
}
