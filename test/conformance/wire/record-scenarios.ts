import { crc32c } from '@millrace/protocol';
import {
  deleteRecords,
  deleteTopics,
  fetch,
  initProducerId,
  listOffsets,
  metadata,
  produce,
} from '@millrace/protocol/messages';
import { type BuildOptions, compressionTypes } from '@millrace/protocol/records';
import { eventually } from '../../support/index.ts';
import { batch, FIRST_TIMESTAMP_MS } from './batch.ts';
import { answerTo, frame } from './frames.ts';
import type { Scenario } from './scenario.ts';
import { comparable, type Wire } from './wire.ts';

const UNKNOWN_ID = 'c3RyYW5nZXIgaW4gdG93bg';
const [EARLIEST, LATEST, MAX_TIMESTAMP] = [-2, -1, -3];
const AT_CRC = 17;
const AT_MAGIC = 16;
const AT_RECORD_COUNT = 57;
const AT_LAST_OFFSET_DELTA = 23;

function send(
  wire: Wire,
  topic: string,
  records: Buffer | null,
  more: { acks?: number; partition?: number; version?: number } = {},
) {
  return wire.ask(produce, more.version ?? 9, {
    acks: more.acks ?? -1,
    timeoutMs: 5000,
    topicData: [{ name: topic, partitionData: [{ index: more.partition ?? 0, records }] }],
  });
}

interface FetchAsked {
  readonly offset?: number;
  readonly partition?: number;
  readonly partitionMaxBytes?: number;
  readonly maxBytes?: number;
  readonly leaderEpoch?: number;
  readonly isolationLevel?: number;
  readonly version?: number;
  readonly topicId?: string;
  readonly sessionId?: number;
  readonly sessionEpoch?: number;
}

function read(wire: Wire, topic: string, asked: FetchAsked = {}) {
  return wire.ask(fetch, asked.version ?? 12, {
    maxWaitMs: 0,
    minBytes: 0,
    maxBytes: asked.maxBytes ?? 10_000_000,
    isolationLevel: asked.isolationLevel ?? 0,
    sessionId: asked.sessionId ?? 0,
    sessionEpoch: asked.sessionEpoch ?? -1,
    topics: [
      {
        topic,
        ...(asked.topicId ? { topicId: asked.topicId } : {}),
        partitions: [
          {
            partition: asked.partition ?? 0,
            fetchOffset: asked.offset ?? 0,
            partitionMaxBytes: asked.partitionMaxBytes ?? 1_000_000,
            currentLeaderEpoch: asked.leaderEpoch ?? -1,
          },
        ],
      },
    ],
  });
}

function find(
  wire: Wire,
  topic: string,
  timestamp: number,
  more: { partition?: number; leaderEpoch?: number } = {},
) {
  return wire.ask(listOffsets, 7, {
    replicaId: -1,
    isolationLevel: 0,
    topics: [
      {
        name: topic,
        partitions: [
          {
            partitionIndex: more.partition ?? 0,
            timestamp,
            currentLeaderEpoch: more.leaderEpoch ?? -1,
          },
        ],
      },
    ],
  });
}

/** The batch with other bytes and, unless it is the sum itself that is wrong, a sum that fits them. */
function damaged(bytes: Buffer, change: (bytes: Buffer) => void, isSummed = true): Buffer {
  change(bytes);
  if (isSummed) {
    bytes.writeUInt32BE(crc32c(bytes.subarray(AT_CRC + 4)), AT_CRC);
  }
  return bytes;
}

