import {
  type ActiveProducer,
  type Admin,
  createAdmin,
  createConsumer,
  createProducer,
  createShareConsumer,
} from '@millrace/client';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { type KafkaPeer, kafkaPeerSkipReason, startKafkaPeer } from '../support/kafka-peer.ts';
import { uniqueName } from './client-scenarios.ts';

const skipReason = kafkaPeerSkipReason();
if (skipReason !== null) console.warn(`skipped: admin of what Apache Kafka alone serves: ${skipReason}`);

describe.skipIf(skipReason !== null)('admin of what Apache Kafka alone serves', () => {
  let peer: KafkaPeer;
  let admin: Admin;
  beforeAll(async () => {
    peer = await startKafkaPeer();
    admin = createAdmin(options());
  }, 120_000);
  afterAll(async () => {
    await admin?.close();
    await peer?.stop();
  });

  const options = () => ({ bootstrapServers: peer.bootstrapServers, requestTimeoutMs: 5_000 });

  async function topicWith(count: number): Promise<string> {
    const topic = uniqueName('admin');
    await admin.createTopics([{ name: topic, partitions: 1 }]);
    const producer = createProducer(options());
    await producer.send(
      Array.from({ length: count }, (_, i) => ({ topic, key: null, value: Buffer.from(`${i}`) })),
    );
    await producer.close();
    return topic;
  }

  async function openTransaction(topic: string, transactionalId: string) {
    const producer = createProducer({ ...options(), transactionalId });
    onTestFinished(() => producer.close(1_000));
    await producer.initTransactions();
    producer.beginTransaction();
    await producer.send([{ topic, partition: 0, key: null, value: Buffer.from('open') }]);
    return producer;
  }

  it('fences producers by their transactional ids, used or not', async () => {
    const topic = await topicWith(0);
    const id = uniqueName('id');
    const producer = await openTransaction(topic, id);
    await admin.fenceProducers([id, uniqueName('unused')]);
    await expect(producer.commitTransaction()).rejects.toMatchObject({ code: 'PRODUCER_FENCED' });
    expect(await admin.describeTransactions([id])).toMatchObject([{ state: 'Empty', partitions: [] }]);
  });

  it('lists and describes transactions, and says of unknown ids that they are', async () => {
    const topic = await topicWith(0);
    const id = uniqueName('id');
    const producer = await openTransaction(topic, id);
    const listed = (await admin.listTransactions()).find(({ transactionalId }) => transactionalId === id);
    expect(listed).toMatchObject({ state: 'Ongoing' });
    const [described] = await admin.describeTransactions([id]);
    expect(described).toMatchObject({
      ...listed,
      timeoutMs: 60_000,
      partitions: [{ topic, partition: 0 }],
    });
    expect(Math.abs(Date.now() - (described?.startedAtMs ?? 0))).toBeLessThan(60_000);
    await producer.commitTransaction();
    await expect(admin.describeTransactions([uniqueName('none')])).rejects.toMatchObject({
      code: 'TRANSACTIONAL_ID_NOT_FOUND',
    });
  });

  it('aborts a transaction in one partition, past its coordinator', async () => {
    const topic = await topicWith(0);
    const partition = { topic, partition: 0 };
    await openTransaction(topic, uniqueName('id'));
    const [hanging] = await admin.describeProducers(partition);
    expect(hanging).toMatchObject({ openSinceOffset: 0 });
    const reader = createConsumer({ ...options(), isolationLevel: 'read_committed' });
    onTestFinished(() => reader.close());
    expect(await reader.endOffsets([partition])).toEqual([0]);
    await admin.abortTransaction(partition, hanging as ActiveProducer);
    await eventually(async () => (await reader.endOffsets([partition]))[0] === 2, { what: 'the abort' });
    expect(await admin.describeProducers(partition)).toMatchObject([{ openSinceOffset: null }]);
  });

  it('forgets committed offsets, but not those of a topic that a member reads', async () => {
    const topic = await topicWith(1);
    const groupId = uniqueName('group');
    const partition = { topic, partition: 0 };
    await admin.alterGroupOffsets(groupId, [{ ...partition, offset: 1 }]);
    await admin.deleteGroupOffsets(groupId, [partition]);
    expect(await admin.groupOffsets(groupId)).toEqual([]);
    await admin.alterGroupOffsets(groupId, [{ ...partition, offset: 1 }]);
    const consumer = createConsumer({ ...options(), groupId });
    onTestFinished(() => consumer.close());
    consumer.subscribe([topic]);
    await eventually(async () => (await consumer.poll(100)) && consumer.assignment().length === 1, {
      what: 'the assignment',
    });
    await expect(admin.deleteGroupOffsets(groupId, [partition])).rejects.toMatchObject({
      code: 'GROUP_SUBSCRIBED_TO_TOPIC',
      message: expect.stringContaining(`${topic}-0`),
    });
  });

  it('deletes records before an offset, or all', async () => {
    const topic = await topicWith(10);
    const partition = { topic, partition: 0 };
    expect(await admin.deleteRecords([{ ...partition, beforeOffset: 4 }])).toEqual([4]);
    expect(await admin.listOffsets([partition], 'earliest')).toEqual([4]);
    await expect(admin.deleteRecords([{ ...partition, beforeOffset: 11 }])).rejects.toMatchObject({
      code: 'OFFSET_OUT_OF_RANGE',
    });
    expect(await admin.deleteRecords([{ ...partition, beforeOffset: 'all' }])).toEqual([10]);
  });

  it('describes share groups, and reads, moves and forgets where they are', async () => {
    const topic = await topicWith(10);
    const groupId = uniqueName('share');
    await admin.alterConfigs('group', groupId, { 'share.auto.offset.reset': 'earliest' });
    const consumer = createShareConsumer({ ...options(), groupId, clientId: 'reader' });
    onTestFinished(() => consumer.close());
    consumer.subscribe([topic]);
    await eventually(async () => (await consumer.poll(500)).length === 10, { what: 'records' });
    await consumer.commit();
    expect(await admin.describeShareGroups([groupId])).toMatchObject([
      {
        groupId,
        state: 'Stable',
        members: [{ clientId: 'reader', topics: [topic], assignment: [{ topic, partition: 0 }] }],
      },
    ]);
    // The start moves with the next acknowledgements only.
    expect(await admin.shareGroupOffsets(groupId)).toEqual([{ topic, partition: 0, startOffset: 0, lag: 0 }]);
    const back = [{ topic, partition: 0, startOffset: 7 }];
    await expect(admin.alterShareGroupOffsets(groupId, back)).rejects.toMatchObject({
      code: 'NON_EMPTY_GROUP',
    });
    await consumer.close();
    await admin.alterShareGroupOffsets(groupId, back);
    expect(await admin.shareGroupOffsets(groupId)).toMatchObject([{ startOffset: 7 }]);
    const patient = createAdmin({ ...options(), requestTimeoutMs: 3_600_000 });
    onTestFinished(() => patient.close());
    const unknown = { code: 'UNKNOWN_TOPIC_OR_PARTITION' };
    const nowhere = [{ topic: uniqueName('none'), partition: 0, startOffset: 1 }];
    await expect(patient.alterShareGroupOffsets(groupId, nowhere)).rejects.toMatchObject(unknown);
    await expect(patient.deleteShareGroupOffsets(groupId, [uniqueName('none')])).rejects.toMatchObject(
      unknown,
    );
    await admin.deleteShareGroupOffsets(groupId, [topic]);
    expect(await admin.shareGroupOffsets(groupId)).toEqual([]);
    await expect(admin.describeShareGroups([uniqueName('none')])).rejects.toMatchObject({
      code: 'GROUP_ID_NOT_FOUND',
    });
  });
});
