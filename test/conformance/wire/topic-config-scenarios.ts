import { type ErrorName, errorByCode } from '@millrace/protocol';
import { describeConfigs, fetch, incrementalAlterConfigs, produce } from '@millrace/protocol/messages';
import { compressionTypes, decodeBatch, iterateBatches } from '@millrace/protocol/records';
import { eventually } from '../../support/index.ts';
import { type BatchRecord, batch } from './batch.ts';
import type { Scenario } from './scenario.ts';
import { comparable, type Wire } from './wire.ts';

const TOPIC = 2;
const [SET, DELETE] = [0, 1];
/** Where a value comes from that the topic has itself. */
const OF_TOPIC = 1;
const MAX_BYTES = 64 * 1024 * 1024;
const HOUR_MS = 3_600_000;

function alter(wire: Wire, topic: string, name: string, value: string | null) {
  const configs = [{ name, value, configOperation: value === null ? DELETE : SET }];
  return wire.ask(incrementalAlterConfigs, 1, {
    resources: [{ resourceType: TOPIC, resourceName: topic, configs }],
    validateOnly: false,
  });
}

async function send(wire: Wire, topic: string, records: Buffer, acks = -1) {
  const answer = await wire.raw(produce, 9, {
    acks,
    timeoutMs: 5000,
    topicData: [{ name: topic, partitionData: [{ index: 0, records }] }],
  });
  const partition = answer.responses[0]?.partitionResponses[0];
  const error: ErrorName = errorByCode(partition?.errorCode ?? -1).name;
  const recordErrors = partition?.recordErrors.map(({ batchIndex }) => batchIndex) ?? [];
  return {
    error,
    baseOffset: partition?.baseOffset,
    isStamped: (partition?.logAppendTimeMs ?? -1) >= 0,
    recordErrors,
  };
}

function withoutOffset({ baseOffset, ...outcome }: Awaited<ReturnType<typeof send>>) {
  return { ...outcome, isAppended: (baseOffset ?? -1) >= 0 };
}

/**
 * A config that was altered holds a moment later, on Kafka too. How many records were taken until then is not
 * the same twice: offsets after it are not to be compared.
 */
async function sendUntil(wire: Wire, topic: string, records: Buffer, error: ErrorName) {
  return await eventually(
    async () => {
      const outcome = await send(wire, topic, records);
      return outcome.error === error ? withoutOffset(outcome) : undefined;
    },
    { what: `${topic} answers ${error}` },
  );
}

/** What is stored, from the start on: of each batch what a broker may change of it. */
async function stored(wire: Wire, topic: string) {
  const answer = await wire.raw(fetch, 11, {
    maxWaitMs: 0,
    minBytes: 0,
    maxBytes: MAX_BYTES,
    isolationLevel: 0,
    sessionId: 0,
    sessionEpoch: -1,
    topics: [{ topic, partitions: [{ partition: 0, fetchOffset: 0, partitionMaxBytes: MAX_BYTES }] }],
  });
  const bytes = answer.responses[0]?.partitions[0]?.records ?? Buffer.alloc(0);
  return [...iterateBatches(bytes)].map(({ position, ...header }) => {
    const { records } = decodeBatch(bytes, position, { maxDecompressedBytes: MAX_BYTES });
    const { compression, timestampType, baseOffset, lastOffset, recordCount, baseSequence } = header;
    const isOurs = timestampType === 'LogAppendTime';
    const values = records.map(({ offset, timestamp, value }) => [
      offset,
      isOurs || timestamp,
      String(value),
    ]);
    return { compression, timestampType, baseOffset, lastOffset, recordCount, baseSequence, values };
  });
}

const large = (bytes: number): BatchRecord => ({ value: 'x'.repeat(bytes) });

