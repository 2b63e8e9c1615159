import { dirname, join } from 'node:path';
import type { LeaderEpochStart } from '../core/log/leader-epochs.ts';
import { LEADER_EPOCH_FILE, writeLeaderEpochs } from './leader-epoch-file.ts';
import { PARTITION_METADATA_FILE } from './partition-metadata-file.ts';
import { syncFolder, syncSmallFile } from './small-file.ts';

/**
 * The small files beside a log's segments without which its records are not the topic's any more after a loss of power. They are
 * written without a sync, since most change before there is a record, and synced before the first records after it count as synced;
 * as in Kafka for `partition.metadata`.
 */
export class CompanionFiles {
  readonly #folder: string;
  #isSynced = false;

  /** @param folder of the log; nobody knows what of it an earlier run has synced */
  constructor(folder: string) {
    this.#folder = folder;
  }

  writeLeaderEpochs(starts: readonly LeaderEpochStart[]): void {
    this.#isSynced = false;
    writeLeaderEpochs(this.#folder, starts);
  }

  /** Resolves when they are on disk as they were at the call. */
  async sync(): Promise<void> {
    if (this.#isSynced) return;
    this.#isSynced = true;
    await syncSmallFile(join(this.#folder, PARTITION_METADATA_FILE));
    await syncSmallFile(join(this.#folder, LEADER_EPOCH_FILE));
    await syncFolder(this.#folder);
    await syncFolder(dirname(this.#folder));
  }
}
