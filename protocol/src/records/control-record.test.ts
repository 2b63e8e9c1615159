import { describe, expect, it } from 'vitest';
import {
  buildControlBatch,
  controlRecordTypes,
  decodeBatch,
  decodeControlKey,
  decodeTransactionMarker,
  encodeControlKey,
} from './index.ts';

describe('a control record', () => {
  it('names its type in its key', () => {
    for (const type of Object.keys(controlRecordTypes) as (keyof typeof controlRecordTypes)[]) {
      expect(decodeControlKey(encodeControlKey(type))).toBe(type);
    }
    expect(encodeControlKey('LEADER_CHANGE').toString('hex')).toBe('00000002');
  });

  it('of a later kind is passed over, a broken one is not', () => {
    expect(decodeControlKey(Buffer.from('0000007f', 'hex'))).toBeUndefined();
    expect(decodeControlKey(Buffer.from('00010001ffff', 'hex'))).toBe('COMMIT');
    for (const key of [null, Buffer.from('000000', 'hex'), Buffer.from('ffff0001', 'hex')]) {
      expect(() => decodeControlKey(key)).toThrow(expect.objectContaining({ code: 'CORRUPT_MESSAGE' }));
    }
  });

  it('that is no transaction marker is told apart from one that is cut short', () => {
    expect(decodeTransactionMarker(encodeControlKey('KRAFT_VERSION'), null)).toBeUndefined();
    expect(() => decodeTransactionMarker(encodeControlKey('ABORT'), Buffer.alloc(5))).toThrow(
      expect.objectContaining({ code: 'CORRUPT_MESSAGE' }),
    );
  });

  it('stands alone in its batch', () => {
    const batch = buildControlBatch({
      type: 'LEADER_CHANGE',
      value: Buffer.from('0001', 'hex'),
      timestamp: 12,
      baseOffset: 3,
      partitionLeaderEpoch: 8,
    });
    const { header, records } = decodeBatch(batch, 0, { maxDecompressedBytes: 1 });
    expect(header).toMatchObject({
      isControl: true,
      isTransactional: false,
      partitionLeaderEpoch: 8,
      producerId: -1,
    });
    expect(records).toMatchObject([{ offset: 3, timestamp: 12, value: Buffer.from('0001', 'hex') }]);
  });
});
