import { crc32c } from '@millrace/protocol';
import {
  createPartitions,
  createTopics,
  describeConfigs,
  describeGroups,
  fetch,
  findCoordinator,
  incrementalAlterConfigs,
  joinGroup,
  leaveGroup,
  listOffsets,
  metadata,
  offsetCommit,
  offsetFetch,
  produce,
  syncGroup,
} from '@millrace/protocol/messages';
import { batch } from '../wire/batch.ts';
import { frame } from '../wire/frames.ts';

const AT_SIZE = 0;
const SIZE_BYTES = 4;
const ZERO_UUID = 'AAAAAAAAAAAAAAAAAAAAAA';
/** Of a record batch: what its checksum covers begins behind it. */
const AT_CRC = 17;
const AT_CRC_COVERS = 21;

/** Requests that are well-formed, to be spoilt. */
const ofRecords: readonly (() => Buffer)[] = [3, 9, 13].flatMap((version) => [
  () =>
    frame(produce, version, {
      acks: 1,
      timeoutMs: 100,
      topicData: [
        {
          name: 'fuzz',
          topicId: ZERO_UUID,
          partitionData: [
            { index: 0, records: batch(['a', 'b', 'c'], { compression: version === 9 ? 'gzip' : 'none' }) },
            { index: 0, records: batch([{ key: 'k', value: 'v' }], { compression: 'zstd' }) },
          ],
        },
      ],
    }),
  () =>
    frame(fetch, version + 4, {
      maxWaitMs: 1,
      minBytes: 1,
      topics: [
        {
          topic: 'fuzz',
          topicId: ZERO_UUID,
          partitions: [{ partition: 0, fetchOffset: 0, partitionMaxBytes: 1000 }],
        },
      ],
    }),
  () => frame(metadata, version, { topics: [{ name: 'fuzz' }] }),
]);
const ofOthers: readonly (() => Buffer)[] = [0, 1].flatMap((step) => {
  const partitions = [{ partitionIndex: 0, timestamp: -1 }];
  const members = [{ memberId: 'm' }];
  const resource = { resourceType: 2, resourceName: 'fuzz' };
  const commits = [{ partitionIndex: 0, committedOffset: 1, committedMetadata: 'm' }];
  const me = { groupId: 'fuzz', memberId: 'm', generationId: 1 };
  return [
    () => frame(listOffsets, 5 + step, { replicaId: -1, topics: [{ name: 'fuzz', partitions }] }),
    () =>
      frame(createTopics, 4 + step, {
        topics: [
          {
            name: 'made',
            numPartitions: 1,
            replicationFactor: 1,
            assignments: [],
            configs: [{ name: 'retention.ms', value: '1' }],
          },
        ],
        timeoutMs: 100,
        validateOnly: true,
      }),
    () =>
      frame(createPartitions, 1 + step, {
        topics: [{ name: 'fuzz', count: 2, assignments: [{ brokerIds: [1] }] }],
        timeoutMs: 100,
        validateOnly: true,
      }),
    () =>
      frame(describeConfigs, 3 + step, { resources: [{ ...resource, configurationKeys: ['retention.ms'] }] }),
    () =>
      frame(incrementalAlterConfigs, step, {
        resources: [{ ...resource, configs: [{ name: 'retention.ms', configOperation: 0, value: '1' }] }],
        validateOnly: true,
      }),
    () => frame(findCoordinator, 3 + step, step === 0 ? { key: 'fuzz' } : { coordinatorKeys: ['fuzz'] }),
    () =>
      frame(joinGroup, 5 + step, {
        groupId: 'fuzz',
        sessionTimeoutMs: 6000,
        rebalanceTimeoutMs: 100,
        memberId: '',
        protocolType: 'consumer',
        protocols: [{ name: 'range', metadata: Buffer.from([0, 1, 0, 0, 0, 0]) }],
      }),
    () =>
      frame(syncGroup, 3 + step, { ...me, assignments: [{ memberId: 'm', assignment: Buffer.alloc(3) }] }),
    () => frame(leaveGroup, 3 + step, { groupId: 'fuzz', members }),
    () => frame(describeGroups, 4 + step, { groups: ['fuzz'] }),
    () =>
      frame(offsetCommit, 7 + step, {
        groupId: 'fuzz',
        memberId: '',
        topics: [{ name: 'fuzz', partitions: commits }],
      }),
    () =>
      frame(offsetFetch, 6 + step, {
        ...(step === 0 ? { groupId: 'fuzz', topics: null } : { groupId: 'fuzz', topics: [] }),
      }),
  ];
});

