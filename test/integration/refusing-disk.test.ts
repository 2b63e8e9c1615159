import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { createAdmin, createProducer } from '@millrace/client';
import { afterEach, describe, expect, it } from 'vitest';
import { readTopic } from '../crash/topic-reader.ts';
import { eventually } from '../support/eventually.ts';
import { type MillraceBrokerProcess, startMillraceBroker } from '../support/millrace-broker.ts';

const TOPIC = 'orders';
const PARTITIONS = 2;
const DISK_BYTES = 64 * 1024 * 1024;
const VALUE = 'v'.repeat(20_000);
/** Acknowledged is on disk: a disk that turns read-only takes what the operating system had not written. */
const SETTINGS = { flush: 'commit', 'log.reopen.interval.ms': '200' };
const PATIENCE_MS = 60_000;

let undo: (() => unknown)[] = [];
afterEach(async () => {
  for (const step of undo.toReversed()) await step();
  undo = [];
});

const run = (command: string, ...args: string[]): string =>
  execFileSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trim();

/** A file system of its own in a file, which the kernel makes read-only upon an error. */
class SmallDisk {
  readonly folder: string;
  readonly dataFolder: string;
  readonly #image: string;

  constructor() {
    const room = mkdtempSync(join(tmpdir(), 'millrace-disk-'));
    undo.push(() => rmSync(room, { recursive: true, force: true }));
    this.folder = join(room, 'mounted');
    this.dataFolder = join(this.folder, 'data');
    this.#image = join(room, 'image');
    run('mkdir', this.folder);
    writeFileSync(this.#image, '');
    truncateSync(this.#image, DISK_BYTES);
    run('mkfs.ext4', '-q', '-F', this.#image);
    this.mount();
  }

  mount(): void {
    run('mount', '-o', 'loop,errors=remount-ro', this.#image, this.folder);
    undo.push(() => {
      try {
        this.unmount();
      } catch {
        // It is unmounted already.
      }
    });
  }

  unmount(): void {
    run('umount', '-l', this.folder);
  }

  fill(): void {
    try {
      writeFileSync(join(this.folder, 'ballast'), Buffer.alloc(DISK_BYTES));
    } catch {
      // As much as fits.
    }
  }

  free(): void {
    rmSync(join(this.folder, 'ballast'));
  }

  /** As after an error of the device. */
  turnReadOnly(): void {
    const device = basename(run('findmnt', '-no', 'SOURCE', this.folder));
    writeFileSync(`/sys/fs/ext4/${device}/trigger_fs_error`, '1');
  }

  mend(): void {
    this.unmount();
    // 1: errors were corrected.
    run('sh', '-c', `e2fsck -f -y ${this.#image} >/dev/null 2>&1 || [ $? -le 1 ]`);
    this.mount();
  }
}

async function startOn(disk: SmallDisk): Promise<MillraceBrokerProcess> {
  const broker = await startMillraceBroker({ ...SETTINGS, 'log.dirs': disk.dataFolder });
  undo.push(() => broker.stop());
  await createTopic(broker);
  return broker;
}

async function createTopic({ bootstrapServers }: MillraceBrokerProcess): Promise<void> {
  const admin = createAdmin({ bootstrapServers });
  await admin.createTopics([{ name: TOPIC, partitions: PARTITIONS }]);
  await admin.close();
}

/** @returns what was acknowledged, and the first refusal */
async function send(
  broker: MillraceBrokerProcess,
  name: string,
  count: number,
): Promise<{ acknowledged: string[]; refusal: Error | null }> {
  const { bootstrapServers } = broker;
  const producer = createProducer({
    bootstrapServers,
    lingerMs: 0,
    requestTimeoutMs: 500,
    deliveryTimeoutMs: 1_500,
  });
  const acknowledged: string[] = [];
  let refusal: Error | null = null;
  for (let index = 0; index < count && refusal === null; index++) {
    const text = `${name} ${index} `;
    const record = {
      topic: TOPIC,
      partition: index % PARTITIONS,
      key: null,
      value: Buffer.from(text + VALUE),
    };
    producer.produce(record, (error) => {
      if (error === null) acknowledged.push(text);
      else refusal ??= error;
    });
    await producer.flush();
  }
  await producer.close(1_000);
  return { acknowledged, refusal };
}

/** Sorted: partitions come in any order. */
async function readNames(broker: MillraceBrokerProcess): Promise<string[]> {
  const records = await readTopic(broker.bootstrapServers, TOPIC, PARTITIONS, 'read_uncommitted');
  return inOrder(records.map(({ value }) => String(value).replace(VALUE, '')));
}

const inOrder = (names: readonly string[]): string[] => names.toSorted();

function mountRefusal(): string | null {
  try {
    new SmallDisk();
    return null;
  } catch (error) {
    return `no file system can be made here: ${String(error).split('\n', 1)[0]}`;
  } finally {
    for (const step of undo.toReversed()) step();
    undo = [];
  }
}

const skipReason = mountRefusal();
if (skipReason !== null) console.warn(`skipped: disks that refuse: ${skipReason}`);

describe.skipIf(skipReason !== null)('a broker whose disk', () => {
  it('is full says so, loses nothing, and goes on by itself when there is room again', async () => {
    const disk = new SmallDisk();
    const broker = await startOn(disk);
    const before = await send(broker, 'before', 20);
    expect(before.refusal).toBeNull();
    disk.fill();
    const during = await send(broker, 'during', 3_000);
    expect(String(during.refusal)).toContain(join(disk.dataFolder, TOPIC));
    expect(broker.printed()).toMatch(/ENOSPC: no space left on device/);
    expect(broker.printed()).toContain('Free space on the disk. A broker that runs tries again by itself.');
    // Read all the while.
    expect(await readNames(broker)).toEqual(inOrder([...before.acknowledged, ...during.acknowledged]));
    disk.free();
    const after = await eventually(
      async () => {
        const sent = await send(broker, 'after', PARTITIONS);
        return sent.refusal === null ? sent : null;
      },
      { what: 'records are taken again', timeoutMs: PATIENCE_MS },
    );
    const all = [...before.acknowledged, ...during.acknowledged, ...(after?.acknowledged ?? [])];
    expect(await readNames(broker)).toEqual(expect.arrayContaining(all));
    await broker.kill();
    await broker.resume();
    expect(await readNames(broker)).toEqual(expect.arrayContaining(all));
  });

  it('turns read-only says so, goes on reading, and has all that was acknowledged when it is mended', async () => {
    const disk = new SmallDisk();
    const broker = await startOn(disk);
    const before = await send(broker, 'before', 20);
    expect(before.refusal).toBeNull();
    disk.turnReadOnly();
    const during = await send(broker, 'during', 20);
    expect(during.acknowledged).toEqual([]);
    expect(String(during.refusal)).toContain(join(disk.dataFolder, TOPIC));
    expect(broker.printed()).toMatch(/EROFS: read-only file system/);
    expect(broker.printed()).toContain('Make the file system writable.');
    expect(await readNames(broker)).toEqual(inOrder(before.acknowledged));
    const admin = createAdmin({ bootstrapServers: broker.bootstrapServers, requestTimeoutMs: 1_000 });
    const made = admin.createTopics([{ name: 'another', partitions: 1 }]);
    await expect(made).rejects.toMatchObject({ details: { class: 'transient' } });
    await admin.close();
    await broker.kill();
    await expect(broker.resume()).rejects.toThrow(
      new RegExp(`${disk.dataFolder} failed: EROFS.*\\nMake the file system writable`),
    );
    disk.mend();
    await broker.resume();
    expect(await readNames(broker)).toEqual(inOrder(before.acknowledged));
    const after = await send(broker, 'after', 2);
    expect(after.refusal).toBeNull();
  });
});

describe('a broker whose log was', () => {
  it.each([
    ['torn in the middle of a write', (bytes: Buffer) => Buffer.concat([bytes, bytes.subarray(0, 500)]), 0],
    ['cut short', (bytes: Buffer) => bytes.subarray(0, bytes.length - 1), 1],
    [
      'changed in a bit',
      (bytes: Buffer) => bytes.fill(bytes.at(-100)! ^ 4, bytes.length - 100, bytes.length - 99),
      1,
    ],
  ])('%s says where it cut it, keeps what is sound, and goes on', async (_what, damage, lost) => {
    const broker = await startMillraceBroker();
    undo.push(() => broker.stop());
    await createTopic(broker);
    const { acknowledged } = await send(broker, 'before', 20);
    await broker.kill();
    const path = join(broker.dataFolder, `${TOPIC}-0`, '00000000000000000000.log');
    writeFileSync(path, damage(readFileSync(path)));
    await broker.resume();
    expect(broker.printed()).toContain(`"path":"${path}"`);
    expect(broker.printed()).toContain('cut the log after its last sound batch');
    // The last one of this partition.
    const gone = lost === 0 ? undefined : acknowledged.findLast((_name, index) => index % PARTITIONS === 0);
    const kept = acknowledged.filter((name) => name !== gone);
    expect(await readNames(broker)).toEqual(inOrder(kept));
    const after = await send(broker, 'after', 1);
    expect(await readNames(broker)).toEqual(expect.arrayContaining([...kept, ...after.acknowledged]));
    expect(after.refusal).toBeNull();
  });
});
