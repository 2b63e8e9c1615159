import { ZERO_UUID } from '@millrace/foundation';
import { type ErrorName, errorCode } from '@millrace/protocol';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ControlPlaneHarness, memoryDisk, recode } from '../testing/control-plane-harness.ts';
import { metadata } from './03-metadata.ts';
import { offsetCommit } from './08-offset-commit.ts';
import { offsetFetch } from './09-offset-fetch.ts';
import { findCoordinator } from './10-find-coordinator.ts';
import { joinGroup } from './11-join-group.ts';
import { heartbeat } from './12-heartbeat.ts';
import { leaveGroup } from './13-leave-group.ts';
import { syncGroup } from './14-sync-group.ts';
import { describeGroups } from './15-describe-groups.ts';
import { listGroups } from './16-list-groups.ts';
import { createTopics } from './19-create-topics.ts';
import { deleteTopics } from './20-delete-topics.ts';
import { describeConfigs } from './32-describe-configs.ts';
import { createPartitions } from './37-create-partitions.ts';
import { deleteGroups } from './42-delete-groups.ts';
import { incrementalAlterConfigs } from './44-incremental-alter-configs.ts';
import { describeCluster } from './60-describe-cluster.ts';
import { consumerGroupHeartbeat } from './68-consumer-group-heartbeat.ts';
import { consumerGroupDescribe } from './69-consumer-group-describe.ts';
import type { AnyApiHandler } from './api.ts';
import { handlers } from './index.ts';

const code = (name: ErrorName) => errorCode(name);
const NONE = 0;
const TOPIC = 2;
const BROKER = 4;

let broker: ControlPlaneHarness;
beforeEach(async () => {
  broker = await ControlPlaneHarness.start();
});
afterEach(() => broker.stop());

const topicToCreate = (name: string, more: object = {}) => ({
  name,
  numPartitions: 3,
  replicationFactor: 1,
  assignments: [],
  configs: [],
  ...more,
});
const create = (...topics: ReturnType<typeof topicToCreate>[]) =>
  broker.call(createTopics, { topics, timeoutMs: 1_000 });

const versionsOf = ({ versions: [min, max], api }: AnyApiHandler) =>
  Array.from(
    { length: max - Math.max(min, api.minVersion) + 1 },
    (_, index) => Math.max(min, api.minVersion) + index,
  );

/** Member of group `g` that has the id it was given. */
async function joined(version = 9) {
  await broker.call(findCoordinator, { coordinatorKeys: ['g'] });
  const request = {
    groupId: 'g',
    sessionTimeoutMs: 10_000,
    rebalanceTimeoutMs: 20_000,
    memberId: '',
    protocolType: 'consumer',
    protocols: [{ name: 'range', metadata: Buffer.from('') }],
  };
  const first = await broker.call(joinGroup, request, version);
  if (version < 4) return first;
  expect(first.errorCode).toBe(code('MEMBER_ID_REQUIRED'));
  return broker.call(joinGroup, { ...request, memberId: first.memberId }, version);
}

const commitOf = (more: object = {}, topic: object = { name: 'orders' }) => ({
  groupId: 'g',
  memberId: '',
  topics: [{ ...topic, partitions: [{ partitionIndex: 0, committedOffset: 7, committedMetadata: 'm' }] }],
  ...more,
});

