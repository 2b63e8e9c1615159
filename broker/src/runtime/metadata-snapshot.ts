import { MillraceError } from '@millrace/foundation';
import { Writer } from '@millrace/protocol';
import { snapshotFooterRecord, snapshotHeaderRecord } from '@millrace/protocol/internal';
import {
  buildControlBatch,
  iterateBatches,
  RecordBatchBuilder,
  setBaseOffset,
} from '@millrace/protocol/records';
import type { MetadataImage } from '../core/metadata/image.ts';
import { emptyImage, replay } from '../core/metadata/replay.ts';
import { snapshotRecords } from '../core/metadata/snapshot-records.ts';
import type { SnapshotId } from '../core/quorum/quorum-log.ts';
import { decodeMetadataBatch } from './metadata-batch.ts';
import type { MetadataFolder } from './metadata-folder.ts';
import { encodeMetadataRecord } from './metadata-record-codec.ts';

const BATCH_MAX_BYTES = 8 * 1024 * 1024;
const NAME = /^(\d{20})-(\d{10})\.checkpoint$/;
const VERSION = 0;

/**
 * Writes the image as KRaft writes snapshots (KIP-630): `<end offset>-<epoch>.checkpoint`, batches between a header and
 * a footer control record. Older ones are deleted once it is on disk.
 * @returns up to where the log is not needed any more
 */
export async function writeSnapshot(
  folder: MetadataFolder,
  image: MetadataImage,
  timestamp: number,
): Promise<SnapshotId> {
  const id = { endOffset: image.offset + 1, epoch: image.epoch };
  await storeSnapshotBytes(folder, id, encodeSnapshot(image, timestamp));
  return id;
}

/** Stores a snapshot as it came from the leader. Older ones are deleted once it is on disk. */
export async function storeSnapshotBytes(
  folder: MetadataFolder,
  id: SnapshotId,
  bytes: Buffer,
): Promise<void> {
  const name = nameOf(id);
  await folder.write(name, bytes);
  for (const other of await folder.list()) if (NAME.test(other) && other < name) await folder.delete(other);
}

/** As many bytes of it from there on, and how many it has; null where there is no such snapshot. */
export async function readSnapshotPiece(
  folder: MetadataFolder,
  id: SnapshotId,
  piece: { readonly position: number; readonly maxBytes: number },
): Promise<{ readonly bytes: Buffer; readonly sizeBytes: number } | null> {
  return await folder.readPiece(nameOf(id), piece);
}

export async function newestSnapshotId(folder: MetadataFolder): Promise<SnapshotId | null> {
  const [, endOffset, epoch] = NAME.exec((await newestName(folder)) ?? '') ?? [];
  return endOffset === undefined ? null : { endOffset: Number(endOffset), epoch: Number(epoch) };
}

function nameOf({ endOffset, epoch }: SnapshotId): string {
  return `${String(endOffset).padStart(20, '0')}-${String(epoch).padStart(10, '0')}.checkpoint`;
}

async function newestName(folder: MetadataFolder): Promise<string | undefined> {
  const names = (await folder.list()).filter((name) => NAME.test(name));
  return names.sort().at(-1);
}

/**
 * The image of the newest snapshot, or the empty image where there is none.
 * @throws {MillraceError} METADATA_SNAPSHOT_CORRUPT, METADATA_RECORD_UNKNOWN
 */
export async function readNewestSnapshot(folder: MetadataFolder): Promise<MetadataImage> {
  const newest = await newestName(folder);
  const match = newest === undefined ? null : NAME.exec(newest);
  if (newest === undefined || !match) return emptyImage;
  const bytes = (await folder.read(newest)) ?? Buffer.alloc(0);
  let image = emptyImage;
  let end = 0;
  let controlBatches = 0;
  for (const header of iterateBatches(bytes)) {
    end = header.position + header.sizeInBytes;
    if (header.isControl) controlBatches += 1;
    else image = replay(image, decodeMetadataBatch(bytes, header.position), header.lastOffset, 0);
  }
  if (end !== bytes.length || controlBatches !== 2) {
    throw new MillraceError(`The metadata snapshot ${newest} is cut short.`, {
      code: 'METADATA_SNAPSHOT_CORRUPT',
      class: 'config',
      hint: 'Restore the folder __cluster_metadata-0 from a backup.',
    });
  }
  return { ...image, offset: Number(match[1]) - 1, epoch: Number(match[2]) };
}

function encodeSnapshot(image: MetadataImage, timestamp: number): Buffer {
  const header = new Writer(32);
  snapshotHeaderRecord.encode(header, VERSION, { version: VERSION, lastContainedLogTimestamp: timestamp });
  const footer = new Writer(32);
  snapshotFooterRecord.encode(footer, VERSION, { version: VERSION });
  const batches = [buildControlBatch({ type: 'SNAPSHOT_HEADER', value: header.finish(), timestamp })];
  let builder = new RecordBatchBuilder({ maxBytes: BATCH_MAX_BYTES });
  for (const record of snapshotRecords(image)) {
    const value = encodeMetadataRecord(record);
    if (builder.tryAppend({ key: null, value, timestamp })) continue;
    batches.push(builder.build());
    builder = new RecordBatchBuilder({ maxBytes: BATCH_MAX_BYTES });
    builder.tryAppend({ key: null, value, timestamp });
  }
  if (builder.recordCount > 0) batches.push(builder.build());
  batches.push(buildControlBatch({ type: 'SNAPSHOT_FOOTER', value: footer.finish(), timestamp }));
  const bytes = Buffer.concat(batches);
  let offset = 0;
  for (const batch of iterateBatches(bytes)) {
    setBaseOffset(bytes, batch.position, offset);
    offset += batch.recordCount;
  }
  return bytes;
}
