import { join } from 'node:path';
import { JoinedRuns } from './joined-runs.ts';
import { readOffsetCheckpoint, writeOffsetCheckpoint } from './offset-checkpoint-file.ts';

const FILE_NAME = 'replication-offset-checkpoint';

/** Up to where each log of a data folder was committed when that was last noted, in Kafka's file. */
export class HighWatermarkCheckpoint {
  readonly #path: string;
  /** By the name of a log, `topic-partition`. */
  readonly #offsets: Map<string, number>;
  /** What the file holds may be something else. */
  #isChanged = false;
  /** Logs that the file may name, whatever becomes of a write that is under way. */
  #named: ReadonlySet<string>;
  readonly #writes = new JoinedRuns(() => this.#write());

  /** @param folder the data folder; a file that cannot be read says nothing */
  constructor(folder: string) {
    this.#path = join(folder, FILE_NAME);
    this.#offsets = new Map(readOffsetCheckpoint(this.#path) ?? []);
    this.#named = new Set(this.#offsets.keys());
  }

  /** Null where nothing was noted. */
  get(name: string): number | null {
    return this.#offsets.get(name) ?? null;
  }

  /** Forgets the logs that are not there; the file does so with the next change. */
  retain(names: ReadonlySet<string>): void {
    for (const name of this.#offsets.keys())
      if (!names.has(name) && this.#offsets.delete(name)) this.#isChanged = true;
  }

  /** Resolves when it is on disk, at once where it is already. Of logs that are not named, what was noted stays. */
  async note(offsets: ReadonlyMap<string, number>): Promise<void> {
    for (const [name, offset] of offsets) {
      if (this.#offsets.get(name) === offset) continue;
      this.#offsets.set(name, offset);
      this.#isChanged = true;
    }
    if (this.#isChanged) await this.#writes.ask();
  }

  /** A log is about to be cut: what is written there afterwards is not what was committed. */
  async cutTo(name: string, offset: number): Promise<void> {
    if (offset < (this.#offsets.get(name) ?? 0)) await this.note(new Map([[name, offset]]));
  }

  /** Resolves when the file says nothing of a log of this name: another one begins anew. */
  async forget(name: string): Promise<void> {
    if (this.#offsets.delete(name)) this.#isChanged = true;
    if (this.#named.has(name)) await this.#writes.ask();
  }

  /** Resolves when nothing is being written. */
  settled(): Promise<void> {
    return this.#writes.settled();
  }

  async #write(): Promise<void> {
    const offsets = new Map(this.#offsets);
    this.#isChanged = false;
    this.#named = new Set([...this.#named, ...offsets.keys()]);
    try {
      await writeOffsetCheckpoint(this.#path, offsets);
      this.#named = new Set(offsets.keys());
    } catch (error) {
      this.#isChanged = true;
      throw error;
    }
  }
}