describe('every version', () => {
  /** A request of each API that makes sense in the version. */
  const requests: readonly [AnyApiHandler, (version: number) => object][] = [
    [metadata, () => ({ topics: [{ name: 'orders' }, { name: 'new' }] })],
    [offsetCommit, (version) => commitOf({}, version < 10 ? { name: 'orders' } : { topicId: orders() })],
    [
      offsetFetch,
      (version) =>
        version < 8
          ? { groupId: 'g', topics: [{ name: 'orders', partitionIndexes: [0] }] }
          : {
              groups: [
                {
                  groupId: 'g',
                  topics: [
                    { ...(version < 10 ? { name: 'orders' } : { topicId: orders() }), partitionIndexes: [0] },
                  ],
                },
              ],
            },
    ],
    [findCoordinator, (version) => (version < 4 ? { key: 'g' } : { coordinatorKeys: ['g', 'h'] })],
    [
      joinGroup,
      // A group of its own each time: a second member would wait for the first one to join again.
      (version) => ({
        groupId: `g${version}`,
        sessionTimeoutMs: 10_000,
        memberId: '',
        protocolType: 'consumer',
        protocols: [{ name: 'range', metadata: Buffer.from('') }],
      }),
    ],
    [heartbeat, () => ({ groupId: 'g', generationId: 1, memberId: 'm' })],
    [
      leaveGroup,
      (version) => ({
        groupId: 'g',
        ...(version < 3 ? { memberId: 'm' } : { members: [{ memberId: 'm' }] }),
      }),
    ],
    [
      syncGroup,
      (version) => ({
        groupId: 'g',
        generationId: 1,
        memberId: 'm',
        assignments: [],
        ...(version < 5 ? {} : { protocolType: 'consumer', protocolName: 'range' }),
      }),
    ],
    [describeGroups, () => ({ groups: ['g', 'nobody'] })],
    [listGroups, () => ({})],
    [createTopics, () => ({ topics: [topicToCreate('a'), topicToCreate('a b')] })],
    [
      deleteTopics,
      (version) => ({
        timeoutMs: 1,
        ...(version < 6
          ? { topicNames: ['orders', 'nobody'] }
          : {
              topics: [
                { name: null, topicId: orders() },
                { name: 'nobody', topicId: ZERO_UUID },
              ],
            }),
      }),
    ],
    [
      describeConfigs,
      () => ({
        resources: [
          { resourceType: TOPIC, resourceName: 'orders', configurationKeys: null },
          { resourceType: BROKER, resourceName: '1', configurationKeys: null },
          { resourceType: 99, resourceName: '', configurationKeys: null },
        ],
      }),
    ],
    [
      createPartitions,
      () => ({
        topics: [{ name: 'orders', count: 4, assignments: null }],
        timeoutMs: 1,
        validateOnly: false,
      }),
    ],
    [deleteGroups, () => ({ groupsNames: ['g', 'nobody'] })],
    [
      incrementalAlterConfigs,
      () => ({
        resources: [
          {
            resourceType: TOPIC,
            resourceName: 'orders',
            configs: [{ name: 'retention.ms', configOperation: 0, value: '1' }],
          },
        ],
        validateOnly: false,
      }),
    ],
    [describeCluster, () => ({ includeClusterAuthorizedOperations: true })],
    [
      consumerGroupHeartbeat,
      () => ({
        groupId: 'c',
        memberId: 'a',
        memberEpoch: 0,
        rebalanceTimeoutMs: 1000,
        subscribedTopicNames: ['orders'],
        topicPartitions: [],
      }),
    ],
    [consumerGroupDescribe, () => ({ groupIds: ['c', 'g'], includeAuthorizedOperations: true })],
  ];
  const orders = () => broker.services.metadata.image().topicsByName.get('orders')?.id ?? ZERO_UUID;

  beforeEach(async () => {
    await create(topicToCreate('orders'));
    await broker.call(findCoordinator, { coordinatorKeys: ['g'] });
    await broker.call(offsetCommit, commitOf(), 9);
  });

  it.each(requests.map(([handler, request]) => [handler.api.name, handler, request] as const))(
    'of %s is answered, refused and survives its codec',
    async (_name, handler, request) => {
      for (const version of versionsOf(handler)) {
        await broker.call(handler, request(version), version);
        const decoded = recode(handler.api.request, request(version), version);
        recode(handler.api.response, handler.refuse(decoded, 'UNKNOWN_SERVER_ERROR', version), version);
      }
    },
  );

  it('covers all handlers of the control plane', () => {
    // The data plane, transactions, share groups, and what admin-apis.test.ts covers.
    const transactions = [22, 24, 25, 26, 27, 28, 61, 65, 66];
    const admin = [21, 23, 33, 35, 43, 45, 46, 47, 48, 49, 50, 55, 57, 74, 75];
    const share = [76, 77, 78, 79, 83, 84, 85, 86, 87, 90, 91, 92];
    // What nodes say to each other: cluster.test.ts.
    const between = [52, 53, 54, 56, 58, 59, 62, 63, 64, 67];
    const elsewhere = [0, 1, 2, 18, ...transactions, ...share, ...admin, ...between];
    const tested = requests.map(([handler]) => handler.api.key);
    expect([...handlers.keys()].filter((key) => !elsewhere.includes(key))).toEqual(tested);
  });
});

