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
  readonly #writes = new JoinedRuns(() => writeOffsetCheckpoint(this.#path, this.#offsets));

  /** @param folder the data folder */
  constructor(folder: string) {
    this.#path = join(folder, FILE_NAME);
    const offsets = readOffsetCheckpoint(this.#path);
    this.#isReadable = offsets !== null || !existsSync(this.#path);
    this.#offsets = new Map(offsets ?? []);
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

  /** Of a log that is gone: another one of its name begins anew. */
  async forget(name: string): Promise<void> {
    if (this.#offsets.delete(name)) await this.#writes.ask();
  }
}
