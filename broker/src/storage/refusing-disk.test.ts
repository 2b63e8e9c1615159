import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { silentLogger, systemRandom, systemTimers } from '@millrace/foundation';
import { decodeBatch, iterateBatches } from '@millrace/protocol/records';
import { afterEach, describe, expect, it } from 'vitest';
import { SAMPLE_LOG_CONFIG, sampleBatch } from '../testing/sample-batches.ts';
import type { Log, StorageEngine } from './log.ts';
import { openSegmentEngine } from './segment-engine.ts';

const ID = { topic: 'orders', topicId: 'AAAAAAAAAAAAAAAAAAAAAQ', partition: 0 };
const CONFIG = { ...SAMPLE_LOG_CONFIG, segmentBytes: 100_000 };
const ALL = { maxBytes: 100_000_000, atLeastOne: true, endBefore: Number.POSITIVE_INFINITY };
const DISK_BYTES = 2 * 1024 * 1024;
const VALUE = 'v'.repeat(10_000);

/** A disk that can be made to refuse writes, and to take them again. */
interface RefusingDisk {
  readonly folder: string;
  refuse(): void;
  mend(): void;
  /** So that files are opened anew by their names. */
  closeFiles?(engine: StorageEngine): Promise<unknown>;
  release(): void;
}

function newFolder(): string {
  return mkdtempSync(join(tmpdir(), 'millrace-disk-'));
}

/** The active segment becomes a device that is always full; what is in it stays beside. */
function fullDevice(): RefusingDisk {
  const folder = newFolder();
  const active = join(folder, 'orders-0', '00000000000000000000.log');
  return {
    folder,
    refuse() {
      renameSync(active, `${active}.kept`);
      symlinkSync('/dev/full', active);
    },
    mend() {
      rmSync(active);
      renameSync(`${active}.kept`, active);
    },
    closeFiles: (engine) => engine.open({ ...ID, topic: 'other' }, CONFIG),
    release: () => rmSync(folder, { recursive: true, force: true }),
  };
}

const mount = (...args: string[]): void => void execFileSync('mount', args, { stdio: 'ignore' });

