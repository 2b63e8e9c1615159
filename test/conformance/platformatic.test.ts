import { Admin, ConfigResourceTypes, IncrementalAlterConfigOperationTypes } from '@platformatic/kafka';
import { expect, it } from 'vitest';
import { clientSuite } from './clients/client-suite.ts';
import { platformatic } from './clients/platformatic.ts';

clientSuite(platformatic, (peer) => {
  it('its admin makes, grows, configures and deletes topics', async () => {
    const admin = new Admin({ clientId: 'conformance', bootstrapBrokers: [peer().address] });
    const topic = 'administered';
    const [made] = await admin.createTopics({ topics: [topic], partitions: 2, replicas: 1 });
    expect(made).toMatchObject({ name: topic, partitions: 2, replicas: 1 });
    await admin.createPartitions({ topics: [{ name: topic, count: 3, assignments: [{ brokerIds: [1] }] }] });
    const resource = { resourceType: ConfigResourceTypes.TOPIC, resourceName: topic };
    await admin.incrementalAlterConfigs({
      resources: [
        {
          ...resource,
          configs: [
            {
              name: 'retention.ms',
              configOperation: IncrementalAlterConfigOperationTypes.SET,
              value: '60000',
            },
          ],
        },
      ],
    });
    const [described] = await admin.describeConfigs({
      resources: [{ ...resource, configurationKeys: ['retention.ms'] }],
    });
    expect(described?.configs[0]).toMatchObject({ name: 'retention.ms', value: '60000' });
    await admin.deleteTopics({ topics: [topic] });
    expect(await admin.listTopics()).not.toContain(topic);
    await admin.close();
  });

  it('its admin lists, describes, moves and deletes groups', async () => {
    const admin = new Admin({ clientId: 'conformance', bootstrapBrokers: [peer().address] });
    const [topic, groupId] = ['offsets-of-groups', 'administered'];
    await admin.createTopics({ topics: [topic], partitions: 1, replicas: 1 });
    const topics = [{ name: topic, partitionOffsets: [{ partition: 0, offset: 7n }] }];
    await admin.alterConsumerGroupOffsets({ groupId, topics });
    const [stored] = await admin.listConsumerGroupOffsets({ groups: [groupId] });
    expect(stored?.topics[0]?.partitions[0]).toMatchObject({ partitionIndex: 0, committedOffset: 7n });
    expect([...(await admin.listGroups()).keys()]).toContain(groupId);
    expect((await admin.describeGroups({ groups: [groupId] })).get(groupId)).toMatchObject({
      state: 'Empty',
    });
    await admin.deleteGroups({ groups: [groupId] });
    expect([...(await admin.listGroups()).keys()]).not.toContain(groupId);
    await admin.close();
  });
});
