/** Bytes worked out by hand from the protocol's description, so that reading and writing cannot be wrong together. */
import { expect, test } from 'vitest';
import { apiVersions, createTopics, fetch, heartbeat, metadata, produce } from '../generated/index.ts';
import {
  consumerProtocolSubscription,
  offsetCommitValue,
  partitionChangeRecord,
  topicRecord,
} from '../generated/internal/index.ts';
import type { Codec } from './codec.ts';
import { Reader } from './reader.ts';
import { Writer } from './writer.ts';

/** Bytes in groups, as they are thought of. */
const bytesOf = (...groups: string[]) => Buffer.from(groups.join('').replaceAll(' ', ''), 'hex');

function expectBytes<Value, Init>(
  codec: Codec<Value, Init>,
  version: number,
  value: Init,
  bytes: Buffer,
): void {
  const writer = new Writer();
  codec.encode(writer, version, value);
  expect(writer.finish().toString('hex')).toBe(bytes.toString('hex'));
  const reader = new Reader(bytes);
  expect(codec.decode(reader, version)).toMatchObject(value as object);
  reader.expectEnd();
}

test('Heartbeat request 0 and 4', () => {
  const value = { groupId: 'g', generationId: 5, memberId: 'me' };
  expectBytes(heartbeat.request, 0, value, bytesOf('0001 67', '00000005', '0002 6d65'));
  expectBytes(
    heartbeat.request,
    4,
    { ...value, groupInstanceId: 'i' },
    bytesOf('02 67', '00000005', '03 6d65', '02 69', '00'),
  );
});

test('ApiVersions response 3: tagged fields in the order of their numbers', () => {
  expectBytes(
    apiVersions.response,
    3,
    {
      errorCode: 35,
      apiKeys: [{ apiKey: 18, minVersion: 0, maxVersion: 4 }],
      throttleTimeMs: 1,
      supportedFeatures: [{ name: 'f', minVersion: 1, maxVersion: 2 }],
      finalizedFeaturesEpoch: 7,
    },
    bytesOf(
      '0023',
      '02 0012 0000 0004 00',
      '00000001',
      '02',
      '00 08 02 0266 0001 0002 00',
      '01 08 0000000000000007',
    ),
  );
});

test('Metadata request: all topics in 0, null topics in 1 and 9', () => {
  expectBytes(metadata.request, 0, { topics: [] }, bytesOf('00000000'));
  expectBytes(metadata.request, 1, { topics: null }, bytesOf('ffffffff'));
  expectBytes(metadata.request, 9, { topics: null }, bytesOf('00', '01', '00', '00', '00'));
});

test('Produce request 3 and 13', () => {
  const records = Buffer.from('batch');
  const partitionData = [{ index: 2, records }];
  expectBytes(
    produce.request,
    3,
    { acks: -1, timeoutMs: 1000, topicData: [{ name: 't', partitionData }] },
    bytesOf('ffff', 'ffff', '000003e8', '00000001', '0001 74', '00000001', '00000002', '00000005 6261746368'),
  );
  expectBytes(
    produce.request,
    13,
    {
      transactionalId: 'x',
      acks: 1,
      timeoutMs: 0,
      topicData: [{ topicId: 'AAECAwQFBgcICQoLDA0ODw', partitionData }],
    },
    bytesOf(
      '02 78',
      '0001',
      '00000000',
      '02 000102030405060708090a0b0c0d0e0f',
      '02 00000002 06 6261746368 00',
      '00',
      '00',
    ),
  );
});

test('Fetch response 16: structures in tagged fields', () => {
  const partition = {
    partitionIndex: 1,
    errorCode: 6,
    highWatermark: -1,
    divergingEpoch: { epoch: 3, endOffset: 9 },
    currentLeader: { leaderId: 4, leaderEpoch: 8 },
    abortedTransactions: null,
    records: null,
  };
  expectBytes(
    fetch.response,
    16,
    {
      throttleTimeMs: 0,
      responses: [{ topicId: 'AAECAwQFBgcICQoLDA0ODw', partitions: [partition] }],
      nodeEndpoints: [{ nodeId: 4, host: 'h', port: 9092 }],
    },
    bytesOf(
      '00000000 0000 00000000',
      '02 000102030405060708090a0b0c0d0e0f',
      '02 00000001 0006 ffffffffffffffff ffffffffffffffff ffffffffffffffff 00 ffffffff 00',
      '02 00 0d 00000003 0000000000000009 00 01 09 00000004 00000008 00',
      '00',
      '01 00 0d 02 00000004 0268 00002384 00 00',
    ),
  );
});

test('CreateTopics request 2', () => {
  expectBytes(
    createTopics.request,
    2,
    {
      topics: [
        {
          name: 't',
          numPartitions: -1,
          replicationFactor: -1,
          assignments: [{ partitionIndex: 0, brokerIds: [1, 2] }],
          configs: [{ name: 'c', value: null }],
        },
      ],
      timeoutMs: 5,
      validateOnly: true,
    },
    bytesOf(
      '00000001 0001 74 ffffffff ffff',
      '00000001 00000000 00000002 00000001 00000002',
      '00000001 0001 63 ffff',
      '00000005 01',
    ),
  );
});

test('stored records', () => {
  expectBytes(
    topicRecord,
    0,
    { name: 'foo', topicId: 'AAECAwQFBgcICQoLDA0ODw' },
    bytesOf('04 666f6f', '000102030405060708090a0b0c0d0e0f', '00'),
  );
  expectBytes(
    partitionChangeRecord,
    0,
    { partitionId: 1, topicId: 'AAECAwQFBgcICQoLDA0ODw', isr: [1, 2], leader: 2 },
    bytesOf(
      '00000001',
      '000102030405060708090a0b0c0d0e0f',
      '02',
      '00 09 03 00000001 00000002',
      '01 04 00000002',
    ),
  );
  expectBytes(
    offsetCommitValue,
    3,
    { offset: 10, leaderEpoch: 1, metadata: '', commitTimestamp: 1_700_000_000_000 },
    bytesOf('000000000000000a', '00000001', '0000', '0000018bcfe56800'),
  );
  expectBytes(
    consumerProtocolSubscription,
    1,
    { topics: ['t'], userData: null, ownedPartitions: [{ topic: 't', partitions: [3] }] },
    bytesOf('00000001 0001 74', 'ffffffff', '00000001 0001 74 00000001 00000003'),
  );
});
