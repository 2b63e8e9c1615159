import { compress, decompress } from '@millrace/protocol/records';
import kafkajs, { type IHeaders, type Kafka as KafkaType } from 'kafkajs';
import {
  CLIENT_TIMEOUT_MS,
  type Codec,
  type GroupMember,
  type KafkaClient,
  type ReceivedRecord,
  SESSION_TIMEOUT_MS,
} from './kafka-client.ts';

const { CompressionCodecs, CompressionTypes, Kafka, logLevel } = kafkajs;
const DECOMPRESSED_MAX_BYTES = 64 * 1024 * 1024;

const types: Readonly<Record<Codec, number>> = {
  none: CompressionTypes.None,
  gzip: CompressionTypes.GZIP,
  snappy: CompressionTypes.Snappy,
  lz4: CompressionTypes.LZ4,
  zstd: CompressionTypes.ZSTD,
};

/** It has gzip itself; the others are plugged in, which is how its users do it. */
for (const codec of ['snappy', 'lz4', 'zstd'] as const) {
  Object.assign(CompressionCodecs, {
    [types[codec]]: () => ({
      compress: async ({ buffer }: { buffer: Buffer }) => compress(codec, buffer),
      decompress: async (bytes: Buffer) => decompress(codec, bytes, DECOMPRESSED_MAX_BYTES),
    }),
  });
}

/** A kafkajs that does not log and does not try for ever. */
export function kafkaOf(address: string): KafkaType {
  return new Kafka({
    clientId: 'conformance-kafkajs',
    brokers: [address],
    logLevel: logLevel.NOTHING,
    retry: { retries: 8, initialRetryTime: 50 },
  });
}

export const kafkaJs: KafkaClient = {
  name: 'kafkajs',
  unavailable: () => undefined,
  async produce(address, topic, codec, records) {
    const producer = kafkaOf(address).producer({ idempotent: true, maxInFlightRequests: 1 });
    await producer.connect();
    const messages = records.map(({ key, value, headers }) => ({ key, value, headers: { ...headers } }));
    await producer.send({ topic, acks: -1, compression: types[codec], messages });
    await producer.disconnect();
  },
  async consume(address, topic, count) {
    const received: ReceivedRecord[] = [];
    const enough = Promise.withResolvers<void>();
    const consumer = kafkaOf(address).consumer({ groupId: `kafkajs-${topic}-${process.hrtime.bigint()}` });
    await consumer.connect();
    await consumer.subscribe({ topic, fromBeginning: true });
    await consumer.run({
      eachMessage: async ({ partition, message }) => {
        received.push({
          partition,
          offset: Number(message.offset),
          timestampMs: Number(message.timestamp),
          key: message.key?.toString() ?? null,
          value: message.value?.toString() ?? null,
          headers: headersOf(message.headers),
        });
        if (received.length >= count) enough.resolve();
      },
    });
    const timer = setTimeout(
      () => enough.reject(new Error(`only ${received.length} of ${count}`)),
      CLIENT_TIMEOUT_MS,
    );
    await enough.promise;
    clearTimeout(timer);
    await consumer.disconnect();
    return received;
  },
  async join(address, groupId, topic): Promise<GroupMember> {
    let assignment: readonly number[] = [];
    const values: string[] = [];
    const consumer = kafkaOf(address).consumer({
      groupId,
      sessionTimeout: SESSION_TIMEOUT_MS,
      heartbeatInterval: 200,
      maxWaitTimeInMs: 200,
    });
    consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => {
      assignment = (payload.memberAssignment[topic] ?? []).toSorted((a, b) => a - b);
    });
    await consumer.connect();
    await consumer.subscribe({ topic, fromBeginning: true });
    await consumer.run({
      autoCommitThreshold: 1,
      eachMessage: async ({ message }) => {
        values.push(message.value?.toString() ?? '');
      },
    });
    return { assignment: () => assignment, seen: () => values, leave: () => consumer.disconnect() };
  },
};

function headersOf(headers: IHeaders | undefined): Record<string, string> {
  return Object.fromEntries(Object.entries(headers ?? {}).map(([name, value]) => [name, String(value)]));
}
