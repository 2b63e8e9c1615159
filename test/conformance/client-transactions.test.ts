import {
  type ConsumerRecord,
  createAdmin,
  createConsumer,
  createProducer,
  type TransactionalProducer,
  type TransactionalProducerOptions,
} from '@millrace/client';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { afterEachTest } from '../support/after-each-test.ts';
import { eventually } from '../support/eventually.ts';
import { kafkaPeerSkipReason, QUICK_RETURN, startKafkaPeer } from '../support/kafka-peer.ts';
import { type BrokerProcess, startMillraceBroker } from '../support/millrace-broker.ts';
import { pollUntil, uniqueName } from './client-scenarios.ts';
import { killedWhileHolding } from './doomed-process.ts';

const skipReason = kafkaPeerSkipReason();
if (skipReason !== null) console.warn(`skipped: transactions of the client on Apache Kafka: ${skipReason}`);

/** So that a transaction that is open for too long is found out within a test's time. */
const properties = { 'transaction.abort.timed.out.transaction.cleanup.interval.ms': '200' };

/** The two generations, on both brokers. */
const brokers = [
  {
    on: 'Millrace',
    start: (level: number) =>
      startMillraceBroker({ ...properties, 'initial.transaction.version': `${level}` }),
  },
  {
    on: 'Apache Kafka',
    start: (level: number) =>
      startKafkaPeer({
        features: { 'transaction.version': level },
        properties: { ...properties, ...QUICK_RETURN },
      }),
  },
].flatMap((broker) => [
  { ...broker, kind: 'with an epoch for each', level: 2 },
  { ...broker, kind: 'of the older kind', level: 1 },
]);

// Most of their time is waited out: for JVMs, for brokers that are killed, for transactions that are open for too long.
describe.each(brokers)('transactions $kind on $on', { concurrent: true }, (broker) => {
  describe('in turn', { concurrent: false }, () => transactions(broker));
});