const BATCHES = [
  batch(['a', 'b', 'c']),
  batch(
    [
      { key: 'k', value: 'v' },
      { key: null, value: null },
    ],
    { producerId: 7, producerEpoch: 0, baseSequence: 0 },
  ),
  batch(['x'.repeat(200), 'y'], { compression: 'lz4' }),
  batch(['x'.repeat(200), 'y'], { compression: 'snappy' }),
  batch(['x'.repeat(200), 'y'], { compression: 'gzip' }),
  batch(['x'.repeat(200), 'y'], { compression: 'zstd' }),
];

/** A frame of a client that has lost its mind: a request of any kind that is spoilt, or a sound one with a batch that is not. */
export function madFrame(random: () => number): Buffer {
  const pick = <T>(items: readonly T[]): T | undefined => items[Math.floor(random() * items.length)];
  if (random() < 0.3) return produceOf(spoiltBatch(pick(BATCHES) ?? Buffer.alloc(0), random));
  return spoilt((pick([...ofRecords, ...ofOthers]) ?? (() => Buffer.alloc(SIZE_BYTES)))(), random);
}

/** A batch that is spoilt behind its checksum, which holds all the same: only a look at the records finds it out. */
function spoiltBatch(bytes: Buffer, random: () => number): Buffer {
  const result = Buffer.from(bytes);
  const edits = 1 + Math.floor(random() * 4);
  for (let edit = 0; edit < edits; edit++) {
    const at = AT_CRC_COVERS + Math.floor(random() * (result.length - AT_CRC_COVERS));
    result[at] =
      random() < 0.5 ? (result[at] ?? 0) ^ (1 << Math.floor(random() * 8)) : Math.floor(random() * 256);
  }
  result.writeUInt32BE(crc32c(result.subarray(AT_CRC_COVERS)), AT_CRC);
  return result;
}

function produceOf(records: Buffer): Buffer {
  const topicData = [{ name: 'fuzz', topicId: ZERO_UUID, partitionData: [{ index: 0, records }] }];
  return frame(produce, 9, { acks: 1, timeoutMs: 100, topicData });
}

/** Bits turned, bytes put in, taken out or set to extremes; mostly with a size that fits, so that the body is read. */
function spoilt(bytes: Buffer, random: () => number): Buffer {
  let result = Buffer.from(bytes);
  const edits = 1 + Math.floor(random() * 4);
  for (let edit = 0; edit < edits; edit++) {
    const at = SIZE_BYTES + Math.floor(random() * (result.length - SIZE_BYTES));
    const kind = Math.floor(random() * 5);
    if (kind === 0) result[at] = (result[at] ?? 0) ^ (1 << Math.floor(random() * 8));
    else if (kind === 1) result[at] = [0, 0x7f, 0x80, 0xff][Math.floor(random() * 4)] ?? 0;
    else if (kind === 2)
      result = Buffer.concat([result.subarray(0, at), result.subarray(at + 1 + Math.floor(random() * 8))]);
    else if (kind === 3)
      result = Buffer.concat([
        result.subarray(0, at),
        Buffer.from([Math.floor(random() * 256)]),
        result.subarray(at),
      ]);
    else if (at + 4 <= result.length)
      result.writeInt32BE([-1, 0x7fffffff, 1_000_000, -0x80000000][Math.floor(random() * 4)] ?? 0, at);
    if (result.length <= SIZE_BYTES + 1) break;
  }
  if (random() < 0.95) result.writeInt32BE(result.length - SIZE_BYTES, AT_SIZE);
  return result;
}

/** Mulberry32. */
export function randomOf(start: number): () => number {
  let state = start >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
