import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { JoinedRuns } from './joined-runs.ts';
import { readOffsetCheckpoint, writeOffsetCheckpoint } from './offset-checkpoint-file.ts';

const FILE_NAME = 'cleaner-offset-checkpoint';

/**
 * How far compaction has come in each log, in Kafka's file. A log is in it from before the first time that compaction
 * takes a record from it: the offsets of no other one have gaps.
 */
export class CleanerCheckpoint {
  readonly #path: string;
  readonly #isReadable: boolean;
  readonly #offsets: Map<string, number>;
  /** Logs that the file may name, whatever becomes of a write that is under way. */
  #named: ReadonlySet<string>;
  readonly #writes = new JoinedRuns(() => this.#write());

  /** @param folder the data folder */
  constructor(folder: string) {
    this.#path = join(folder, FILE_NAME);
    const offsets = readOffsetCheckpoint(this.#path);
    this.#isReadable = offsets !== null || !existsSync(this.#path);
    this.#offsets = new Map(offsets ?? []);
    this.#named = new Set(this.#offsets.keys());
  }

  /** By the name of a log, `topic-partition`; null where compaction never began. */
  get(name: string): number | null {
    return this.#offsets.get(name) ?? null;
  }

  /** Whether a record may be missing between two others of the log. */
  mayHaveGaps(name: string): boolean {
    return !this.#isReadable || this.#offsets.has(name);
  }

  /** Resolves when it is on disk. */
  set(name: string, offset: number): Promise<void> {
    this.#offsets.set(name, offset);
    return this.#writes.ask();
  }

  /** Of a log that is gone: another one of its name begins anew. Resolves when the file does not name it. */
  async forget(name: string): Promise<void> {
    this.#offsets.delete(name);
    if (this.#named.has(name)) await this.#writes.ask();
  }

  /** Resolves when nothing is being written. */
  settled(): Promise<void> {
    return this.#writes.settled();
  }

  async #write(): Promise<void> {
    const offsets = new Map(this.#offsets);
    this.#named = new Set([...this.#named, ...offsets.keys()]);
    await writeOffsetCheckpoint(this.#path, offsets);
    this.#named = new Set(offsets.keys());
  }
}
