import { buildMarkerBatch, RecordBatchBuilder } from '@millrace/protocol/records';
import { expect, test } from 'vitest';
import { acquiredRecords } from './acquired-records.ts';

const partition = { topic: 't', partition: 0 };

function batch(baseOffset: number, count: number): Buffer {
  const builder = new RecordBatchBuilder({ maxBytes: 10_000 });
  for (let i = 0; i < count; i++)
    builder.tryAppend({ key: null, value: Buffer.from(`${baseOffset + i}`), timestamp: 1_000 });
  return builder.build({ baseOffset });
}

test('gives the records of acquired ranges alone, each with its delivery count', () => {
  const ranges = [
    { firstOffset: 6, lastOffset: 7, deliveryCount: 2 },
    { firstOffset: 1, lastOffset: 2, deliveryCount: 1 },
  ];
  const { records, gaps, error } = acquiredRecords(
    partition,
    Buffer.concat([batch(0, 4), batch(4, 4)]),
    ranges,
  );
  expect(records.map(({ offset, value, deliveryCount }) => [offset, String(value), deliveryCount])).toEqual([
    [1, '1', 1],
    [2, '2', 1],
    [6, '6', 2],
    [7, '7', 2],
  ]);
  expect(gaps).toEqual([]);
  expect(error).toBeNull();
});

test('takes acquired offsets without a record for gaps', () => {
  const marker = buildMarkerBatch({
    type: 'COMMIT',
    baseOffset: 2,
    producerId: 1,
    producerEpoch: 0,
    coordinatorEpoch: 0,
    timestamp: 1_000,
  });
  const { records, gaps } = acquiredRecords(partition, Buffer.concat([batch(0, 2), marker]), [
    { firstOffset: 0, lastOffset: 3, deliveryCount: 1 },
  ]);
  expect(records.map(({ offset }) => offset)).toEqual([0, 1]);
  expect(gaps).toEqual([2, 3]);
});

test('tells what can be read from what cannot, behind a batch that is broken', () => {
  const broken = batch(2, 2);
  broken[broken.length - 1] = (broken.at(-1) ?? 0) ^ 0xff;
  broken.fill(0xff, 61, 70);
  const { records, gaps, unreadable, error } = acquiredRecords(
    partition,
    Buffer.concat([batch(0, 2), broken]),
    [{ firstOffset: 0, lastOffset: 3, deliveryCount: 1 }],
  );
  expect(records.map(({ offset }) => offset)).toEqual([0, 1]);
  expect(gaps).toEqual([]);
  expect(unreadable).toEqual([2, 3]);
  expect(error).not.toBeNull();
});

test('has nothing where nothing was acquired', () => {
  expect(acquiredRecords(partition, batch(0, 2), [])).toMatchObject({ records: [], gaps: [] });
});
