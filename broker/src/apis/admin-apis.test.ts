import { ZERO_UUID } from '@millrace/foundation';
import { type ErrorName, errorCode } from '@millrace/protocol';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ControlPlaneHarness, memoryDisk, recode } from '../testing/control-plane-harness.ts';
import { deleteRecords } from './21-delete-records.ts';
import { offsetForLeaderEpoch } from './23-offset-for-leader-epoch.ts';
import { describeConfigs } from './32-describe-configs.ts';
import { alterConfigs } from './33-alter-configs.ts';
import { describeLogDirs } from './35-describe-log-dirs.ts';
import { electLeaders } from './43-elect-leaders.ts';
import { incrementalAlterConfigs } from './44-incremental-alter-configs.ts';
import { alterPartitionReassignments } from './45-alter-partition-reassignments.ts';
import { listPartitionReassignments } from './46-list-partition-reassignments.ts';
import { offsetDelete } from './47-offset-delete.ts';
import { describeClientQuotas } from './48-describe-client-quotas.ts';
import { alterClientQuotas } from './49-alter-client-quotas.ts';
import { describeUserScramCredentials } from './50-describe-user-scram-credentials.ts';
import { describeQuorum } from './55-describe-quorum.ts';
import { updateFeatures } from './57-update-features.ts';
import { listConfigResources } from './74-list-config-resources.ts';
import { describeTopicPartitions } from './75-describe-topic-partitions.ts';
import type { AnyApiHandler } from './api.ts';

const code = (name: ErrorName) => errorCode(name);
const TOPIC = 2;
const BROKER = 4;

let broker: ControlPlaneHarness;
beforeEach(async () => {
  broker = await ControlPlaneHarness.start();
  await broker.makeTopic('orders', 2);
});
afterEach(() => broker.stop());

const partition = { partitionIndex: 0 };
const config = { name: 'retention.ms', value: '1' };

/** A request of each API that makes sense in all its versions. */
const requests: readonly (readonly [AnyApiHandler, object])[] = [
  [deleteRecords, { topics: [{ name: 'orders', partitions: [{ ...partition, offset: -1 }] }], timeoutMs: 1 }],
  [offsetForLeaderEpoch, { topics: [{ topic: 'orders', partitions: [{ partition: 0, leaderEpoch: 0 }] }] }],
  [
    alterConfigs,
    { resources: [{ resourceType: TOPIC, resourceName: 'orders', configs: [config] }], validateOnly: false },
  ],
  [describeLogDirs, { topics: null }],
  [electLeaders, { topicPartitions: [{ topic: 'orders', partitions: [0] }] }],
  [
    alterPartitionReassignments,
    { topics: [{ name: 'orders', partitions: [{ ...partition, replicas: [1] }] }] },
  ],
  [listPartitionReassignments, { topics: null }],
  [offsetDelete, { groupId: 'g', topics: [{ name: 'orders', partitions: [partition] }] }],
  [describeClientQuotas, { components: [{ entityType: 'user', matchType: 0, match: 'ann' }], strict: false }],
  [
    alterClientQuotas,
    {
      entries: [
        {
          entity: [{ entityType: 'user', entityName: 'ann' }],
          ops: [{ key: 'request_percentage', value: 1, remove: false }],
        },
      ],
      validateOnly: false,
    },
  ],
  [describeUserScramCredentials, { users: [{ name: 'ann' }] }],
  [updateFeatures, { featureUpdates: [{ feature: 'metadata.version', maxVersionLevel: 30 }] }],
  [describeQuorum, { topics: [{ topicName: '__cluster_metadata', partitions: [partition] }] }],
  [listConfigResources, {}],
  [describeTopicPartitions, { topics: [{ name: 'orders' }, { name: 'nobody' }] }],
];

describe('every version', () => {
  it.each(requests.map(([handler, request]) => [handler.api.name, handler, request] as const))(
    'of %s is answered, refused and survives its codec',
    async (_name, handler, request) => {
      const [min, max] = handler.versions;
      for (let version = min; version <= max; version++) {
        await broker.call(handler, request, version);
        const decoded = recode(handler.api.request, request, version);
        recode(handler.api.response, handler.refuse(decoded, 'UNKNOWN_SERVER_ERROR', version), version);
      }
    },
  );
});