/** Produce, Fetch and ListOffsets: bytes in, the same bytes out, and what is refused. */
export const recordScenarios: readonly Scenario[] = [
  {
    name: 'the bytes of batches come back as they are stored, in every compression',
    run: async (wire) => {
      const answers: Record<string, unknown> = {};
      for (const compression of compressionTypes) {
        const topic = `bytes-${compression}`;
        await wire.createTopic(topic);
        const records = [
          { key: 'k', value: 'v' },
          { key: null, value: null },
          { key: 'ключ', value: '鍵'.repeat(500) },
        ];
        answers[compression] = [
          await send(wire, topic, batch(records, { compression })),
          await send(wire, topic, batch(records, { compression })),
          await read(wire, topic),
          await read(wire, topic, { offset: 4 }),
          await read(wire, topic, { offset: 6 }),
        ];
      }
      return answers;
    },
  },
  {
    name: 'Produce refuses unknown topics, partitions, acks, and what is no batch',
    run: async (wire) => {
      await wire.createTopic('refuse', 1);
      const topicId = await wire.topicId('refuse');
      const data = (id: string, index: number) => ({
        acks: 1,
        timeoutMs: 1000,
        topicData: [{ topicId: id, partitionData: [{ index, records: batch(['v']) }] }],
      });
      return {
        unknownTopic: await send(wire, 'refuse-unknown', batch(['v'])),
        unknownPartition: await send(wire, 'refuse', batch(['v']), { partition: 1 }),
        negativePartition: await send(wire, 'refuse', batch(['v']), { partition: -1 }),
        badName: await send(wire, 'bad name', batch(['v'])),
        internal: await send(wire, '__consumer_offsets', batch(['v'])),
        badAcks: await send(wire, 'refuse', batch(['v']), { acks: 2 }),
        noRecords: await send(wire, 'refuse', Buffer.alloc(0)),
        tooShort: await send(wire, 'refuse', batch(['v']).subarray(0, 40)),
        cutOff: await send(wire, 'refuse', batch(['value']).subarray(0, -1)),
        tooLarge: await send(wire, 'refuse', batch(['x'.repeat(1_100_000)])),
        wrongSum: await send(
          wire,
          'refuse',
          damaged(batch(['v']), (bytes) => bytes.writeUInt32BE(1, AT_CRC), false),
        ),
        oldMagic: await send(
          wire,
          'refuse',
          damaged(batch(['v']), (bytes) => bytes.writeInt8(1, AT_MAGIC), false),
        ),
        newMagic: await send(
          wire,
          'refuse',
          damaged(batch(['v']), (bytes) => bytes.writeInt8(3, AT_MAGIC), false),
        ),
        countTooHigh: await send(
          wire,
          'refuse',
          damaged(batch(['v']), (bytes) => bytes.writeInt32BE(2, AT_RECORD_COUNT)),
        ),
        deltaTooHigh: await send(
          wire,
          'refuse',
          damaged(batch(['v']), (bytes) => bytes.writeInt32BE(5, AT_LAST_OFFSET_DELTA)),
        ),
        twoBatches: await send(wire, 'refuse', Buffer.concat([batch(['v']), batch(['w'])])),
        unknownId: await wire.ask(produce, 13, data(UNKNOWN_ID, 0)),
        unknownPartitionById: await wire.ask(produce, 13, data(topicId, 5)),
        nothingWritten: await find(wire, 'refuse', LATEST),
      };
    },
  },
  {
    name: 'Produce refuses zstd before version 7, and control batches',
    run: async (wire) => {
      await wire.createTopic('zstd-too-early');
      return {
        early: await send(wire, 'zstd-too-early', batch(['v'], { compression: 'zstd' }), { version: 6 }),
        control: await send(wire, 'zstd-too-early', batch(['v'], { isControl: true })),
        future: await send(
          wire,
          'zstd-too-early',
          batch([{ value: 'v', timestamp: Date.now() + 7_200_000 }]),
        ),
        noTimestamp: await send(wire, 'zstd-too-early', batch([{ value: 'v', timestamp: -1 }])),
      };
    },
  },
  {
    name: 'Fetch and ListOffsets of compacted topics; records need keys there',
    run: async (wire) => {
      await wire.createTopic('compacted', 1, { 'cleanup.policy': 'compact' });
      return {
        noKey: await send(wire, 'compacted', batch([{ key: 'k', value: 'v' }, 'no key'])),
        compressedNoKey: await send(wire, 'compacted', batch(['no key'], { compression: 'gzip' })),
        keyed: await send(wire, 'compacted', batch([{ key: 'k', value: 'v' }])),
      };
    },
  },
  {
    name: 'Produce with acks=1 is answered, with acks=0 not, and with acks=0 an error closes the connection',
    run: async (wire) => {
      await wire.createTopic('acks');
      const one = await send(wire, 'acks', batch(['one']), { acks: 1 });
      const unanswered = (topic: string) =>
        frame(produce, 9, {
          acks: 0,
          timeoutMs: 1000,
          topicData: [{ name: topic, partitionData: [{ index: 0, records: batch(['zero']) }] }],
        });
      const next = frame(metadata, 1, { topics: [] }, 99);
      const behind = await answerTo(wire.peer, Buffer.concat([unanswered('acks'), next]));
      const correlationId = typeof behind === 'string' ? behind : behind.readInt32BE(0);
      const stored = await eventually(
        async () => {
          const answer = await find(wire, 'acks', LATEST);
          return JSON.stringify(answer).includes('"offset":2') && answer;
        },
        { what: 'the record without an answer is stored' },
      );
      return { one, correlationId, stored, failing: await answerTo(wire.peer, unanswered('acks-unknown')) };
    },
  },
  {
    name: 'an idempotent producer: repeats, gaps, old epochs, unknown producers',
    run: async (wire) => {
      await wire.createTopic('idempotent');
      const identity = await wire.raw(initProducerId, 4, {
        transactionalId: null,
        transactionTimeoutMs: 1000,
      });
      const { producerId, producerEpoch } = identity;
      const sendAt = (baseSequence: number, more: Partial<BuildOptions> = {}) =>
        send(wire, 'idempotent', batch(['a', 'b'], { producerId, producerEpoch, baseSequence, ...more }));
      const steps: Record<string, unknown> = {};
      steps.first = await sendAt(0);
      steps.repeated = await sendAt(0);
      steps.second = await sendAt(2);
      steps.gap = await sendAt(10);
      steps.firstAgain = await sendAt(0);
      steps.newEpochNotAtZero = await sendAt(7, { producerEpoch: producerEpoch + 1 });
      steps.newEpoch = await sendAt(0, { producerEpoch: producerEpoch + 1 });
      steps.oldEpoch = await sendAt(4);
      steps.stranger = await sendAt(0, { producerId: producerId + 100_000 });
      steps.strangerNotAtZero = await sendAt(5, { producerId: producerId + 100_001 });
      steps.strangerOfNoEpoch = await sendAt(0, { producerId: producerId + 100_002, producerEpoch: -1 });
      steps.strangerOfImpossibleEpoch = await sendAt(0, {
        producerId: producerId + 100_003,
        producerEpoch: -2,
      });
      for (let batches = 1; batches <= 6; batches++)
        await sendAt(2 * batches, { producerEpoch: producerEpoch + 1 });
      steps.repeatedFiveBack = await sendAt(4, { producerEpoch: producerEpoch + 1 });
      steps.repeatedTooFarBack = await sendAt(2, { producerEpoch: producerEpoch + 1 });
      steps.end = await find(wire, 'idempotent', LATEST);
      return steps;
    },
  },
  {
    name: 'Fetch out of range, of unknown topics and partitions, in other epochs',
    run: async (wire) => {
      const topicId = await wire.createTopic('fetch-errors');
      await send(wire, 'fetch-errors', batch(['a', 'b', 'c']));
      return {
        beyond: await read(wire, 'fetch-errors', { offset: 4 }),
        end: await read(wire, 'fetch-errors', { offset: 3 }),
        negative: await read(wire, 'fetch-errors', { offset: -1 }),
        unknownTopic: await read(wire, 'fetch-unknown'),
        unknownPartition: await read(wire, 'fetch-errors', { partition: 3 }),
        unknownId: await read(wire, '', { version: 13, topicId: UNKNOWN_ID }),
        unknownPartitionById: await read(wire, '', { version: 13, topicId, partition: 4 }),
        futureEpoch: await read(wire, 'fetch-errors', { leaderEpoch: 5 }),
        thisEpoch: await read(wire, 'fetch-errors', { leaderEpoch: 0 }),
        negativeEpoch: await read(wire, 'fetch-errors', { leaderEpoch: -2 }),
        negativeEpochById: await read(wire, '', { version: 16, topicId, leaderEpoch: -2 }),
        futureEpochWithoutLeader: await read(wire, '', { version: 18, topicId, leaderEpoch: 5 }),
        committed: await read(wire, 'fetch-errors', { isolationLevel: 1 }),
        unknownSession: await read(wire, 'fetch-errors', { sessionId: 123_456, sessionEpoch: 1 }),
        fullInUnknownSession: await read(wire, 'fetch-errors', { sessionId: 123_456, sessionEpoch: -1 }),
        nextWithoutSession: await read(wire, 'fetch-errors', { sessionEpoch: 3 }),
      };
    },
  },
  {
    name: 'Fetch within its limits: the first batch whole, then no more than fits',
    run: async (wire) => {
      await wire.createTopic('limits');
      for (let i = 0; i < 4; i++) await send(wire, 'limits', batch(['x'.repeat(1000)]));
      const size = batch(['x'.repeat(1000)]).length;
      const length = async (asked: FetchAsked) => {
        const answer = (await read(wire, 'limits', asked)) as {
          responses: { partitions: { records: string }[] }[];
        };
        return answer.responses[0]?.partitions[0]?.records.length;
      };
      return {
        one: await length({ partitionMaxBytes: 1 }),
        none: await length({ partitionMaxBytes: 0, maxBytes: 0 }),
        exactlyTwo: await length({ partitionMaxBytes: 2 * size }),
        byRequest: await length({ maxBytes: 3 * size }),
        fromTheMiddle: await length({ offset: 2, partitionMaxBytes: 10 * size }),
      };
    },
  },
  {
    name: 'ListOffsets: earliest, latest, by time, by the largest time, and errors',
    run: async (wire) => {
      await wire.createTopic('offsets', 2);
      const at = (value: string, seconds: number) => ({
        value,
        timestamp: FIRST_TIMESTAMP_MS + 1000 * seconds,
      });
      await send(wire, 'offsets', batch([at('a', 0), at('b', 10), at('c', 5)]));
      await send(wire, 'offsets', batch([at('d', 20), at('e', 8)], { compression: 'lz4' }));
      const answers: Record<string, unknown> = {};
      answers.earliest = await find(wire, 'offsets', EARLIEST);
      answers.latest = await find(wire, 'offsets', LATEST);
      answers.maxTimestamp = await find(wire, 'offsets', MAX_TIMESTAMP);
      for (const seconds of [-100, 0, 1, 5, 6, 10, 11, 20, 21])
        answers[`at ${seconds} s`] = await find(wire, 'offsets', FIRST_TIMESTAMP_MS + 1000 * seconds);
      answers.emptyEarliest = await find(wire, 'offsets', EARLIEST, { partition: 1 });
      answers.emptyByTime = await find(wire, 'offsets', 0, { partition: 1 });
      answers.emptyMaxTimestamp = await find(wire, 'offsets', MAX_TIMESTAMP, { partition: 1 });
      answers.unknownPartition = await find(wire, 'offsets', LATEST, { partition: 2 });
      answers.unknownTopic = await find(wire, 'offsets-unknown', LATEST);
      answers.futureEpoch = await find(wire, 'offsets', LATEST, { leaderEpoch: 3 });
      answers.negativeEpoch = await find(wire, 'offsets', LATEST, { leaderEpoch: -2 });
      answers.strangeTimestamp = await find(wire, 'offsets', -99);
      for (const version of [8, 9, 10, 11])
        for (const timestamp of [-4, -5, -6])
          answers[`v${version} ${timestamp}`] = await wire.ask(listOffsets, version, {
            replicaId: -1,
            isolationLevel: 0,
            topics: [{ name: 'offsets', partitions: [{ partitionIndex: 0, timestamp }] }],
          });
      return answers;
    },
  },
  {
    name: 'ListOffsets by time where the log begins inside a batch',
    run: async (wire) => {
      await wire.createTopic('cut-inside');
      const at = (seconds: number) => ({
        value: `${seconds}`,
        timestamp: FIRST_TIMESTAMP_MS + 1000 * seconds,
      });
      await send(wire, 'cut-inside', batch([20, 1, 2, 3].map(at)));
      await send(wire, 'cut-inside', batch([6, 7].map(at)));
      const answers: Record<string, unknown> = {};
      for (const offset of [2, 3, 5]) {
        answers[`begins at ${offset}`] = await wire.ask(deleteRecords, 2, {
          topics: [{ name: 'cut-inside', partitions: [{ partitionIndex: 0, offset }] }],
          timeoutMs: 5000,
        });
        for (const seconds of [0, 2, 3, 6, 8, 20])
          answers[`${offset} at ${seconds} s`] = await find(
            wire,
            'cut-inside',
            FIRST_TIMESTAMP_MS + 1000 * seconds,
          );
      }
      return answers;
    },
  },
  {
    name: 'ListOffsets: the newest time, what is on this disk, what is in tiers',
    run: async (wire) => {
      await wire.createTopic('offset-marks');
      await wire.createTopic('offset-marks-empty');
      const times = [FIRST_TIMESTAMP_MS, FIRST_TIMESTAMP_MS + 9000, FIRST_TIMESTAMP_MS + 5000];
      const records = batch(times.map((timestamp) => ({ value: 'v', timestamp })));
      await wire.raw(produce, 9, {
        acks: -1,
        timeoutMs: 5000,
        topicData: [{ name: 'offset-marks', partitionData: [{ index: 0, records }] }],
      });
      const answers: Record<string, unknown> = {};
      for (const version of [1, 6, 7, 8, 9, 10, 11])
        for (const timestamp of [-1, -2, -3, -4, -5, -6, -7])
          for (const name of ['offset-marks', 'offset-marks-empty']) {
            const partitions = [{ partitionIndex: 0, timestamp }];
            answers[`v${version} ${timestamp} ${name}`] = await wire.ask(listOffsets, version, {
              replicaId: -1,
              topics: [{ name, partitions }],
            });
          }
      return answers;
    },
  },
  {
    name: 'topics by id: produced, fetched, told apart from a namesake that is gone',
    run: async (wire) => {
      const oldId = await wire.createTopic('namesake');
      await wire.raw(deleteTopics, 6, { topics: [{ name: null, topicId: oldId }], timeoutMs: 5000 });
      await eventually(async () => (await wire.topicId('namesake')) !== oldId, {
        what: `${wire.peer.name} has deleted it`,
      });
      const newId = await wire.createTopic('namesake');
      const send = (topicId: string) =>
        wire.ask(produce, 13, {
          acks: -1,
          timeoutMs: 5000,
          topicData: [{ topicId, partitionData: [{ index: 0, records: batch(['a']) }] }],
        });
      const read = (topicId: string) =>
        wire.ask(fetch, 13, {
          maxWaitMs: 0,
          minBytes: 0,
          maxBytes: 100_000,
          sessionEpoch: -1,
          topics: [{ topicId, partitions: [{ partition: 0, fetchOffset: 0, partitionMaxBytes: 100_000 }] }],
        });
      return {
        isNew: oldId !== newId,
        sent: await send(newId),
        sentToTheOld: await send(oldId),
        read: await read(newId),
        readOfTheOld: await read(oldId),
        sentToNoId: await send('AAAAAAAAAAAAAAAAAAAAAA'),
      };
    },
  },
  {
    name: 'the broker’s own time where a topic asks for it',
    run: async (wire) => {
      await wire.createTopic('append-time', 1, { 'message.timestamp.type': 'LogAppendTime' });
      const before = Date.now();
      const answer = await wire.raw(produce, 9, {
        acks: -1,
        timeoutMs: 5000,
        topicData: [{ name: 'append-time', partitionData: [{ index: 0, records: batch(['a']) }] }],
      });
      const appendTimeMs = answer.responses[0]?.partitionResponses[0]?.logAppendTimeMs ?? -1;
      const found = await wire.raw(listOffsets, 7, {
        replicaId: -1,
        isolationLevel: 0,
        topics: [{ name: 'append-time', partitions: [{ partitionIndex: 0, timestamp: before }] }],
      });
      const [offset] = found.topics[0]?.partitions ?? [];
      return {
        isNow: appendTimeMs >= before && appendTimeMs <= Date.now(),
        found: { offset: offset?.offset, isIt: offset?.timestamp === appendTimeMs },
        error: comparable({ errorCode: offset?.errorCode }),
      };
    },
  },
];