describe('Metadata', () => {
  it('gives all topics for null, none for an empty list, and all for one in v0', async () => {
    await create(topicToCreate('orders'));
    const count = async (topics: [] | null, version: number) =>
      (await broker.call(metadata, { topics }, version)).topics.length;
    expect([await count(null, 13), await count([], 13), await count([], 1)]).toEqual([1, 0, 0]);
    expect(await count([], 0)).toBe(1);
  });

  it('makes a topic where client and broker allow it, and answers it with leaders', async () => {
    const ask = (name: string, allowAutoTopicCreation: boolean) =>
      broker.call(metadata, { topics: [{ name }], allowAutoTopicCreation });
    expect((await ask('new', false)).topics[0]!.errorCode).toBe(code('UNKNOWN_TOPIC_OR_PARTITION'));
    expect((await ask('new', true)).topics[0]).toMatchObject({
      errorCode: NONE,
      partitions: [{ errorCode: NONE, leaderId: 1, leaderEpoch: 0, replicaNodes: [1], isrNodes: [1] }],
    });
    expect((await ask('a b', true)).topics[0]!.errorCode).toBe(code('INVALID_TOPIC_EXCEPTION'));
  });

  it('finds topics by id', async () => {
    const [topic] = (await create(topicToCreate('orders'))).topics;
    const answer = await broker.call(metadata, {
      topics: [
        { topicId: topic!.topicId, name: null },
        { topicId: 'CCCCCCCCCCCCCCCCCCCCCA', name: null },
      ],
    });
    expect(answer.topics.map(({ name, errorCode: error }) => [name, error])).toEqual([
      ['orders', NONE],
      [null, code('UNKNOWN_TOPIC_ID')],
    ]);
  });

  it('hides what the caller may not describe, and makes nothing for who may not create', async () => {
    await create(topicToCreate('secret'));
    broker.allow = (operation, { name }) => name !== 'secret' && operation !== 'CREATE';
    expect((await broker.call(metadata, { topics: null })).topics).toEqual([]);
    const named = await broker.call(metadata, { topics: [{ name: 'secret' }, { name: 'new' }] });
    expect(named.topics.map((topic) => topic.errorCode)).toEqual([
      code('TOPIC_AUTHORIZATION_FAILED'),
      code('TOPIC_AUTHORIZATION_FAILED'),
    ]);
    expect(broker.services.metadata.image().topicsByName.has('new')).toBe(false);
  });
});

describe('topics', () => {
  it('are created with their configs in the answer', async () => {
    const answer = await create(topicToCreate('orders', { configs: [{ name: 'retention.ms', value: '5' }] }));
    const [topic] = answer.topics;
    expect(topic).toMatchObject({ errorCode: NONE, numPartitions: 3, replicationFactor: 1 });
    expect(topic!.configs).toContainEqual({
      name: 'retention.ms',
      value: '5',
      readOnly: false,
      configSource: 1,
      isSensitive: false,
    });
    expect(broker.services.partitions.get('orders', 2)?.isLeader).toBe(true);
  });

  it('are deleted with their logs and the offsets that were committed for them', async () => {
    const [topic] = (await create(topicToCreate('orders'))).topics;
    await broker.call(findCoordinator, { coordinatorKeys: ['g'] });
    await broker.call(offsetCommit, commitOf(), 9);
    const deleted = await broker.call(deleteTopics, {
      topics: [{ name: null, topicId: topic!.topicId }],
      timeoutMs: 1,
    });
    expect(deleted.responses[0]).toMatchObject({ name: 'orders', errorCode: NONE });
    expect(broker.services.partitions.get('orders', 0)).toBeUndefined();
    await create(topicToCreate('orders'));
    const fetched = await broker.call(offsetFetch, { groups: [{ groupId: 'g', topics: null }] }, 9);
    expect(fetched.groups[0]!.topics).toEqual([]);
  });

  it('that a request names twice are refused once', async () => {
    const twice = [topicToCreate('orders'), topicToCreate('orders')];
    const refused = (await create(...twice)).topics.map((topic) => [topic.name, topic.errorCode]);
    expect(refused).toEqual([['orders', code('INVALID_REQUEST')]]);
    await create(topicToCreate('orders'));
    const topicNames = ['orders', 'orders', 'nobody'];
    const deleted = await broker.call(deleteTopics, { topicNames, timeoutMs: 1 }, 5);
    expect(deleted.responses.map((topic) => [topic.name, topic.errorCode])).toEqual([
      ['orders', code('INVALID_REQUEST')],
      ['nobody', code('UNKNOWN_TOPIC_OR_PARTITION')],
    ]);
    const grown = topicNames.map((name) => ({ name, count: 5, assignments: null }));
    const answer = await broker.call(createPartitions, { topics: grown, timeoutMs: 1, validateOnly: false });
    expect(answer.results.map(({ name }) => name)).toEqual(['orders', 'nobody']);
  });

  it('grow', async () => {
    await create(topicToCreate('orders'));
    const grow = async (count: number) => {
      const topics = [{ name: 'orders', count, assignments: null }];
      return (await broker.call(createPartitions, { topics, timeoutMs: 1, validateOnly: false })).results[0]!;
    };
    expect(await grow(5)).toMatchObject({ errorCode: NONE });
    expect(broker.services.partitions.get('orders', 4)?.isLeader).toBe(true);
    expect(await grow(5)).toMatchObject({ errorCode: code('INVALID_PARTITIONS') });
  });
});

