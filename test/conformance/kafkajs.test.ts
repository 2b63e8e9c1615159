import kafkajs from 'kafkajs';
import { expect, it } from 'vitest';
import { clientSuite } from './clients/client-suite.ts';
import { kafkaJs, kafkaOf } from './clients/kafkajs.ts';

const { ConfigResourceTypes } = kafkajs;

clientSuite(kafkaJs, (peer) => {
  it('its admin makes, describes, grows and deletes topics', async () => {
    const admin = kafkaOf(peer().address).admin();
    await admin.connect();
    const topic = 'administered';
    const asked = { topic, numPartitions: 2, configEntries: [{ name: 'retention.ms', value: '60000' }] };
    expect(await admin.createTopics({ topics: [asked] })).toBe(true);
    expect(await admin.createTopics({ topics: [asked] })).toBe(false);
    await admin.createPartitions({ topicPartitions: [{ topic, count: 3 }] });
    const { topics } = await admin.fetchTopicMetadata({ topics: [topic] });
    expect(topics[0]?.partitions.map(({ partitionId, leader }) => [partitionId, leader]).sort()).toEqual([
      [0, 1],
      [1, 1],
      [2, 1],
    ]);
    const { resources } = await admin.describeConfigs({
      includeSynonyms: true,
      resources: [{ type: ConfigResourceTypes.TOPIC, name: topic, configNames: ['retention.ms'] }],
    });
    expect(resources[0]?.configEntries[0]).toMatchObject({
      configName: 'retention.ms',
      configValue: '60000',
    });
    expect((await admin.describeCluster()).brokers).toHaveLength(1);
    await admin.deleteTopics({ topics: [topic] });
    expect(await admin.listTopics()).not.toContain(topic);
    await admin.disconnect();
  });

  it('its admin sets, shows and resets the offsets of groups, and deletes them', async () => {
    const admin = kafkaOf(peer().address).admin();
    await admin.connect();
    const [topic, groupId] = ['offsets-of-groups', 'administered'];
    await admin.createTopics({ topics: [{ topic }] });
    await kafkaJs.produce(
      peer().address,
      topic,
      'gzip',
      Array.from({ length: 4 }, (_, index) => ({ key: null, value: `${index}`, headers: {} })),
    );
    expect(await admin.fetchTopicOffsets(topic)).toEqual([
      { partition: 0, offset: '4', high: '4', low: '0' },
    ]);
    await admin.setOffsets({ groupId, topic, partitions: [{ partition: 0, offset: '3' }] });
    const [stored] = await admin.fetchOffsets({ groupId, topics: [topic] });
    expect(stored?.partitions).toMatchObject([{ partition: 0, offset: '3' }]);
    expect((await admin.listGroups()).groups.map((group) => group.groupId)).toContain(groupId);
    expect((await admin.describeGroups([groupId])).groups[0]).toMatchObject({ groupId, state: 'Empty' });
    await admin.deleteGroups([groupId]);
    expect((await admin.listGroups()).groups.map((group) => group.groupId)).not.toContain(groupId);
    await admin.disconnect();
  });

  it('its transactions are seen whole or not at all, with the offsets in them', async () => {
    const kafka = kafkaOf(peer().address);
    const [topic, groupId] = ['transactional', 'in-transactions'];
    const admin = kafka.admin();
    await admin.connect();
    await admin.createTopics({ topics: [{ topic, numPartitions: 1 }] });
    const producer = kafka.producer({ transactionalId: 'kafkajs', maxInFlightRequests: 1, idempotent: true });
    await producer.connect();
    for (const round of [0, 1, 2, 3]) {
      const transaction = await producer.transaction();
      await transaction.send({ topic, messages: [{ value: `a${round}` }, { value: `b${round}` }] });
      const topics = [{ topic, partitions: [{ partition: 0, offset: `${round + 1}` }] }];
      await transaction.sendOffsets({ consumerGroupId: groupId, topics });
      if (round % 2 === 0) await transaction.commit();
      else await transaction.abort();
    }
    await producer.disconnect();
    const seen = await kafkaJs.consume(peer().address, topic, 4);
    expect(seen.map(({ value }) => value)).toEqual(['a0', 'b0', 'a2', 'b2']);
    const [stored] = await admin.fetchOffsets({ groupId, topics: [topic] });
    expect(stored?.partitions).toMatchObject([{ partition: 0, offset: '3' }]);
    await admin.disconnect();
  });
});