function transactions({ on, start, level }: (typeof brokers)[number]): void {
  const isMissing = on === 'Apache Kafka' && skipReason !== null;
  const onTestFinished = afterEachTest();
  let peer: BrokerProcess;
  beforeAll(async () => {
    if (!isMissing) peer = await start(level);
  }, 120_000);
  afterAll(() => peer?.stop());
  beforeEach(({ skip }) => skip(isMissing));

  const options = () => ({ bootstrapServers: peer.bootstrapServers, requestTimeoutMs: 5_000 });

  async function newTopic(partitions: number, configs: Record<string, string> = {}): Promise<string> {
    const admin = createAdmin(options());
    const topic = uniqueName('txn');
    await admin.createTopics([{ name: topic, partitions, configs }]);
    await admin.close();
    return topic;
  }

  function transactional(
    transactionalId: string,
    more: Partial<TransactionalProducerOptions> = {},
  ): TransactionalProducer {
    const producer = createProducer({ ...options(), lingerMs: 0, ...more, transactionalId });
    onTestFinished(() => producer.close(1_000));
    return producer;
  }

  function reader(topic: string, partitions: number, isolationLevel: 'read_committed' | 'read_uncommitted') {
    const consumer = createConsumer({ ...options(), isolationLevel, autoOffsetReset: 'earliest' });
    consumer.assign(Array.from({ length: partitions }, (_, partition) => ({ topic, partition })));
    onTestFinished(() => consumer.close());
    return consumer;
  }

  const record = (topic: string, partition: number, text: string) => ({
    topic,
    partition,
    key: null,
    value: Buffer.from(text),
  });
  const texts = (records: readonly ConsumerRecord[]) => records.map(({ value }) => String(value));

  it('shows readers whole transactions only, in order, and none of the aborted ones', async () => {
    const topic = await newTopic(3);
    const producer = transactional(uniqueName('id'), { batchBytes: 500 });
    await producer.initTransactions();
    for (let round = 0; round < 12; round++) {
      producer.beginTransaction();
      const outcome = round % 3 === 1 ? 'aborted' : 'committed';
      const sent = Array.from({ length: 30 }, (_, i) => record(topic, i % 3, `${outcome} ${round} ${i}`));
      await producer.send(sent);
      if (outcome === 'aborted') await producer.abortTransaction();
      else await producer.commitTransaction();
    }
    const committed = await pollUntil(reader(topic, 3, 'read_committed'), ({ length }) => length >= 240);
    expect(texts(committed).filter((text) => text.startsWith('aborted'))).toEqual([]);
    const ofOne = committed.filter(({ partition }) => partition === 1);
    expect(texts(ofOne)).toEqual(
      [0, 2, 3, 5, 6, 8, 9, 11].flatMap((round) =>
        Array.from({ length: 10 }, (_, i) => `committed ${round} ${3 * i + 1}`),
      ),
    );
    const all = await pollUntil(reader(topic, 3, 'read_uncommitted'), ({ length }) => length >= 360);
    expect(all).toHaveLength(360);
  });

  it('keeps readers of committed records before an open transaction, whatever comes behind it', async () => {
    const topic = await newTopic(1);
    const open = transactional(uniqueName('id'));
    await open.initTransactions();
    open.beginTransaction();
    await open.send([record(topic, 0, 'open')]);
    const plain = createProducer(options());
    await plain.send([record(topic, 0, 'behind')]);
    await plain.close();
    const committed = reader(topic, 1, 'read_committed');
    const uncommitted = reader(topic, 1, 'read_uncommitted');
    expect(await pollUntil(uncommitted, ({ length }) => length >= 2)).toHaveLength(2);
    expect(await committed.poll(500)).toEqual([]);
    expect(await committed.endOffsets([{ topic, partition: 0 }])).toEqual([0]);
    expect(await uncommitted.endOffsets([{ topic, partition: 0 }])).toEqual([2]);
    await open.commitTransaction();
    expect(texts(await pollUntil(committed, ({ length }) => length >= 2))).toEqual(['open', 'behind']);
    // The marker takes an offset too.
    expect(await committed.endOffsets([{ topic, partition: 0 }])).toEqual([3]);
  });

  it('counts offsets when their transaction is committed, and not before', async () => {
    const topic = await newTopic(1);
    const groupId = uniqueName('group');
    const admin = createAdmin(options());
    onTestFinished(() => admin.close());
    const producer = transactional(uniqueName('id'));
    await producer.initTransactions();
    const offsets = (offset: number) => [{ topic, partition: 0, offset, metadata: 'm' }];
    producer.beginTransaction();
    await producer.sendOffsetsToTransaction(offsets(5), { groupId });
    await producer.commitTransaction();
    producer.beginTransaction();
    await producer.sendOffsetsToTransaction(offsets(9), { groupId });
    await producer.abortTransaction();
    await eventually(async () => (await admin.groupOffsets(groupId)).length === 1, { what: 'the commit' });
    expect(await admin.groupOffsets(groupId)).toEqual(offsets(5));
  });

  it('refuses offsets of a member that was put out, and only that transaction is lost', async () => {
    const topic = await newTopic(1);
    const groupId = uniqueName('group');
    const consumer = createConsumer({
      ...options(),
      groupId,
      autoOffsetReset: 'earliest',
      enableAutoCommit: false,
    });
    consumer.subscribe([topic]);
    await eventually(async () => (await consumer.poll(100)) && consumer.assignment().length === 1, {
      what: 'the assignment',
    });
    const stale = consumer.groupMetadata();
    const producer = transactional(uniqueName('id'));
    await producer.initTransactions();
    producer.beginTransaction();
    await producer.sendOffsetsToTransaction([{ topic, partition: 0, offset: 1 }], stale);
    await producer.commitTransaction();
    await consumer.close();
    producer.beginTransaction();
    await producer.send([record(topic, 0, 'lost')]);
    const offsets = producer.sendOffsetsToTransaction([{ topic, partition: 0, offset: 2 }], stale);
    await expect(offsets).rejects.toMatchObject({
      code: expect.stringMatching(/^(UNKNOWN_MEMBER_ID|ILLEGAL_GENERATION)$/),
    });
    await expect(producer.commitTransaction()).rejects.toBeInstanceOf(Error);
    await producer.abortTransaction();
    producer.beginTransaction();
    await producer.send([record(topic, 0, 'kept')]);
    await producer.commitTransaction();
    const seen = await pollUntil(reader(topic, 1, 'read_committed'), ({ length }) => length >= 1);
    expect(texts(seen)).toEqual(['kept']);
  });

  it('goes on after a record that the broker refuses', async () => {
    const topic = await newTopic(1, { 'max.message.bytes': '1000' });
    const producer = transactional(uniqueName('id'));
    await producer.initTransactions();
    producer.beginTransaction();
    await producer.send([record(topic, 0, 'before')]);
    const large = producer.send([record(topic, 0, 'x'.repeat(5_000))]);
    await expect(large).rejects.toMatchObject({ code: 'MESSAGE_TOO_LARGE' });
    await expect(producer.send([record(topic, 0, 'after')])).rejects.toMatchObject({
      code: 'MESSAGE_TOO_LARGE',
    });
    await expect(producer.commitTransaction()).rejects.toMatchObject({ code: 'MESSAGE_TOO_LARGE' });
    await producer.abortTransaction();
    producer.beginTransaction();
    await producer.send([record(topic, 0, 'next')]);
    await producer.commitTransaction();
    const seen = await pollUntil(reader(topic, 1, 'read_committed'), ({ length }) => length >= 1);
    expect(texts(seen)).toEqual(['next']);
  });

  it('splits batches that are too large within a transaction', async () => {
    const topic = await newTopic(1, { 'max.message.bytes': '1000' });
    const producer = transactional(uniqueName('id'));
    await producer.initTransactions();
    const sent = Array.from({ length: 300 }, (_, i) => `${i}`.padEnd(100, '.'));
    for (const half of [sent.slice(0, 150), sent.slice(150)]) {
      producer.beginTransaction();
      await producer.send(half.map((text) => record(topic, 0, text)));
      await producer.commitTransaction();
    }
    const seen = await pollUntil(reader(topic, 1, 'read_committed'), ({ length }) => length >= 300);
    expect(texts(seen)).toEqual(sent);
  });

  it('fences the older of two producers for good, and says so', async () => {
    const topic = await newTopic(1);
    const id = uniqueName('id');
    const older = transactional(id);
    await older.initTransactions();
    older.beginTransaction();
    await older.send([record(topic, 0, 'older')]);
    const newer = transactional(id);
    await newer.initTransactions();
    const fenced = { code: 'PRODUCER_FENCED', class: 'config', message: expect.stringContaining(id) };
    await expect(older.commitTransaction()).rejects.toMatchObject(fenced);
    await expect(older.abortTransaction()).rejects.toMatchObject(fenced);
    await expect(older.send([record(topic, 0, 'zombie')])).rejects.toMatchObject(fenced);
    newer.beginTransaction();
    await newer.send([record(topic, 0, 'newer')]);
    await newer.commitTransaction();
    const seen = await pollUntil(reader(topic, 1, 'read_committed'), ({ length }) => length >= 1);
    expect(texts(seen)).toEqual(['newer']);
  });

  it('fences an older producer that only finds out when it writes', async () => {
    const topic = await newTopic(1);
    const id = uniqueName('id');
    const older = transactional(id);
    await older.initTransactions();
    older.beginTransaction();
    await older.send([record(topic, 0, 'older')]);
    await transactional(id).initTransactions();
    const zombie = older.send([record(topic, 0, 'zombie')]);
    await expect(zombie).rejects.toMatchObject({ code: 'PRODUCER_FENCED', class: 'config' });
  });

  it('aborts what a killed producer left open: when its successor begins', async () => {
    const topic = await newTopic(1);
    const id = uniqueName('id');
    await killedWhileHolding('transaction', peer.bootstrapServers[0] ?? '', topic, id, '60000');
    const committed = reader(topic, 1, 'read_committed');
    expect(await committed.endOffsets([{ topic, partition: 0 }])).toEqual([0]);
    const successor = transactional(id);
    await successor.initTransactions();
    // The dead one's record, and its abort marker.
    expect(await committed.endOffsets([{ topic, partition: 0 }])).toEqual([2]);
    successor.beginTransaction();
    await successor.send([record(topic, 0, 'of the successor')]);
    await successor.commitTransaction();
    const seen = await pollUntil(committed, ({ length }) => length >= 1);
    expect(texts(seen)).toEqual(['of the successor']);
  });

  it('aborts what a killed producer left open: after its timeout', async () => {
    const topic = await newTopic(1);
    await killedWhileHolding('transaction', peer.bootstrapServers[0] ?? '', topic, uniqueName('id'), '1000');
    const committed = reader(topic, 1, 'read_committed');
    await eventually(async () => (await committed.endOffsets([{ topic, partition: 0 }]))[0] === 2, {
      what: 'the abort',
    });
    expect(await committed.poll(300)).toEqual([]);
  });

  it('tells a transaction that was open for too long from one that was taken over', async () => {
    const topic = await newTopic(1);
    const slow = transactional(uniqueName('id'), { transactionTimeoutMs: 1_000 });
    await slow.initTransactions();
    slow.beginTransaction();
    await slow.send([record(topic, 0, 'slow')]);
    const committed = reader(topic, 1, 'read_committed');
    await eventually(async () => (await committed.endOffsets([{ topic, partition: 0 }]))[0] === 2, {
      what: 'the abort',
    });
    await expect(slow.commitTransaction()).rejects.toMatchObject({
      code: 'TRANSACTION_TIMED_OUT',
      class: 'transient',
    });
  });

  it('aborts what is open when it closes', async () => {
    const topic = await newTopic(1);
    const producer = transactional(uniqueName('id'));
    await producer.initTransactions();
    producer.beginTransaction();
    await producer.send([record(topic, 0, 'never')]);
    await producer.close();
    const committed = reader(topic, 1, 'read_committed');
    await eventually(async () => (await committed.endOffsets([{ topic, partition: 0 }]))[0] === 2, {
      what: 'the abort',
    });
  });

  it('loses and doubles nothing when the broker is killed in the middle of transactions', async () => {
    const topic = await newTopic(2);
    const groupId = uniqueName('group');
    const producer = transactional(uniqueName('id'));
    await producer.initTransactions();
    const rounds = 40;
    let outage: Promise<void> | null = null;
    for (let round = 0; round < rounds; round++) {
      for (;;) {
        if (round === 15) outage ??= peer.kill().then(() => peer.resume());
        producer.beginTransaction();
        try {
          const sent = Array.from({ length: 10 }, (_, i) => record(topic, i % 2, `${10 * round + i}`));
          await producer.send(sent);
          await producer.sendOffsetsToTransaction([{ topic, partition: 0, offset: round }], { groupId });
          await producer.commitTransaction();
          break;
        } catch {
          await producer.abortTransaction();
        }
      }
    }
    await outage;
    const seen = await pollUntil(reader(topic, 2, 'read_committed'), ({ length }) => length >= 10 * rounds);
    const numbers = seen.map(({ value }) => Number(value)).sort((a, b) => a - b);
    expect(numbers).toEqual(Array.from({ length: 10 * rounds }, (_, i) => i));
    const admin = createAdmin(options());
    onTestFinished(() => admin.close());
    expect(await admin.groupOffsets(groupId)).toMatchObject([{ offset: rounds - 1 }]);
  });

  it('loses and doubles nothing behind an abort that left batches without an answer', async () => {
    const topic = await newTopic(1);
    const producer = transactional(uniqueName('id'), { batchBytes: 200 });
    await producer.initTransactions();
    producer.beginTransaction();
    await producer.send([record(topic, 0, 'aborted')]);
    for (let i = 0; i < 2_000; i++) producer.produce(record(topic, 0, `aborted ${i}`));
    await new Promise((resolve) => setTimeout(resolve, 5));
    await peer.kill();
    const aborted = producer.abortTransaction();
    await peer.resume();
    await aborted;
    producer.beginTransaction();
    const sent = Array.from({ length: 500 }, (_, i) => record(topic, 0, `${i}`));
    await producer.send(sent);
    await producer.commitTransaction();
    const seen = await pollUntil(reader(topic, 1, 'read_committed'), ({ length }) => length >= sent.length);
    expect(texts(seen)).toEqual(sent.map(({ value }) => String(value)));
  });

  it('refuses calls out of their order', async () => {
    const topic = await newTopic(1);
    const producer = transactional(uniqueName('id'));
    const misuse = { code: 'INVALID_TRANSACTION_USE', class: 'bug' };
    expect(() => producer.beginTransaction()).toThrow(expect.objectContaining(misuse));
    await producer.initTransactions();
    await expect(producer.initTransactions()).rejects.toMatchObject(misuse);
    await expect(producer.send([record(topic, 0, 'outside')])).rejects.toMatchObject(misuse);
    await expect(producer.commitTransaction()).rejects.toMatchObject(misuse);
    producer.beginTransaction();
    const commit = producer.commitTransaction();
    await expect(producer.abortTransaction()).rejects.toMatchObject(misuse);
    await commit;
  });
}
