import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { silentLogger, systemRandom, systemTimers, type Timers } from '@millrace/foundation';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { SAMPLE_LOG_CONFIG, sampleBatch } from '../testing/sample-batches.ts';
import type { Log, LogConfig, StorageEngine } from './log.ts';
import { openSegmentEngine, type SegmentEngineOptions } from './segment-engine.ts';

const ID = { topic: 'orders', topicId: 'AAAAAAAAAAAAAAAAAAAAAQ', partition: 0 };
const NEXT_ID = { ...ID, topicId: 'AAAAAAAAAAAAAAAAAAAAAg' };
const SMALL: LogConfig = { ...SAMPLE_LOG_CONFIG, segmentBytes: 250 };

/** Folders that were synced, and whether the marker was there then. */
const synced = vi.hoisted(() => [] as { path: string; hadMarker: boolean }[]);
/** What small files wait for before they are written. */
const disk = vi.hoisted(() => ({ isReady: Promise.resolve() }));
vi.mock('./small-file.ts', async (importOriginal) => {
  const original = await importOriginal<typeof import('./small-file.ts')>();
  return {
    ...original,
    replaceSmallFile: async (path: string, content: string | Buffer) => {
      await disk.isReady;
      await original.replaceSmallFile(path, content);
    },
    syncFolder: (path: string) => {
      synced.push({ path, hadMarker: existsSync(join(path, '.kafka_cleanshutdown')) });
      return original.syncFolder(path);
    },
  };
});

let root: string;
let folder: string;
const engines: StorageEngine[] = [];
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'millrace-segments-'));
  folder = join(root, 'data');
  mkdirSync(folder);
});
afterEach(async () => {
  disk.isReady = Promise.resolve();
  for (const engine of engines.splice(0)) await engine.close().catch(() => undefined);
  rmSync(root, { recursive: true, force: true });
});

async function openEngine(path = folder, more: Partial<SegmentEngineOptions> = {}): Promise<StorageEngine> {
  const engine = await openSegmentEngine({
    folder: path,
    tailCacheBytes: 0,
    pendingWriteMaxBytes: 1_000_000_000,
    openFilesMax: 16,
    syncWriteMaxMs: 10_000,
    timers: systemTimers,
    random: systemRandom,
    logger: silentLogger,
    ...more,
  });
  engines.push(engine);
  return engine;
}

/** The folder as a kill would leave it now, opened again. */
function afterKill(): Promise<StorageEngine> {
  const killed = mkdtempSync(join(root, 'killed-'));
  cpSync(folder, killed, { recursive: true });
  return openEngine(killed);
}

async function append(log: Log, batches: number, producerId = -1): Promise<void> {
  for (let batch = 0; batch < batches; batch++) {
    const sequence = producerId < 0 ? {} : { producerId, producerEpoch: 0, baseSequence: log.endOffset };
    const values = [`${log.endOffset}`];
    await log.append(sampleBatch({ values, timestampMs: 1000 + log.endOffset, ...sequence }), 0).written;
  }
}

