import { expect, test } from 'vitest';
import { ProtocolError } from './codec/protocol-error.ts';
import {
  consumerProtocolAssignment,
  consumerProtocolSubscription,
  offsetCommitKey,
  offsetCommitValue,
  topicRecord,
} from './generated/internal/index.ts';
import {
  decodeConsumerProtocol,
  decodeCoordinatorRecord,
  decodeMetadataRecord,
  encodeCoordinatorKey,
  encodeMetadataRecord,
  encodeVersioned,
} from './stored-frame.ts';

const topicId = 'AAECAwQFBgcICQoLDA0ODw';

test('a metadata record: frame version, type, version, message', () => {
  const bytes = encodeMetadataRecord(topicRecord, 0, { name: 'foo', topicId });
  expect(bytes.toString('hex')).toBe('010200' + '04666f6f' + '000102030405060708090a0b0c0d0e0f' + '00');
  expect(decodeMetadataRecord(bytes)).toEqual({
    name: 'TopicRecord',
    version: 0,
    value: { name: 'foo', topicId },
  });
});

test('a metadata record that is not wholly understood is refused', () => {
  const bytes = encodeMetadataRecord(topicRecord, 0, { name: 'foo', topicId });
  const changed = (at: number, value: number) => {
    const copy = Buffer.from(bytes);
    copy[at] = value;
    return copy;
  };
  expect(() => decodeMetadataRecord(changed(0, 0))).toThrow('frame version 0');
  expect(() => decodeMetadataRecord(changed(1, 99))).toThrow('type 99');
  expect(() => decodeMetadataRecord(changed(2, 9))).toThrow('not 9');
  expect(() => decodeMetadataRecord(Buffer.concat([bytes, bytes]))).toThrow('after the end');
  expect(() => decodeMetadataRecord(Buffer.alloc(0))).toThrow(ProtocolError);
});

test('a coordinator record: type before the key, version before the value', () => {
  const key = encodeCoordinatorKey(offsetCommitKey, { group: 'g', topic: 't', partition: 2 });
  const value = encodeVersioned(offsetCommitValue, 3, {
    offset: 5,
    leaderEpoch: -1,
    metadata: 'm',
    commitTimestamp: 6,
  });
  expect(key.toString('hex')).toBe('0001' + '000167' + '000174' + '00000002');
  expect(value.toString('hex')).toBe(
    '0003' + '0000000000000005' + 'ffffffff' + '00016d' + '0000000000000006',
  );
  expect(decodeCoordinatorRecord(key, value)).toMatchObject({
    key: { name: 'OffsetCommitKey', value: { group: 'g', topic: 't', partition: 2 } },
    value: {
      name: 'OffsetCommitValue',
      version: 3,
      value: { offset: 5, metadata: 'm', expireTimestamp: -1 },
    },
  });
  expect(decodeCoordinatorRecord(key, null)).toMatchObject({ value: null });
});

test('a coordinator record of a type that is not known is passed over', () => {
  expect(decodeCoordinatorRecord(Buffer.from('7fff', 'hex'), null)).toBeNull();
});

test("a consumer's subscription of a newer version is read as the newest known", () => {
  const bytes = encodeVersioned(consumerProtocolSubscription, 3, { topics: ['t'], rackId: 'r' });
  bytes.writeInt16BE(9, 0);
  const longer = Buffer.concat([bytes, Buffer.from('more')]);
  expect(decodeConsumerProtocol(consumerProtocolSubscription, longer)).toMatchObject({
    topics: ['t'],
    rackId: 'r',
  });
});

test('a consumer protocol message of a negative version, or none, is refused', () => {
  expect(() =>
    decodeConsumerProtocol(consumerProtocolAssignment, Buffer.from('ffff00000000', 'hex')),
  ).toThrow(ProtocolError);
  expect(() => decodeConsumerProtocol(consumerProtocolAssignment, Buffer.alloc(0))).toThrow(ProtocolError);
});
