import { MillraceError } from '@millrace/foundation';
import { errorByCode } from '@millrace/protocol';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Log } from '../storage/log.ts';
import { ControlPlaneHarness, memoryDisk } from '../testing/control-plane-harness.ts';
import { sampleBatch } from '../testing/sample-batches.ts';
import { listOffsets } from './02-list-offsets.ts';
import { deleteRecords } from './21-delete-records.ts';

const disk = memoryDisk();
let broker: ControlPlaneHarness;
beforeEach(async () => {
  broker = await ControlPlaneHarness.start(disk);
  await broker.makeTopic('orders', 2);
  for (const partition of [0, 1]) {
    const { log } = led(partition);
    await log.append(sampleBatch({ values: ['a', 'b'] }), 0).written;
  }
});
afterEach(() => broker.stop());

function led(partition: number): { readonly log: Log } {
  const found = broker.services.partitions.leader('orders', partition);
  if (typeof found === 'string') throw new Error(found);
  return found;
}

const refused = () =>
  Promise.reject(new MillraceError('No.', { code: 'LOG_STORAGE_FAILED', class: 'transient' }));
const name = (code = -1) => errorByCode(code).name;

it('DeleteRecords answers a log that the disk refuses for itself alone', async () => {
  Object.assign(led(0).log, { advanceStartOffset: refused });
  const partitions = [0, 1].map((partitionIndex) => ({ partitionIndex, offset: 0 }));
  const { topics } = await broker.call(deleteRecords, {
    topics: [{ name: 'orders', partitions }],
    timeoutMs: 1,
  });
  expect(topics[0]?.partitions.map(({ errorCode }) => name(errorCode))).toEqual([
    'KAFKA_STORAGE_ERROR',
    'NONE',
  ]);
});

it('ListOffsets answers a log that cannot be read for itself alone', async () => {
  Object.assign(led(0).log, { offsetForTimestamp: refused });
  const partitions = [0, 1].map((partitionIndex) => ({ partitionIndex, timestamp: 1 }));
  const { topics } = await broker.call(listOffsets, {
    replicaId: -1,
    topics: [{ name: 'orders', partitions }],
  });
  expect(topics[0]?.partitions.map(({ errorCode }) => name(errorCode))).toEqual([
    'KAFKA_STORAGE_ERROR',
    'NONE',
  ]);
});

it('ListOffsets answers a partition that stands twice once, with INVALID_REQUEST', async () => {
  const asked = (partitionIndex: number) => ({
    name: 'orders',
    partitions: [{ partitionIndex, timestamp: -1 }],
  });
  const { topics } = await broker.call(listOffsets, { replicaId: -1, topics: [0, 1, 0].map(asked) });
  expect(
    topics[0]?.partitions.map(({ partitionIndex, errorCode }) => [partitionIndex, name(errorCode)]),
  ).toEqual([
    [0, 'INVALID_REQUEST'],
    [1, 'NONE'],
  ]);
});
