import { createAdmin, createConsumer, createProducer } from '@millrace/client';
import { afterEach, expect, it } from 'vitest';
import { type MillraceBrokerProcess, startMillraceBroker } from '../support/millrace-broker.ts';

const PARTITION = { topic: 'orders', partition: 0 };

let broker: MillraceBrokerProcess | undefined;
afterEach(() => broker?.stop());

it('deleted records stay deleted when the broker is killed at once', async () => {
  broker = await startMillraceBroker();
  const { bootstrapServers } = broker;
  const admin = createAdmin({ bootstrapServers });
  await admin.createTopics([{ name: PARTITION.topic, partitions: 1 }]);
  const producer = createProducer({ bootstrapServers });
  const value = Buffer.from('v');
  await producer.send(Array.from({ length: 10 }, () => ({ ...PARTITION, key: null, value })));
  await producer.close();
  await admin.deleteRecords([{ ...PARTITION, beforeOffset: 7 }]);
  await admin.close();
  await broker.kill();
  await broker.resume();
  const consumer = createConsumer({ bootstrapServers });
  expect(await consumer.beginningOffsets([PARTITION])).toEqual([7]);
  expect(await consumer.endOffsets([PARTITION])).toEqual([10]);
  await consumer.close();
});