describe('a log that takes the name of one that was deleted', () => {
  async function deleted(): Promise<StorageEngine> {
    const engine = await openEngine();
    const log = await engine.open(ID, SMALL);
    await append(log, 12);
    await log.flush();
    await log.advanceStartOffset(8);
    await engine.checkpoint();
    await engine.delete(log.id);
    return engine;
  }

  it('keeps what was written to it, whatever the checkpoints say of the old one', async () => {
    const engine = await deleted();
    await append(await engine.open(NEXT_ID, SMALL), 11);
    const log = (await afterKill()).logs.get('orders-0');
    expect([log?.startOffset, log?.endOffset]).toEqual([0, 11]);
    expect(log?.flushedOffset).toBe(0);
  });

  it('keeps it too when a kill came between the two', async () => {
    await deleted();
    const engine = await openEngine(folder);
    await append(await engine.open(NEXT_ID, SMALL), 11);
    const log = (await afterKill()).logs.get('orders-0');
    expect([log?.startOffset, log?.endOffset]).toEqual([0, 11]);
  });

  it('takes nothing for committed that was so of the old one', async () => {
    const engine = await openEngine();
    await engine.open(ID, SMALL);
    await engine.noteHighWatermarks(new Map([['orders-0', 9]]));
    expect((await afterKill()).notedHighWatermark(ID)).toBe(9);
    await engine.delete(ID);
    await engine.open(NEXT_ID, SMALL);
    expect((await afterKill()).notedHighWatermark(NEXT_ID)).toBeNull();
  });

  it('takes nothing for committed of one that was deleted while the disk took nothing', async () => {
    const engine = await openEngine();
    await engine.open(ID, SMALL);
    await engine.noteHighWatermarks(new Map([['orders-0', 9]]));
    const unfinished = join(folder, 'replication-offset-checkpoint.tmp');
    mkdirSync(unfinished);
    await engine.delete(ID);
    expect(existsSync(join(folder, 'orders-0'))).toBe(false);
    await expect(engine.open(NEXT_ID, SMALL)).rejects.toMatchObject({ code: 'LOG_STORAGE_FAILED' });
    rmSync(unfinished, { recursive: true });
    await engine.open(NEXT_ID, SMALL);
    expect((await afterKill()).notedHighWatermark(NEXT_ID)).toBeNull();
  });

  describe('while the disk is slow', () => {
    /** Deleted, and both checkpoints still name it. @returns what lets them be written */
    async function deletedUnwritten(): Promise<{ engine: StorageEngine; release: () => void }> {
      const engine = await openEngine();
      await (await engine.open(ID, SMALL)).allowGaps();
      await engine.noteHighWatermarks(new Map([['orders-0', 9]]));
      const { promise, resolve: release } = Promise.withResolvers<void>();
      disk.isReady = promise;
      await engine.delete(ID);
      expect(existsSync(join(folder, 'orders-0'))).toBe(false);
      return { engine, release };
    }
    /** Whether it ends before the disk does anything. */
    async function endsAlone(work: Promise<unknown>): Promise<boolean> {
      let hasEnded = false;
      void work.then(() => {
        hasEnded = true;
      });
      for (let turns = 0; turns < 20; turns++) await new Promise((resolve) => setImmediate(resolve));
      return hasEnded;
    }

    it('waits for the checkpoints, for which the deletion has not waited', async () => {
      const { engine, release } = await deletedUnwritten();
      const opened = engine.open(NEXT_ID, SMALL);
      expect(await endsAlone(opened)).toBe(false);
      release();
      await opened;
      const next = await afterKill();
      expect([next.notedHighWatermark(NEXT_ID), next.logs.get('orders-0')?.cleanedOffset]).toEqual([
        null,
        null,
      ]);
    });

    it('does not wait for those of others', async () => {
      const { engine, release } = await deletedUnwritten();
      expect(await endsAlone(engine.open({ ...NEXT_ID, partition: 1 }, SMALL))).toBe(true);
      release();
    });

    it('leaves nothing to be written once all is closed', async () => {
      const { engine, release } = await deletedUnwritten();
      const closed = engine.close();
      expect(await endsAlone(closed)).toBe(false);
      release();
      await closed;
      expect(readdirSync(folder).filter((name) => name.endsWith('.tmp'))).toEqual([]);
    });
  });

  it('takes nothing for committed of one that was gone when the process began', async () => {
    writeFileSync(join(folder, 'replication-offset-checkpoint'), '0\n1\norders 0 8\n');
    const engine = await openEngine();
    await engine.open(ID, SMALL);
    expect((await afterKill()).notedHighWatermark(ID)).toBeNull();
  });

  it('that is cut back, or begins anew elsewhere, is committed no further than that', async () => {
    const engine = await openEngine();
    const log = await engine.open(ID, SMALL);
    await append(log, 12);
    await engine.noteHighWatermarks(new Map([['orders-0', 9]]));
    await log.truncateTo(10);
    expect((await afterKill()).notedHighWatermark(ID)).toBe(9);
    await log.truncateTo(8);
    expect((await afterKill()).notedHighWatermark(ID)).toBe(8);
    await log.resetTo(5);
    expect((await afterKill()).notedHighWatermark(ID)).toBe(5);
  });

  it('does not believe a start beyond its end', async () => {
    const engine = await openEngine();
    await append(await engine.open(ID, SMALL), 5);
    writeFileSync(join(folder, 'log-start-offset-checkpoint'), '0\n1\norders 0 8\n');
    const log = (await afterKill()).logs.get('orders-0');
    expect([log?.startOffset, log?.endOffset]).toEqual([0, 5]);
  });
});

/** Timers of that delay fire when they are told to, the others never. */
function heldTimers(heldMs: number): { readonly timers: Timers; readonly fire: () => void } {
  const held = new Set<() => void>();
  const timers: Timers = {
    after(delayMs, callback) {
      if (delayMs === heldMs) held.add(callback);
      return { cancel: () => void held.delete(callback) };
    },
  };
  return {
    timers,
    fire: () => {
      expect(held.size, 'timers that wait').toBe(1);
      for (const callback of held) callback();
    },
  };
}

describe('files of segments that are dropped', () => {
  const DELAYED: LogConfig = { ...SMALL, fileDeleteDelayMs: 60_000 };
  const dropped = () => readdirSync(join(folder, 'orders-0')).filter((name) => name.endsWith('.log.deleted'));

  it('stay for file.delete.delay.ms', async () => {
    const { timers, fire } = heldTimers(60_000);
    const engine = await openEngine(folder, { timers });
    const log = await engine.open(ID, DELAYED);
    await append(log, 12);
    await log.advanceStartOffset(6);
    expect(dropped().length).toBeGreaterThan(0);
    fire();
    await expect.poll(dropped, { timeout: 30_000 }).toEqual([]);
    expect([log.startOffset, log.endOffset]).toEqual([6, 12]);
  });

  it('are removed by the next start where the log was closed meanwhile', async () => {
    const { timers } = heldTimers(60_000);
    const engine = await openEngine(folder, { timers });
    const log = await engine.open(ID, DELAYED);
    await append(log, 12);
    await log.advanceStartOffset(6);
    await engine.close();
    expect(dropped().length).toBeGreaterThan(0);
    const again = (await openEngine(folder)).logs.get('orders-0');
    expect([again?.startOffset, again?.endOffset]).toEqual([6, 12]);
    expect(dropped()).toEqual([]);
  });
});

