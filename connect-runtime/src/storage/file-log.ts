import { open, readFile, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { ConsumerRecord } from '@millrace/client';
import { MillraceError } from '@millrace/foundation';
import { MemoryLog } from './memory-log.ts';
import type { LogEntry, RecordLog } from './record-log.ts';

/** Of the file: `{"format":1,"records":{"key":"value"}}`, keys and values as a topic would hold them. */
const FORMAT = 1;
/** How a file begins that Java has serialized. */
const JAVA_MAGIC = 0xaced;

/**
 * A log that a standalone worker keeps in a file, `offset.storage.file.filename`: the newest value of each key. A write replaces the
 * file as a whole, so that it is the old one or the new one whenever the worker dies. Kafka Connect has another format there, a map
 * that Java serialized.
 */
export class FileLog implements RecordLog {
  readonly #file: string;
  readonly #memory: MemoryLog;
  readonly #records = new Map<string, string>();
  /** One write of the file after the other. */
  #writing: Promise<void> = Promise.resolve();
  #failure: Error | null = null;

  constructor(file: string, onRecord: (record: ConsumerRecord) => void) {
    this.#file = file;
    this.#memory = new MemoryLog(file, onRecord);
  }

  get failure(): Error | null {
    return this.#failure;
  }

  /** @throws {MillraceError} OFFSETS_FILE_UNREADABLE (class config): what stands there was not written by this worker */
  async start(): Promise<void> {
    for (const [key, value] of Object.entries(await readRecords(this.#file))) {
      this.#records.set(key, value);
      await this.#memory.write(key, Buffer.from(value, 'utf8'));
    }
  }

  readToEnd(): Promise<void> {
    return this.#writing.catch(() => undefined);
  }

  write(key: string, value: Buffer | null): Promise<void> {
    return this.writeAll([{ key: Buffer.from(key, 'utf8'), value }]);
  }

  writeAll(entries: readonly LogEntry[]): Promise<void> {
    const write = () => this.#store(entries);
    this.#writing = this.#writing.then(write, write);
    return this.#writing;
  }

  async close(): Promise<void> {
    await this.readToEnd();
  }

  async #store(entries: readonly LogEntry[]): Promise<void> {
    for (const { key, value } of entries) {
      if (value === null) this.#records.delete(key.toString('utf8'));
      else this.#records.set(key.toString('utf8'), value.toString('utf8'));
    }
    try {
      await replaceFile(
        this.#file,
        JSON.stringify({ format: FORMAT, records: Object.fromEntries(this.#records) }),
      );
      this.#failure = null;
    } catch (error) {
      this.#failure = error as Error;
      throw error;
    }
    await this.#memory.writeAll(entries);
  }
}

async function readRecords(file: string): Promise<Readonly<Record<string, string>>> {
  const bytes = await readFile(file).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw unreadable(file, error.message, 'Give the worker the right to it.');
  });
  if (bytes === null || bytes.length === 0) return {};
  if (bytes.length >= 2 && bytes.readUInt16BE(0) === JAVA_MAGIC) {
    throw unreadable(
      file,
      "it holds Kafka Connect's own format",
      'Name a new file, and set the offsets there by PATCH /connectors/NAME/offsets.',
    );
  }
  try {
    const { format, records } = JSON.parse(bytes.toString('utf8'));
    if (format === FORMAT && typeof records === 'object' && records !== null) return records;
  } catch {
    // Said below, as for every other text.
  }
  throw unreadable(file, 'it was written by something else, or by a newer version', 'Name another file.');
}

/** The name of the new file leads to it only when the disk has its bytes. */
async function replaceFile(file: string, text: string): Promise<void> {
  const next = `${file}.next`;
  const handle = await open(next, 'w', 0o600);
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(next, file);
  const folder = await open(dirname(file), 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

function unreadable(file: string, why: string, hint: string): MillraceError {
  return new MillraceError(`The offsets in ${file} can't be read: ${why}.`, {
    code: 'OFFSETS_FILE_UNREADABLE',
    class: 'config',
    path: 'offset.storage.file.filename',
    hint,
  });
}