describe('configs', () => {
  const describeTopic = async (keys: string[]) => {
    const resources = [{ resourceType: TOPIC, resourceName: 'orders', configurationKeys: keys }];
    const answer = await broker.call(describeConfigs, {
      resources,
      includeSynonyms: true,
      includeDocumentation: true,
    });
    return answer.results[0]!.configs;
  };
  const alter = async (name: string, value: string | null, configOperation = 0) => {
    const resources = [
      { resourceType: TOPIC, resourceName: 'orders', configs: [{ name, value, configOperation }] },
    ];
    const answer = await broker.call(incrementalAlterConfigs, { resources, validateOnly: false });
    return answer.responses[0]!;
  };

  it('of a topic are changed, obeyed by its logs and described with where they come from', async () => {
    await create(topicToCreate('orders'));
    expect(await alter('retention.ms', '77')).toMatchObject({ errorCode: NONE });
    expect(broker.services.partitions.get('orders', 0)?.log.config.retentionMs).toBe(77);
    const [segment, retention] = await describeTopic(['retention.ms', 'segment.bytes']).then((configs) =>
      configs.toSorted((left, right) => (left.name > right.name ? -1 : 1)),
    );
    expect(retention).toMatchObject({ value: '77', configSource: 1, configType: 5 });
    expect(retention!.documentation).not.toBe('');
    expect(segment).toMatchObject({
      value: '1073741824',
      configSource: 5,
      synonyms: [{ name: 'log.segment.bytes', value: '1073741824', source: 5 }],
    });
    await alter('retention.ms', null, 1);
    expect(broker.services.partitions.get('orders', 0)?.log.config.retentionMs).toBe(604_800_000);
  });

  it('that are wrong are refused with the key', async () => {
    await create(topicToCreate('orders'));
    for (const [name, value] of [
      ['retention.ms', 'soon'],
      ['no.such.config', '1'],
      ['compression.type', 'brotli'],
      ['cleanup.policy', 'shred'],
    ] as const) {
      const { errorCode: error, errorMessage } = await alter(name, value);
      expect([error, errorMessage]).toEqual([code('INVALID_CONFIG'), expect.stringContaining(`"${name}"`)]);
    }
  });

  it('of the broker are read-only', async () => {
    const resources = [
      { resourceType: BROKER, resourceName: '1', configurationKeys: ['node.id', 'log.dirs'] },
    ];
    const { results } = await broker.call(describeConfigs, { resources });
    expect(
      results[0]!.configs.map(({ name, value, readOnly, configSource }) => [
        name,
        value,
        readOnly,
        configSource,
      ]),
    ).toEqual([
      ['log.dirs', '/nowhere', true, 4],
      ['node.id', '1', true, 5],
    ]);
    const configs = [{ name: 'num.partitions', value: '2', configOperation: 0 }];
    const changed = await broker.call(incrementalAlterConfigs, {
      resources: [{ resourceType: BROKER, resourceName: '1', configs }],
      validateOnly: false,
    });
    expect(changed.responses[0]!.errorCode).toBe(code('INVALID_REQUEST'));
  });
});

