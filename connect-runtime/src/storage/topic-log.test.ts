import type { Admin, Consumer, ConsumerRecord, Producer } from '@millrace/client';
import { silentLogger } from '@millrace/foundation';
import { expect, onTestFinished, test, vi } from 'vitest';
import { TopicLog } from './topic-log.ts';

const record = (offset: number) =>
  ({ topic: 't', partition: 0, offset, timestamp: 0, key: null, value: null, headers: [] }) as ConsumerRecord;

/** A topic of one partition. Each poll runs `poll`, or waits until it is woken where none is set. */
function fakeTopic() {
  const fake = {
    end: 0,
    partitions: 1,
    position: 0,
    openSince: [] as (number | null)[],
    poll: null as (() => Promise<readonly ConsumerRecord[]>) | null,
    send: async () => [] as never,
    read: [] as number[],
    warnings: 0,
    log: null as unknown as TopicLog,
  };
  let woken = Promise.withResolvers<void>();
  const consumer = {
    assign: () => undefined,
    poll: async () => {
      if (fake.poll) return fake.poll();
      await woken.promise;
      woken = Promise.withResolvers();
      return [];
    },
    position: () => fake.position,
    wakeup: () => woken.resolve(),
    close: async () => undefined,
  } as unknown as Consumer;
  const admin = {
    ensureTopics: async () => undefined,
    describeTopics: async () => [{ partitions: Array(fake.partitions).fill({}) }],
    describeConfigs: async () =>
      new Map([['cleanup.policy', { value: 'compact', source: 'DYNAMIC_TOPIC_CONFIG' as const }]]),
    listOffsets: async () => [fake.end],
    describeProducers: async () =>
      fake.openSince.map((openSinceOffset, index) => ({ producerId: 7 + index, openSinceOffset })),
  } as unknown as Admin;
  fake.log = new TopicLog({
    topic: 't',
    partitions: 1,
    replicationFactor: 1,
    isInOneOrder: true,
    admin,
    consumer,
    producer: { send: () => fake.send() } as unknown as Producer,
    logger: { ...silentLogger, warn: () => void fake.warnings++ },
    onRecord: ({ offset }) => void fake.read.push(offset),
  });
  onTestFinished(async () => {
    fake.poll = null;
    await fake.log.close();
  });
  return { fake, wake: () => woken.resolve() };
}

test('the end is not reached before the last record was handed over, however far the consumer is', async () => {
  const { fake, wake } = fakeTopic();
  await fake.log.start();
  const handing = Promise.withResolvers<readonly ConsumerRecord[]>();
  fake.poll = () => {
    fake.position = 1;
    return handing.promise;
  };
  wake();
  await vi.waitFor(() => expect(fake.position).toBe(1));
  fake.end = 1;
  let seen: readonly number[] | null = null;
  const reading = fake.log.readToEnd().then(() => {
    seen = [...fake.read];
  });
  // As many turns as the answer of a readToEnd that does not wait takes.
  for (let turn = 0; turn < 10; turn++) await new Promise((resolve) => setImmediate(resolve));
  expect(seen).toBeNull();
  fake.poll = null;
  handing.resolve([record(0)]);
  await reading;
  expect(seen).toEqual([0]);
});

test('records that come to nobody count as read', async () => {
  const { fake, wake } = fakeTopic();
  await fake.log.start();
  fake.end = 3;
  const reading = fake.log.readToEnd();
  fake.position = 3;
  wake();
  await reading;
  expect(fake.read).toEqual([]);
});

test('a topic that cannot be read says so for as long as that lasts', async () => {
  const { fake, wake } = fakeTopic();
  await fake.log.start();
  expect(fake.log.failure).toBeNull();
  fake.poll = () => Promise.reject(new Error('not allowed'));
  wake();
  await vi.waitFor(() => expect(fake.log.failure?.message).toBe('not allowed'));
  expect(fake.warnings).toBe(1);
  fake.poll = null;
  wake();
  await vi.waitFor(() => expect(fake.log.failure).toBeNull());
});

test('a topic that cannot be written says so until a write works', async () => {
  const { fake } = fakeTopic();
  await fake.log.start();
  const works = fake.send;
  fake.send = () => Promise.reject(new Error('no leader'));
  await expect(fake.log.write('k', null)).rejects.toThrow('no leader');
  expect(fake.log.failure?.message).toBe('no leader');
  fake.send = works;
  await fake.log.write('k', null);
  expect(fake.log.failure).toBeNull();
});

test('an open transaction that nobody gets past is named, with how to end it', async () => {
  const { fake, wake } = fakeTopic();
  await fake.log.start();
  fake.end = 12;
  fake.position = 5;
  fake.openSince = [9, null, 5];
  const reading = fake.log.readToEnd(200);
  wake();
  await expect(reading).rejects.toMatchObject({
    code: 'STORAGE_TOPIC_UNREAD',
    message: expect.stringContaining('a transaction of producer 9 is open in partition 0 since offset 5'),
    details: { hint: expect.stringContaining('abort --topic t --partition 0 --start-offset 5') },
  });
});

test('a transaction further on is not why a topic could not be read', async () => {
  const { fake, wake } = fakeTopic();
  await fake.log.start();
  fake.end = 12;
  fake.position = 4;
  fake.openSince = [5];
  const reading = fake.log.readToEnd(200);
  wake();
  await expect(reading).rejects.toMatchObject({
    code: 'STORAGE_TOPIC_UNREAD',
    message: '"t" could not be read to its end within 200 ms.',
  });
});

test('where order matters, a topic of several partitions is refused', async () => {
  const { fake } = fakeTopic();
  fake.partitions = 3;
  await expect(fake.log.start()).rejects.toMatchObject({
    code: 'STORAGE_TOPIC_PARTITIONED',
    class: 'config',
    message: expect.stringContaining('3 partitions'),
  });
});
