import { rmSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import type { ProducerTable } from '../core/log/producer-table.ts';
import { encodeProducerSnapshot } from './producer-snapshot.ts';
import { segmentPath } from './segment-files.ts';

/** Snapshots that are kept: the newest may be torn. */
const SNAPSHOTS_KEPT = 2;

/** The producer snapshots in a log's folder. */
export class SnapshotFiles {
  readonly #folder: string;
  readonly #offsets: number[];

  /** @param offsets of those that are there, ascending */
  constructor(folder: string, offsets: readonly number[]) {
    this.#folder = folder;
    this.#offsets = [...offsets];
  }

  /**
   * Takes the producers as they are now, as of `endOffset`.
   * @returns what writes them, and removes those that are one too many
   */
  take(endOffset: number, producers: ProducerTable): () => Promise<void> {
    const path = segmentPath(this.#folder, endOffset, 'snapshot');
    const bytes = encodeProducerSnapshot(producers);
    if (this.#offsets.at(-1) !== endOffset) this.#offsets.push(endOffset);
    const surplus = this.#offsets.splice(0, Math.max(0, this.#offsets.length - SNAPSHOTS_KEPT));
    return async () => {
      await writeFile(path, bytes);
      for (const offset of surplus) rmSync(segmentPath(this.#folder, offset, 'snapshot'), { force: true });
    };
  }
}
