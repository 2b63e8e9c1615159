import { describe, expect, it } from 'vitest';
import { isRecordKept, retentionOf } from './batch-retention.ts';

const record = {
  offset: 10,
  hasKey: true,
  hasValue: true,
  newestOffset: 10,
  latestOffset: 100,
  deleteHorizonMs: null,
  nowMs: 5000,
};

describe('a record in compaction', () => {
  it.each([
    ['stays as the newest of its key', {}, true],
    ['goes before a newer one', { newestOffset: 11 }, false],
    ['stays where its key was not met', { newestOffset: -1 }, true],
    ['goes without a key', { hasKey: false }, false],
    ['stays without a value until its batch has a horizon', { hasValue: false }, true],
    ['stays without a value until the horizon', { hasValue: false, deleteHorizonMs: 5001 }, true],
    ['goes without a value at the horizon', { hasValue: false, deleteHorizonMs: 5000 }, false],
    [
      'stays behind what was looked at, whatever it is',
      { hasValue: false, deleteHorizonMs: 1, latestOffset: 9 },
      true,
    ],
  ])('%s', (_what, more, kept) => {
    expect(isRecordKept({ ...record, ...more })).toBe(kept);
  });
});

describe('a batch in compaction', () => {
  const batch = { producerId: 7, producerEpoch: 1, lastOffset: 20, isControl: false, deleteHorizonMs: null };
  const marker = { ...batch, isControl: true };
  const question = { batch, isSpent: false, lastOfProducer: undefined, endBefore: 100, nowMs: 5000 };

  it.each([
    ['loses records by their keys', {}, 'by-key', 'drop'],
    ['loses all of an aborted transaction', { isSpent: true }, 'all-go', 'drop'],
    [
      'of a producer stays for its sequence',
      { lastOfProducer: { producerEpoch: 1, lastDataOffset: 20 } },
      'by-key',
      'keep',
    ],
    [
      'goes where the producer has a newer one',
      { lastOfProducer: { producerEpoch: 1, lastDataOffset: 30 } },
      'by-key',
      'drop',
    ],
    ['stays as the last one of the round', { endBefore: 21, isSpent: true }, 'all-go', 'keep'],
    ['with a marker stays while its time has not come', { batch: marker, isSpent: true }, 'by-key', 'drop'],
    [
      'with a marker goes at its horizon',
      { batch: { ...marker, deleteHorizonMs: 5000 }, isSpent: true },
      'all-go',
      'drop',
    ],
    [
      'with a marker stays at its horizon while it has something to end',
      { batch: { ...marker, deleteHorizonMs: 5000 } },
      'by-key',
      'drop',
    ],
    [
      'with a marker stays as the only one that tells of the epoch',
      { batch: marker, lastOfProducer: { producerEpoch: 1, lastDataOffset: null } },
      'by-key',
      'keep',
    ],
  ] as const)('%s', (_what, more, records, whenEmpty) => {
    expect(retentionOf({ ...question, ...more })).toEqual({ records, whenEmpty });
  });
});
