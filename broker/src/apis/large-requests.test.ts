import { ZERO_UUID } from '@millrace/foundation';
import { errorCode } from '@millrace/protocol';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ControlPlaneHarness } from '../testing/control-plane-harness.ts';
import { metadata } from './03-metadata.ts';
import { deleteTopics } from './20-delete-topics.ts';
import { describeConfigs } from './32-describe-configs.ts';
import { describeLogDirs } from './35-describe-log-dirs.ts';
import { describeUserScramCredentials } from './50-describe-user-scram-credentials.ts';
import { describeTopicPartitions } from './75-describe-topic-partitions.ts';
import { alterShareGroupOffsets } from './91-alter-share-group-offsets.ts';

/** Who looks through all of them for each of them is busy for minutes. */
const MANY = 60_000;
const names = Array.from({ length: MANY }, (_, index) => `topic-${index}`);

let broker: ControlPlaneHarness;
beforeEach(async () => {
  broker = await ControlPlaneHarness.start();
});
afterEach(() => broker.stop());

describe('a request that names very many', () => {
  it('topics to delete is answered once for each', async () => {
    const topics = [...names, 'topic-0'].map((name) => ({ name, topicId: ZERO_UUID }));
    const { responses } = await broker.call(deleteTopics, { topics, timeoutMs: 1 });
    expect(responses).toHaveLength(MANY);
  });

  it('topics that the caller may not make is answered', async () => {
    broker.allow = (operation) => operation !== 'CREATE';
    const topics = names.map((name) => ({ name, topicId: ZERO_UUID }));
    const answer = await broker.call(metadata, { topics, allowAutoTopicCreation: true });
    expect(answer.topics.at(-1)?.errorCode).toBe(errorCode('TOPIC_AUTHORIZATION_FAILED'));
  });

  it('topics that the caller may not see is answered', async () => {
    broker.allow = () => false;
    const topics = names.map((name) => ({ name }));
    const answer = await broker.call(describeTopicPartitions, { topics, responsePartitionLimit: 10 });
    expect(answer.topics).toHaveLength(MANY);
  });

  it('users is answered', async () => {
    const users = [...names, 'topic-9'].map((name) => ({ name }));
    const { results } = await broker.call(describeUserScramCredentials, { users });
    expect(results.filter((one) => one.errorCode === errorCode('DUPLICATE_RESOURCE'))).toHaveLength(1);
    expect(results).toHaveLength(MANY);
  });

  it('keys of configs is answered', async () => {
    const resources = [{ resourceType: 4, resourceName: '', configurationKeys: names }];
    const { results } = await broker.call(describeConfigs, { resources });
    expect(results[0]?.configs).toEqual([]);
  });

  it('topics of a share group is answered', async () => {
    const topics = names.map((topicName) => ({
      topicName,
      partitions: [{ partitionIndex: 0, startOffset: 0 }],
    }));
    const answer = await broker.call(alterShareGroupOffsets, { groupId: 'nobody', topics });
    expect([answer.errorCode, answer.responses.length]).toEqual([0, topics.length]);
  });

  it('folders of logs counts a topic that stands more than once as one', async () => {
    const topics = names.map((_, index) => ({ topic: 'orders', partitions: [index] }));
    const answer = await broker.call(describeLogDirs, { topics });
    expect(answer.results[0]?.topics).toEqual([]);
  });
});