describe('who may not', () => {
  beforeEach(() => {
    broker.allow = () => false;
  });

  it('touch a topic is told so for each partition', async () => {
    const cut = await broker.call(deleteRecords, {
      topics: [{ name: 'orders', partitions: [{ ...partition, offset: -1 }] }],
      timeoutMs: 1,
    });
    expect(cut.topics[0]?.partitions[0]?.errorCode).toBe(code('TOPIC_AUTHORIZATION_FAILED'));
    const epoch = await broker.call(offsetForLeaderEpoch, {
      topics: [{ topic: 'orders', partitions: [{ partition: 0, leaderEpoch: 0 }] }],
    });
    expect(epoch.topics[0]?.partitions[0]?.errorCode).toBe(code('TOPIC_AUTHORIZATION_FAILED'));
  });

  it('ask for the cluster gets an error and nothing else', async () => {
    const cluster = code('CLUSTER_AUTHORIZATION_FAILED');
    expect(await broker.call(describeLogDirs, { topics: null })).toMatchObject({
      errorCode: cluster,
      results: [],
    });
    expect(await broker.call(listConfigResources, {})).toMatchObject({
      errorCode: cluster,
      configResources: [],
    });
    expect(await broker.call(electLeaders, { topicPartitions: null })).toMatchObject({ errorCode: cluster });
    expect(await broker.call(describeQuorum, { topics: [] })).toMatchObject({
      errorCode: cluster,
      topics: [],
    });
    expect(await broker.call(listPartitionReassignments, { topics: null })).toMatchObject({
      errorCode: cluster,
    });
    expect(await broker.call(alterPartitionReassignments, { topics: [] })).toMatchObject({
      errorCode: cluster,
    });
  });

  it('describe topics sees none of them, and is refused those that were named', async () => {
    expect(await broker.call(describeTopicPartitions, { topics: [] })).toMatchObject({ topics: [] });
    const named = await broker.call(describeTopicPartitions, { topics: [{ name: 'orders' }] });
    expect(named.topics).toMatchObject([
      { name: 'orders', topicId: ZERO_UUID, errorCode: code('TOPIC_AUTHORIZATION_FAILED'), partitions: [] },
    ]);
  });
});

/** Sets, or with null unsets, a setting of the broker by name; an empty name is all brokers. */
function setOn(resourceName: string, name: string, value: string | null) {
  const change = { name, value, configOperation: value === null ? 1 : 0 };
  return broker.call(incrementalAlterConfigs, {
    resources: [{ resourceType: BROKER, resourceName, configs: [change] }],
    validateOnly: false,
  });
}

describe('settings that change while the broker runs', () => {
  const retentionOf = (topic: string) => broker.services.partitions.get(topic, 0)?.log.config.retentionMs;

  it('reach the logs of topics that say nothing themselves, the broker’s own before those of all', async () => {
    await setOn('', 'log.retention.ms', '6000');
    expect(retentionOf('orders')).toBe(6000);
    await setOn('1', 'log.retention.ms', '5000');
    expect(retentionOf('orders')).toBe(5000);
    expect(broker.services.config.values['log.retention.ms']).toBe(5000);
    await setOn('1', 'log.retention.ms', null);
    await setOn('', 'log.retention.ms', null);
    expect(retentionOf('orders')).toBe(604_800_000);
    expect(broker.services.config.values['log.retention.ms']).toBeNull();
  });

  it('are shown with all that could give them a value', async () => {
    await setOn('', 'log.retention.ms', '6000');
    await setOn('1', 'log.retention.ms', '5000');
    const { results } = await broker.call(describeConfigs, {
      resources: [{ resourceType: TOPIC, resourceName: 'orders', configurationKeys: ['retention.ms'] }],
      includeSynonyms: true,
    });
    const synonyms = results[0]?.configs[0]?.synonyms.map(({ name, value, source }) => [name, value, source]);
    expect(synonyms).toEqual([
      ['log.retention.ms', '5000', 2],
      ['log.retention.ms', '6000', 3],
      ['log.retention.hours', '168', 5],
    ]);
  });

  it('do not change where they are refused', async () => {
    const { responses } = await setOn('1', 'node.id', '9');
    expect(responses[0]?.errorCode).toBe(code('INVALID_REQUEST'));
    expect(responses[0]?.errorMessage).toContain('node.id');
    expect(broker.services.config.values['node.id']).toBe(1);
  });
});

describe('a restart', () => {
  it('keeps settings, quotas and levels of features', async () => {
    const disk = memoryDisk();
    const before = await ControlPlaneHarness.start(disk);
    const change = { name: 'log.retention.ms', value: '5000', configOperation: 0 };
    await before.call(incrementalAlterConfigs, {
      resources: [{ resourceType: BROKER, resourceName: '', configs: [change] }],
      validateOnly: false,
    });
    const entity = [{ entityType: 'client-id', entityName: null }];
    const ops = [{ key: 'producer_byte_rate', value: 1024, remove: false }];
    await before.call(alterClientQuotas, { entries: [{ entity, ops }], validateOnly: false });
    const lower = { feature: 'transaction.version', maxVersionLevel: 1, upgradeType: 2 };
    await before.call(updateFeatures, { featureUpdates: [lower] });
    await before.stop();
    const after = await ControlPlaneHarness.start(disk);
    expect(after.services.config.values['log.retention.ms']).toBe(5000);
    expect(
      after.services.quotas.charge({ user: 'u', clientId: 'c' }, { busyMs: 0, produced: 1e6 }),
    ).toBeGreaterThan(0);
    expect(after.services.metadata.image().features.get('transaction.version')).toBe(1);
    await after.stop();
  });
});
