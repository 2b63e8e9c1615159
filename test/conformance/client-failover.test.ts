import { type ConsumerRecord, createAdmin, createConsumer, createProducer } from '@millrace/client';
import { Kafka, logLevel } from 'kafkajs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type KafkaPeer, kafkaPeerSkipReason, QUICK_RETURN, startKafkaPeer } from '../support/kafka-peer.ts';
import { pollUntil, uniqueName } from './client-scenarios.ts';

const skipReason = kafkaPeerSkipReason();
if (skipReason !== null) console.warn(`skipped: client and failures of Apache Kafka: ${skipReason}`);

describe.skipIf(skipReason !== null)('client and failures of Apache Kafka', () => {
  let peer: KafkaPeer;
  beforeAll(async () => {
    peer = await startKafkaPeer({ properties: QUICK_RETURN });
  }, 120_000);
  afterAll(() => peer?.stop());
  const options = () => ({ bootstrapServers: peer.bootstrapServers, requestTimeoutMs: 5_000 });

  it('loses, doubles and reorders nothing when the broker is killed under it', async () => {
    const admin = createAdmin(options());
    const topic = uniqueName('kill');
    await admin.createTopics([{ name: topic, partitions: 2 }]);
    const producer = createProducer({ ...options(), batchBytes: 1_000, lingerMs: 1 });
    const total = 60_000;
    let failure: Error | null = null;
    let acknowledged = 0;
    let outage: Promise<void> | null = null;
    for (let i = 0; i < total; i++) {
      const value = Buffer.alloc(4);
      value.writeInt32BE(i);
      const taken = producer.produce({ topic, partition: i % 2, key: null, value }, (error) => {
        failure ??= error;
        acknowledged += 1;
      });
      if (!taken || i % 200 === 0) await new Promise((resolve) => setImmediate(resolve));
      if (i === total / 3) outage = peer.kill().then(() => peer.resume());
    }
    await outage;
    await producer.flush();
    await producer.close();
    expect(failure).toBeNull();
    expect(acknowledged).toBe(total);
    const consumer = createConsumer({ ...options(), autoOffsetReset: 'earliest', maxPollRecords: 5_000 });
    consumer.assign([0, 1].map((partition) => ({ topic, partition })));
    const records = await pollUntil(consumer, ({ length }) => length >= total);
    expect(await consumer.poll(500)).toEqual([]);
    await consumer.close();
    for (const partition of [0, 1]) {
      const numbers = records
        .filter((record) => record.partition === partition)
        .map(({ value }) => value?.readInt32BE(0));
      expect(numbers).toEqual(Array.from({ length: total / 2 }, (_, i) => 2 * i + partition));
    }
    await admin.close();
  });

  it('goes on consuming in its group after the broker came back', async () => {
    const topic = uniqueName('back');
    const admin = createAdmin(options());
    await admin.createTopics([{ name: topic, partitions: 1 }]);
    const producer = createProducer(options());
    const consumer = createConsumer({
      ...options(),
      groupId: uniqueName('back'),
      autoOffsetReset: 'earliest',
      heartbeatIntervalMs: 500,
      sessionTimeoutMs: 20_000,
    });
    consumer.subscribe([topic]);
    await producer.send([{ topic, key: null, value: Buffer.from('before') }]);
    await pollUntil(consumer, ({ length }) => length === 1);
    await peer.kill();
    const sent = producer.send([{ topic, key: null, value: Buffer.from('after') }]);
    await peer.resume();
    // Where the broker took longer than the session, the first record comes again: nothing was committed.
    const isAfter = ({ value }: ConsumerRecord) => value?.toString() === 'after';
    const came = await pollUntil(consumer, (records) => records.some(isAfter));
    expect(came.filter(isAfter)).toHaveLength(1);
    await sent;
    await consumer.commit();
    expect((await consumer.committed([{ topic, partition: 0 }]))[0]?.offset).toBe(2);
    await consumer.close();
    await producer.close();
    await admin.close();
  });

  it('reads only what was committed under read_committed', async () => {
    const topic = uniqueName('txn');
    const admin = createAdmin(options());
    await admin.createTopics([{ name: topic, partitions: 1 }]);
    const kafka = new Kafka({ brokers: [...peer.bootstrapServers], logLevel: logLevel.NOTHING });
    const producer = kafka.producer({ transactionalId: topic, idempotent: true, maxInFlightRequests: 1 });
    await producer.connect();
    for (const [value, end] of [
      ['committed', 'commit'],
      ['aborted', 'abort'],
      ['last', 'commit'],
    ] as const) {
      const transaction = await producer.transaction();
      await transaction.send({ topic, messages: [{ value }] });
      await transaction[end]();
    }
    await producer.disconnect();
    const read = async (isolationLevel: 'read_committed' | 'read_uncommitted', count: number) => {
      const consumer = createConsumer({ ...options(), autoOffsetReset: 'earliest', isolationLevel });
      consumer.assign([{ topic, partition: 0 }]);
      const records = await pollUntil(consumer, ({ length }) => length >= count);
      await consumer.close();
      return records.map(({ value }) => value?.toString());
    };
    expect(await read('read_committed', 2)).toEqual(['committed', 'last']);
    expect(await read('read_uncommitted', 3)).toEqual(['committed', 'aborted', 'last']);
    await admin.close();
  });

  it('finds a topic again that was deleted and made anew under it', async () => {
    const topic = uniqueName('anew');
    const admin = createAdmin(options());
    await admin.createTopics([{ name: topic, partitions: 1 }]);
    const producer = createProducer(options());
    const consumer = createConsumer({ ...options(), autoOffsetReset: 'earliest', fetchMaxWaitMs: 100 });
    consumer.assign([{ topic, partition: 0 }]);
    await producer.send(Array.from({ length: 5 }, () => ({ topic, key: null, value: Buffer.from('old') })));
    await pollUntil(consumer, ({ length }) => length >= 5);
    await admin.deleteTopics([topic]);
    await expect
      .poll(
        () =>
          admin.createTopics([{ name: topic, partitions: 1 }]).then(
            () => 'made',
            (error) => error.code,
          ),
        { timeout: 10_000 },
      )
      .toBe('made');
    await producer.send([{ topic, key: null, value: Buffer.from('new') }]);
    const [record] = await pollUntil(consumer, ({ length }) => length >= 1);
    expect(record?.value?.toString()).toBe('new');
    await consumer.close();
    await producer.close();
    await admin.close();
  });
});