/** Topic configs by what they do; that they are kept and described is a matter of others. */
export const topicConfigScenarios: readonly Scenario[] = [
  ...['producer', 'uncompressed', 'gzip', 'snappy', 'lz4', 'zstd'].map((type) => ({
    name: `compression.type=${type}: what is stored of batches of every codec`,
    async run(wire: Wire) {
      const topic = `compressed-${type}`;
      await wire.createTopic(topic, 1, { 'compression.type': type });
      const sent = [];
      for (const compression of compressionTypes)
        sent.push(
          await send(
            wire,
            topic,
            batch([`${compression} 1`, `${compression} 2`, large(300)], { compression }),
          ),
        );
      return { sent, stored: await stored(wire, topic) };
    },
  })),
  {
    name: 'compression.type changes while the topic is written to',
    async run(wire) {
      const topic = 'compression-changes';
      await wire.createTopic(topic);
      await send(wire, topic, batch(['as it came']));
      await alter(wire, topic, 'compression.type', 'gzip');
      return await eventually(
        async () => {
          await send(wire, topic, batch(['packed']));
          return (await stored(wire, topic)).at(-1)?.compression === 'gzip';
        },
        { what: 'batches are packed' },
      );
    },
  },
  {
    name: 'max.message.bytes: above and below, as it came and as it is stored, and back to the default',
    async run(wire) {
      const topic = 'message-sizes';
      await wire.createTopic(topic, 1, { 'max.message.bytes': '400' });
      const first = [
        await send(wire, topic, batch([large(200)])),
        await send(wire, topic, batch([large(400)])),
        await send(wire, topic, batch([large(4000)], { compression: 'gzip' })),
      ];
      await alter(wire, topic, 'compression.type', 'uncompressed');
      const unpacked = await sendUntil(
        wire,
        topic,
        batch([large(4000)], { compression: 'gzip' }),
        'MESSAGE_TOO_LARGE',
      );
      await alter(wire, topic, 'max.message.bytes', null);
      const after = await sendUntil(wire, topic, batch([large(4000)], { compression: 'gzip' }), 'NONE');
      return { first, unpacked, after };
    },
  },
  {
    name: 'message.timestamp.type changes while the topic is written to',
    async run(wire) {
      const topic = 'stamped';
      await wire.createTopic(topic);
      const before = await send(wire, topic, batch([{ value: 'by the producer', timestamp: Date.now() }]));
      await alter(wire, topic, 'message.timestamp.type', 'LogAppendTime');
      await eventually(async () => (await send(wire, topic, batch(['by the broker']))).isStamped, {
        what: 'a stamp',
      });
      await send(wire, topic, batch(['by the broker']));
      const types = (await stored(wire, topic)).map(({ timestampType }) => timestampType);
      return { before, first: types[0], last: types.at(-1) };
    },
  },
  {
    name: 'message.timestamp.before.max.ms and after.max.ms: which records are refused',
    async run(wire) {
      const topic = 'times';
      await wire.createTopic(topic, 1, {
        'message.timestamp.before.max.ms': String(HOUR_MS),
        'message.timestamp.after.max.ms': String(HOUR_MS),
      });
      const at = (...ages: readonly number[]) =>
        batch(ages.map((ageMs) => ({ value: 'v', timestamp: Date.now() - ageMs })));
      const outcomes = [
        await send(wire, topic, at(0)),
        await send(wire, topic, at(HOUR_MS - 60_000)),
        await send(wire, topic, at(0, HOUR_MS + 60_000)),
        await send(wire, topic, at(60_000 - HOUR_MS)),
        await send(wire, topic, at(0, 0, -HOUR_MS - 60_000)),
      ];
      await alter(wire, topic, 'message.timestamp.before.max.ms', null);
      return { outcomes, after: await sendUntil(wire, topic, at(2 * HOUR_MS), 'NONE') };
    },
  },
  {
    name: 'min.insync.replicas: acks=all needs them, acks=1 does not',
    async run(wire) {
      const topic = 'in-sync';
      await wire.createTopic(topic, 1, { 'min.insync.replicas': '2' });
      const outcomes = [await send(wire, topic, batch(['a'])), await send(wire, topic, batch(['a']), 1)];
      await alter(wire, topic, 'min.insync.replicas', null);
      return { outcomes, after: await sendUntil(wire, topic, batch(['a']), 'NONE') };
    },
  },
  {
    name: 'a topic that becomes compacted takes no record without a key from then on',
    async run(wire) {
      const topic = 'becomes-compacted';
      await wire.createTopic(topic);
      const before = await send(wire, topic, batch(['no key']));
      await alter(wire, topic, 'cleanup.policy', 'compact,delete');
      const after = await sendUntil(wire, topic, batch(['no key']), 'INVALID_RECORD');
      const keyed = withoutOffset(await send(wire, topic, batch([{ key: 'k', value: 'v' }])));
      return { before, after, keyed };
    },
  },
  {
    name: 'values are shown as they are understood',
    async run(wire) {
      const topic = 'odd-values';
      await wire.createTopic(topic);
      const odd: readonly (readonly [string, string])[] = [
        ['retention.ms', '+5000'],
        ['segment.bytes', ' 002000000 '],
        ['preallocate', 'TRUE'],
        ['unclean.leader.election.enable', ' True'],
        ['min.cleanable.dirty.ratio', '1'],
        ['cleanup.policy', ' delete , compact,delete'],
        ['compression.type', ' gzip'],
        ['message.timestamp.type', 'LogAppendTime '],
      ];
      const shown = [];
      for (const [name, value] of odd) {
        const altered = await alter(wire, topic, name, value);
        const resources = [{ resourceType: TOPIC, resourceName: topic, configurationKeys: [name] }];
        const found = await eventually(
          async () => {
            const { results } = await wire.raw(describeConfigs, 4, { resources });
            const configs = results[0]?.configs ?? [];
            return configs.some(({ configSource }) => configSource === OF_TOPIC) ? configs : undefined;
          },
          { what: `${name} is set` },
        );
        shown.push([name, altered, found?.[0]?.value]);
      }
      return shown;
    },
  },
  {
    name: 'values that topic configs may not have',
    async run(wire) {
      const topic = 'wrong-values';
      await wire.createTopic(topic);
      const wrong: readonly (readonly [string, string])[] = [
        ['compression.type', 'brotli'],
        ['compression.gzip.level', '10'],
        ['compression.zstd.level', '23'],
        ['compression.lz4.level', '18'],
        ['cleanup.policy', 'shred'],
        ['min.cleanable.dirty.ratio', '1.1'],
        ['max.compaction.lag.ms', '0'],
        ['min.compaction.lag.ms', '-1'],
        ['delete.retention.ms', '-1'],
        ['segment.bytes', '1'],
        ['segment.jitter.ms', '-1'],
        ['retention.ms', '-2'],
        ['retention.bytes', 'x'],
        ['flush.messages', '-1'],
        ['min.insync.replicas', '0'],
        ['message.timestamp.type', 'Never'],
        ['nobody.knows', '1'],
      ];
      const answers = [];
      for (const [name, value] of wrong)
        answers.push([name, comparable(await alter(wire, topic, name, value))]);
      return answers;
    },
  },
];
