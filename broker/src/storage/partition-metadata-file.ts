import { join } from 'node:path';
import type { Uuid } from '@millrace/foundation/types';
import { readSmallFile, replaceSmallFileNow } from './small-file.ts';

/** Its name in a log's folder. */
export const PARTITION_METADATA_FILE = 'partition.metadata';
const CONTENT = /^version: 0\ntopic_id: ([A-Za-z0-9_-]{22})\n?$/;

/** The topic that a log's folder belongs to (KIP-516), or null where it does not say. */
export function readPartitionTopicId(folder: string): Uuid | null {
  return (
    CONTENT.exec(readSmallFile(join(folder, PARTITION_METADATA_FILE))?.toString('latin1') ?? '')?.[1] ?? null
  );
}

export function writePartitionTopicId(folder: string, topicId: Uuid): void {
  replaceSmallFileNow(join(folder, PARTITION_METADATA_FILE), `version: 0\ntopic_id: ${topicId}\n`);
}
