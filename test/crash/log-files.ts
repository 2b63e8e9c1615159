import { closeSync, fstatSync, openSync, readdirSync, readSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** Bytes of a record batch up to and with its last offset delta (Kafka's message format, "Record Batch"). */
const HEADER_BYTES = 27;
const LENGTH_AT = 8;
/** What the length does not count: the base offset and the length itself. */
const LENGTH_EXTRA_BYTES = 12;
const MAGIC_AT = 16;
const LAST_OFFSET_DELTA_AT = 23;
const MAGIC = 2;

/**
 * The log end offset of each partition that a data folder holds, by `topic-partition`, told by the complete record batches in
 * its newest segment. Read it while no broker runs: it is what a recovery must at least come to.
 */
export function logEndsOnDisk(logFolder: string): ReadonlyMap<string, number> {
  const ends = new Map<string, number>();
  for (const entry of readdirSync(logFolder, { withFileTypes: true })) {
    if (!entry.isDirectory() || !/-\d+$/.test(entry.name)) continue;
    const newest = newestSegment(join(logFolder, entry.name));
    if (newest) ends.set(entry.name, segmentEnd(newest));
  }
  return ends;
}

/** Asks, as often and as quickly as one likes, how many bytes the newest segments of a topic hold together. */
export function logSize(logFolder: string, topic: string): () => number {
  const folders = readdirSync(logFolder).filter((name) => name.replace(/-\d+$/, '') === topic);
  const paths = folders.map((name) => newestSegment(join(logFolder, name))).filter((path) => path !== null);
  return () => paths.reduce((sum, path) => sum + statSync(path).size, 0);
}

function newestSegment(folder: string): string | null {
  const newest = readdirSync(folder)
    .filter((name) => name.endsWith('.log'))
    .sort()
    .at(-1);
  return newest === undefined ? null : join(folder, newest);
}

function segmentEnd(path: string): number {
  const file = openSync(path, 'r');
  try {
    const { size } = fstatSync(file);
    const header = Buffer.alloc(HEADER_BYTES);
    let end = Number(/(\d+)\.log$/.exec(path)?.[1]);
    let at = 0;
    while (at + HEADER_BYTES <= size) {
      readSync(file, header, 0, HEADER_BYTES, at);
      const bytes = header.readInt32BE(LENGTH_AT) + LENGTH_EXTRA_BYTES;
      if (header[MAGIC_AT] !== MAGIC || at + bytes > size) break;
      end = Number(header.readBigInt64BE(0)) + header.readInt32BE(LAST_OFFSET_DELTA_AT) + 1;
      at += bytes;
    }
    return end;
  } finally {
    closeSync(file);
  }
}