describe('DescribeCluster', () => {
  it('gives the brokers, and refuses to speak for controllers', async () => {
    const answer = await broker.call(describeCluster, { includeClusterAuthorizedOperations: false });
    expect(answer).toMatchObject({
      errorCode: NONE,
      clusterId: 'cluster',
      controllerId: 1,
      brokers: [{ brokerId: 1, host: 'localhost', port: 9092, isFenced: false }],
    });
    const other = await broker.call(describeCluster, {
      includeClusterAuthorizedOperations: false,
      endpointType: 2,
    });
    expect(other.errorCode).toBe(code('MISMATCHED_ENDPOINT_TYPE'));
  });
});

describe('groups', () => {
  beforeEach(() => create(topicToCreate('orders')));

  it('go from join to sync, heartbeat, commit, fetch and leave in each version', async () => {
    for (const version of [0, 3, 4, 9]) {
      const member = await joined(version);
      expect(member).toMatchObject({ errorCode: NONE, leader: member.memberId });
      const { memberId, generationId } = member;
      const assignment = Buffer.from('mine');
      const synced = await broker.call(syncGroup, {
        groupId: 'g',
        generationId,
        memberId,
        protocolType: 'consumer',
        protocolName: 'range',
        assignments: [{ memberId, assignment }],
      });
      expect([synced.errorCode, synced.assignment.toString()]).toEqual([NONE, 'mine']);
      expect(await broker.call(heartbeat, { groupId: 'g', generationId, memberId })).toMatchObject({
        errorCode: NONE,
      });
      const committed = await broker.call(
        offsetCommit,
        commitOf({ memberId, generationIdOrMemberEpoch: generationId }),
        9,
      );
      expect(committed.topics[0]!.partitions[0]!.errorCode).toBe(NONE);
      const groups = [{ groupId: 'g', topics: [{ name: 'orders', partitionIndexes: [0, 1] }] }];
      const fetched = await broker.call(offsetFetch, { groups }, 9);
      expect(fetched.groups[0]!.topics[0]!.partitions.map((partition) => partition.committedOffset)).toEqual([
        7, -1,
      ]);
      const left = await broker.call(leaveGroup, { groupId: 'g', members: [{ memberId }] });
      expect(left.members[0]!.errorCode).toBe(NONE);
    }
  });

  it('are listed and described', async () => {
    const member = await joined();
    const listed = await broker.call(listGroups, {});
    expect(listed.groups).toEqual([
      { groupId: 'g', protocolType: 'consumer', groupState: 'CompletingRebalance', groupType: 'classic' },
    ]);
    expect((await broker.call(listGroups, { statesFilter: ['stable'] })).groups).toEqual([]);
    expect((await broker.call(listGroups, { typesFilter: ['Classic'] })).groups).toHaveLength(1);
    expect((await broker.call(listGroups, { typesFilter: ['consumer'] })).groups).toEqual([]);
    const described = await broker.call(describeGroups, { groups: ['g', 'nobody'] });
    expect(described.groups[0]).toMatchObject({
      groupState: 'CompletingRebalance',
      members: [{ memberId: member.memberId, clientId: 'client', clientHost: '/127.0.0.1' }],
    });
    expect(described.groups[1]).toMatchObject({ errorCode: code('GROUP_ID_NOT_FOUND'), groupState: 'Dead' });
    const before = await broker.call(describeGroups, { groups: ['nobody'] }, 5);
    expect(before.groups[0]).toMatchObject({ errorCode: NONE, groupState: 'Dead' });
  });

  it('are refused before anything else where the request is wrong', async () => {
    await broker.call(findCoordinator, { coordinatorKeys: ['g'] });
    const request = { groupId: 'g', memberId: '', protocolType: 'consumer', protocols: [] };
    const join = async (more: object) =>
      (await broker.call(joinGroup, { ...request, sessionTimeoutMs: 10_000, ...more })).errorCode;
    expect(await join({ groupId: '' })).toBe(code('INVALID_GROUP_ID'));
    expect(await join({ sessionTimeoutMs: 1 })).toBe(code('INVALID_SESSION_TIMEOUT'));
    expect(await join({})).toBe(code('INCONSISTENT_GROUP_PROTOCOL'));
    const nameless = { groupId: '', generationId: 1, memberId: 'm' };
    const refused = [
      await broker.call(syncGroup, { ...nameless, assignments: [] }),
      await broker.call(heartbeat, nameless),
      await broker.call(leaveGroup, { groupId: '', members: [] }),
      await broker.call(leaveGroup, { groupId: '', memberId: 'm' }, 2),
    ];
    for (const answer of refused) expect(answer.errorCode).toBe(code('INVALID_GROUP_ID'));
  });

  it('take the session timeout for the rebalance too in JoinGroup v0, which says only one', async () => {
    const asked = vi.spyOn(broker.services.groups, 'joinGroup');
    const { memberId } = await joined(0);
    await broker.call(leaveGroup, { groupId: 'g', members: [{ memberId }] });
    await joined(1);
    expect(asked.mock.calls.map(([command]) => command.rebalanceTimeoutMs)).toEqual([10_000, 20_000]);
  });

  it('ask for the protocol from version 5 of SyncGroup on', async () => {
    const { memberId, generationId } = await joined();
    const request = { groupId: 'g', generationId, memberId, assignments: [] };
    const half = { ...request, protocolType: 'consumer' };
    expect((await broker.call(syncGroup, half, 5)).errorCode).toBe(code('INCONSISTENT_GROUP_PROTOCOL'));
    expect((await broker.call(syncGroup, request, 4)).errorCode).toBe(NONE);
  });

  it('answer who leaves alone in the answer itself, and each of several by itself', async () => {
    await joined();
    const alone = await broker.call(leaveGroup, { groupId: 'g', memberId: 'nobody' }, 2);
    expect(alone.errorCode).toBe(code('UNKNOWN_MEMBER_ID'));
    const several = await broker.call(leaveGroup, { groupId: 'g', members: [{ memberId: 'nobody' }] }, 3);
    expect(several.errorCode).toBe(NONE);
    expect(several.members).toMatchObject([
      { memberId: 'nobody', groupInstanceId: null, errorCode: code('UNKNOWN_MEMBER_ID') },
    ]);
  });

  it('answer commits of a member of no group by what the version knows', async () => {
    await broker.call(findCoordinator, { coordinatorKeys: ['g'] });
    const commit = commitOf({ memberId: 'm', generationIdOrMemberEpoch: 1 });
    const errorIn = async (version: number) =>
      (await broker.call(offsetCommit, commit, version)).topics[0]!.partitions[0]!.errorCode;
    expect([await errorIn(8), await errorIn(9)]).toEqual([
      code('ILLEGAL_GENERATION'),
      code('GROUP_ID_NOT_FOUND'),
    ]);
  });

  it('answer a coordinator that is elsewhere at the partition in OffsetFetch v1, at the group from v2 on', async () => {
    const asked = { groupId: 'g', topics: [{ name: 'orders', partitionIndexes: [0] }] };
    const first = await broker.call(offsetFetch, asked, 1);
    expect(first.topics[0]!.partitions[0]).toMatchObject({
      committedOffset: -1,
      errorCode: code('NOT_COORDINATOR'),
    });
    expect(await broker.call(offsetFetch, asked, 2)).toMatchObject({
      errorCode: code('NOT_COORDINATOR'),
      topics: [],
    });
  });

  it('give their offsets in the order of the request, refused topics among them', async () => {
    await create(topicToCreate('secret'));
    await broker.call(findCoordinator, { coordinatorKeys: ['g'] });
    await broker.call(offsetCommit, commitOf(), 9);
    await broker.call(offsetCommit, commitOf({}, { name: 'secret' }), 9);
    broker.allow = (_operation, { name }) => name !== 'secret';
    const topics = ['orders', 'secret', 'orders'].map((name) => ({ name, partitionIndexes: [0] }));
    const named = await broker.call(offsetFetch, { groups: [{ groupId: 'g', topics }] }, 9);
    expect(named.groups[0]!.topics.map(({ name, partitions }) => [name, partitions[0]])).toMatchObject([
      ['orders', { committedOffset: 7, metadata: 'm', errorCode: NONE }],
      ['secret', { committedOffset: -1, errorCode: code('TOPIC_AUTHORIZATION_FAILED') }],
      ['orders', { committedOffset: 7, metadata: 'm', errorCode: NONE }],
    ]);
    const all = await broker.call(offsetFetch, { groups: [{ groupId: 'g', topics: null }] }, 9);
    expect(all.groups[0]!.topics.map(({ name }) => name)).toEqual(['orders']);
  });

  it('give no stable offsets where the controller may have fenced the broker', async () => {
    let lateMs = 0;
    const clock = { now: () => ({ wallMs: Date.now(), monoMs: performance.now() + lateMs }) };
    const silent = await ControlPlaneHarness.start(
      memoryDisk(),
      { 'broker.heartbeat.interval.ms': '3600000', 'broker.session.timeout.ms': '7200000' },
      { clock },
    );
    await silent.call(findCoordinator, { coordinatorKeys: ['g'] });
    const told = async (requireStable: boolean) => {
      const answer = await silent.call(offsetFetch, {
        groups: [{ groupId: 'g', topics: null }],
        requireStable,
      });
      return answer.groups[0]?.errorCode;
    };
    await vi.waitFor(async () => expect(await told(true)).toBe(NONE));
    lateMs = 3_700_000;
    expect(await told(true)).toBe(code('NOT_COORDINATOR'));
    expect(await told(false)).toBe(NONE);
    await silent.stop();
  });

  it('are not coordinated here before anybody has asked for the coordinator', async () => {
    const answer = await broker.call(heartbeat, { groupId: 'g', generationId: 1, memberId: 'm' });
    expect(answer.errorCode).toBe(code('NOT_COORDINATOR'));
  });

  it('refuse commits of partitions that do not exist, one by one', async () => {
    await broker.call(findCoordinator, { coordinatorKeys: ['g'] });
    const partition = (partitionIndex: number) => ({
      partitionIndex,
      committedOffset: 1,
      committedMetadata: '',
    });
    const committed = await broker.call(
      offsetCommit,
      {
        groupId: 'g',
        memberId: '',
        topics: [
          { name: 'orders', partitions: [partition(0), partition(9)] },
          { name: 'nobody', partitions: [partition(0)] },
        ],
      },
      9,
    );
    const errors = committed.topics.map(({ name, partitions }) => [
      name,
      ...partitions.map(({ partitionIndex, errorCode: error }) => [partitionIndex, error]),
    ]);
    const unknown = code('UNKNOWN_TOPIC_OR_PARTITION');
    expect(errors).toEqual([
      ['orders', [9, unknown], [0, NONE]],
      ['nobody', [0, unknown]],
    ]);
    const byId = await broker.call(offsetCommit, commitOf({}, { topicId: 'CCCCCCCCCCCCCCCCCCCCCA' }), 10);
    expect(byId.topics[0]!.partitions[0]!.errorCode).toBe(code('UNKNOWN_TOPIC_ID'));
  });

  it('are one kind of key; transactions and share partitions have coordinators of their own', async () => {
    const find = async (keyType: number, key = 't') =>
      (await broker.call(findCoordinator, { coordinatorKeys: [key], keyType })).coordinators[0]!.errorCode;
    const invalid = code('INVALID_REQUEST');
    expect([await find(1), await find(2), await find(9)]).toEqual([NONE, invalid, invalid]);
    expect(await find(2, `g:with:colons:${ZERO_UUID}:0`)).toBe(NONE);
  });

  it('tell nothing to who may not read them', async () => {
    broker.allow = (_operation, { type }) => type !== 'GROUP';
    const denied = code('GROUP_AUTHORIZATION_FAILED');
    const beat = await broker.call(heartbeat, { groupId: 'g', generationId: 1, memberId: 'm' });
    const committed = await broker.call(offsetCommit, commitOf(), 9);
    const fetched = await broker.call(offsetFetch, { groups: [{ groupId: 'g', topics: null }] });
    const deleted = await broker.call(deleteGroups, { groupsNames: ['g'] });
    const found = await broker.call(findCoordinator, { coordinatorKeys: ['g'] });
    expect([
      beat.errorCode,
      committed.topics[0]!.partitions[0]!.errorCode,
      fetched.groups[0]!.errorCode,
      deleted.results[0]!.errorCode,
      found.coordinators[0]!.errorCode,
    ]).toEqual([denied, denied, denied, denied, denied]);
  });
});