describe('the folder of a deleted log', () => {
  const leftOver = () => readdirSync(folder).filter((name) => name.endsWith('-delete'));

  it('is out of the way at once, and removed behind that', async () => {
    const engine = await openEngine();
    await append(await engine.open(ID, SMALL), 12);
    await engine.delete(ID);
    // Who waits for the deletion does not wait for the files.
    expect(existsSync(join(folder, 'orders-0'))).toBe(false);
    expect(leftOver()).toHaveLength(1);
    await expect.poll(leftOver, { timeout: 30_000 }).toEqual([]);
  });

  it('stays as long as deleted topics do', async () => {
    const { timers, fire } = heldTimers(60_000);
    const engine = await openEngine(folder, { timers, folderDeleteDelayMs: () => 60_000 });
    await append(await engine.open(ID, SMALL), 12);
    await engine.delete(ID);
    expect(leftOver()).toHaveLength(1);
    fire();
    await expect.poll(leftOver, { timeout: 30_000 }).toEqual([]);
  });

  it('is removed by the next start where a kill came before', async () => {
    await openEngine();
    mkdirSync(join(folder, 'orders-0.gone-delete'));
    writeFileSync(join(folder, 'orders-0.gone-delete', '00000000000000000000.log'), 'x');
    const engine = await openEngine(folder);
    expect(engine.logs.size).toBe(0);
    await expect.poll(leftOver, { timeout: 30_000 }).toEqual([]);
  });

  it('is left alone once the engine is closed', async () => {
    const engine = await openEngine();
    for (let partition = 0; partition < 20; partition++)
      await append(await engine.open({ ...ID, partition }, SMALL), 1);
    for (let partition = 0; partition < 20; partition++) await engine.delete({ ...ID, partition });
    await engine.close();
    const left = leftOver();
    expect(left.length).toBeGreaterThan(0);
    await new Promise((resolve) => setImmediate(resolve));
    expect(leftOver()).toEqual(left);
  });
});

describe('a topic of the longest name', () => {
  const LONG = { ...ID, topic: 'n'.repeat(249) };

  it('can be deleted and made again', async () => {
    const engine = await openEngine();
    await append(await engine.open(LONG, SMALL), 3);
    await engine.delete(LONG);
    const log = await engine.open({ ...NEXT_ID, topic: LONG.topic }, SMALL);
    expect(log.endOffset).toBe(0);
  });

  it('can be set aside', async () => {
    const engine = await openEngine();
    await append(await engine.open(LONG, SMALL), 3);
    const path = await engine.setAside(LONG);
    expect(path).toMatch(/-stray$/);
    expect(existsSync(path)).toBe(true);
  });
});

describe('a folder of another topic that is in the way', () => {
  it('is set aside, and not given to the new topic', async () => {
    const old = await openEngine();
    await append(await old.open(ID, SMALL), 3);
    await old.close();
    rmSync(join(folder, '.kafka_cleanshutdown'));
    const elsewhere = join(root, 'elsewhere');
    mkdirSync(elsewhere);
    const engine = await openEngine(elsewhere);
    cpSync(join(folder, 'orders-0'), join(elsewhere, 'orders-0'), { recursive: true });
    const log = await engine.open(NEXT_ID, SMALL);
    expect(log.endOffset).toBe(0);
    const strays = readdirSync(elsewhere).filter((name) => name.endsWith('-stray'));
    expect(strays).toHaveLength(1);
    expect(readdirSync(join(elsewhere, strays[0]!))).toContain('00000000000000000000.log');
  });
});

it('makes the removal of the clean-shutdown marker last before anything is written', async () => {
  await (await openEngine()).close();
  const marker = join(folder, '.kafka_cleanshutdown');
  expect(existsSync(marker)).toBe(true);
  synced.length = 0;
  await openEngine();
  expect(synced).toContainEqual({ path: folder, hadMarker: false });
});

it('knows in which registration its folder was closed, though none followed, and forgets it at the next opening', async () => {
  await (await openEngine()).close(42);
  const reopened = await openEngine();
  expect(reopened.previousBrokerEpoch).toBe(42);
  expect((await openEngine()).previousBrokerEpoch).toBeNull();
  await reopened.close();
  const unregistered = await openEngine();
  expect(unregistered.previousBrokerEpoch).toBe(42);
  await unregistered.close(7);
  writeFileSync(join(folder, '.kafka_cleanshutdown'), '{"version":0,"brokerEp');
  expect((await openEngine()).previousBrokerEpoch).toBeNull();
});