function smallFileSystem(): Pick<RefusingDisk, 'folder' | 'release'> {
  const folder = newFolder();
  mount('-t', 'tmpfs', '-o', `size=${DISK_BYTES}`, 'tmpfs', folder);
  return {
    folder,
    release() {
      execFileSync('umount', ['-l', folder], { stdio: 'ignore' });
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function fullFileSystem(): RefusingDisk {
  const disk = smallFileSystem();
  const ballast = join(disk.folder, 'ballast');
  return {
    ...disk,
    refuse() {
      try {
        writeFileSync(ballast, Buffer.alloc(DISK_BYTES));
      } catch {
        // As much as fits.
      }
    },
    mend: () => rmSync(ballast),
  };
}

/** File systems are made where this account may; the rest holds everywhere. */
function mayMount(): boolean {
  try {
    smallFileSystem().release();
    return true;
  } catch {
    return false;
  }
}

const disks: readonly (readonly [string, () => RefusingDisk])[] = [
  ...(existsSync('/dev/full') ? [['a full device', fullDevice] as const] : []),
  ...(mayMount() ? [['a full file system', fullFileSystem] as const] : []),
];
let release: (() => void)[] = [];
afterEach(() => {
  for (const one of release) one();
  release = [];
});

function openEngine(folder: string): Promise<StorageEngine> {
  return openSegmentEngine({
    folder,
    tailCacheBytes: 0,
    pendingWriteMaxBytes: 1_000_000_000,
    // Files are opened anew for each use, as after a while.
    openFilesMax: 1,
    syncWriteMaxMs: 10_000,
    timers: systemTimers,
    random: systemRandom,
    logger: silentLogger,
  });
}

async function valuesOf(log: Log): Promise<string[]> {
  const values: string[] = [];
  for (let next = log.startOffset; next < log.endOffset; ) {
    for (const buffer of await log.read(next, ALL))
      for (const { position, lastOffset } of iterateBatches(buffer)) {
        const { records } = decodeBatch(buffer, position, { maxDecompressedBytes: 1_000_000 });
        values.push(...records.map(({ value }) => String(value).replaceAll('v', '')));
        next = lastOffset + 1;
      }
  }
  return values;
}

async function appendUntilRefused(log: Log, name: string): Promise<string[]> {
  const taken: string[] = [];
  for (let index = 0; index < 1000; index++) {
    try {
      await log.append(sampleBatch({ values: [`${name}${index}${VALUE}`] }), 0).written;
      taken.push(`${name}${index}`);
    } catch {
      return taken;
    }
  }
  throw new Error('the disk took everything');
}

describe.each(disks)('a log on %s', (_name, makeDisk) => {
  it('loses nothing that was acknowledged, says what to do, and goes on when that is done', async () => {
    const disk = makeDisk();
    release.push(() => disk.release());
    const data = disk.folder;
    mkdirSync(data, { recursive: true });
    const engine = await openEngine(data);
    const log = await engine.open(ID, CONFIG);
    for (let index = 0; index < 5; index++)
      await log.append(
        sampleBatch({ values: [`a${index}`], producerId: 4, producerEpoch: 0, baseSequence: index }),
        0,
      ).written;
    await log.flush();
    disk.refuse();
    await disk.closeFiles?.(engine);
    const taken = await appendUntilRefused(log, 'b');
    expect(log.failure?.details).toMatchObject({ code: 'LOG_STORAGE_FAILED', class: 'transient' });
    expect(log.failure?.message).toContain('ENOSPC');
    expect(log.failure?.details.hint).toMatch(/^Free space on the disk\. A broker that runs tries again/);
    expect(() => log.append(sampleBatch({ values: ['refused'] }), 0)).toThrow(/ENOSPC/);
    expect(await log.reopen()).toBe(false);
    expect(log.failure).not.toBeNull();
    disk.mend();
    const acknowledged = ['a0', 'a1', 'a2', 'a3', 'a4', ...taken];
    expect(await log.reopen()).toBe(true);
    expect(log.failure).toBeNull();
    expect(await valuesOf(log)).toEqual(acknowledged);
    const next = {
      producerId: 4,
      producerEpoch: 0,
      firstSequence: 5,
      lastSequence: 5,
      isTransactional: false,
    };
    expect(log.producers.check(next)).toEqual({ kind: 'next' });
    await log.append(sampleBatch({ values: ['after'] }), 0).written;
    await log.flush();
    await engine.close();
    const again = await openEngine(data);
    expect(await valuesOf(await again.open(ID, CONFIG))).toEqual([...acknowledged, 'after']);
    await again.close();
  });
});

// What a device refused to sync is not tried again.
const fileSystems = disks.filter(([name]) => name === 'a full file system');

describe.each(fileSystems)('an engine that is closed on %s', (_name, newDisk) => {
  it('ends in order where there is room again, and not before', async () => {
    const disk = newDisk();
    release.push(disk.release);
    const close = async ({ isMended }: { readonly isMended: boolean }) => {
      const engine = await openEngine(disk.folder);
      const log = await engine.open(ID, CONFIG);
      await log.append(sampleBatch({ values: ['a'] }), 0).written;
      await log.flush();
      disk.refuse();
      await appendUntilRefused(log, 'b');
      if (isMended) disk.mend();
      await engine.close(7);
      if (!isMended) disk.mend();
    };
    await close({ isMended: false });
    expect(existsSync(join(disk.folder, '.kafka_cleanshutdown'))).toBe(false);
    await close({ isMended: true });
    const again = await openEngine(disk.folder);
    expect(again.previousBrokerEpoch).toBe(7);
    await again.close();
  });
});

describe('a log that was closed', () => {
  it('is not opened again by itself', async () => {
    const folder = newFolder();
    release.push(() => rmSync(folder, { recursive: true, force: true }));
    const engine = await openEngine(folder);
    const log = await engine.open(ID, CONFIG);
    await engine.close();
    expect(await log.reopen()).toBe(false);
  });
});
