import {
  apiVersions,
  createPartitions,
  createTopics,
  deleteGroups,
  deleteTopics,
  describeCluster,
  describeConfigs,
  describeGroups,
  fetch,
  findCoordinator,
  heartbeat,
  incrementalAlterConfigs,
  initProducerId,
  joinGroup,
  leaveGroup,
  listGroups,
  listOffsets,
  metadata,
  offsetCommit,
  offsetFetch,
  produce,
  syncGroup,
} from '@millrace/protocol/messages';
import { adminRequests } from './admin-requests.ts';
import { batch } from './batch.ts';
import { withoutElr } from './elr.ts';
import { answerTo, mislabelled, sized } from './frames.ts';
import { groupCycle } from './group-cycle.ts';
import { type PlainRequest, TOPIC } from './plain-request.ts';
import type { Scenario } from './scenario.ts';

const SOFTWARE = { clientSoftwareName: 'conformance', clientSoftwareVersion: '1' };

const requests: readonly PlainRequest[] = [
  ...adminRequests,
  [
    produce,
    async (wire, version) => {
      const name = `every-produce-${version}`;
      const topicId = await wire.createTopic(name);
      return wire.ask(produce, version, {
        acks: -1,
        timeoutMs: 5000,
        topicData: [{ name, topicId, partitionData: [{ index: 0, records: batch(['a', 'b']) }] }],
      });
    },
  ],
  [
    fetch,
    (wire, version, topicId) =>
      wire.ask(fetch, version, {
        maxWaitMs: 0,
        minBytes: 0,
        maxBytes: 1_000_000,
        sessionEpoch: -1,
        topics: [
          {
            topic: TOPIC,
            topicId,
            partitions: [{ partition: 0, fetchOffset: 0, partitionMaxBytes: 100_000 }],
          },
        ],
      }),
  ],
  [
    listOffsets,
    (wire, version) =>
      wire.ask(listOffsets, version, {
        replicaId: -1,
        isolationLevel: 0,
        topics: [
          {
            name: TOPIC,
            partitions: [
              { partitionIndex: 0, timestamp: -1 },
              { partitionIndex: 1, timestamp: -2 },
            ],
          },
        ],
      }),
  ],
  [
    metadata,
    (wire, version) =>
      wire.ask(metadata, version, {
        topics: [{ name: TOPIC }],
        allowAutoTopicCreation: true,
        ...(version >= 8 ? { includeTopicAuthorizedOperations: true } : {}),
      }),
  ],
  [
    offsetCommit,
    (wire, version, topicId) =>
      wire.ask(offsetCommit, version, {
        groupId: `every-commit-${version}`,
        memberId: '',
        topics: [
          {
            name: TOPIC,
            topicId,
            partitions: [
              { partitionIndex: 0, committedOffset: 2, committedMetadata: 'm' },
              { partitionIndex: 9, committedOffset: 2, committedMetadata: null },
            ],
          },
        ],
      }),
  ],
  [
    offsetFetch,
    (wire, version, topicId) => {
      const topic = { name: TOPIC, partitionIndexes: [0, 1] };
      return wire.ask(
        offsetFetch,
        version,
        version >= 8
          ? { groups: [{ groupId: 'every-commit-2', topics: [{ ...topic, topicId }] }] }
          : { groupId: 'every-commit-2', topics: [topic] },
      );
    },
  ],
  [
    findCoordinator,
    (wire, version) =>
      wire.ask(findCoordinator, version, version >= 4 ? { coordinatorKeys: ['one', 'two'] } : { key: 'one' }),
  ],
  [joinGroup, (wire, version) => groupCycle(wire, { join: version })],
  [heartbeat, (wire, version) => groupCycle(wire, { heartbeat: version })],
  [leaveGroup, (wire, version) => groupCycle(wire, { leave: version })],
  [syncGroup, (wire, version) => groupCycle(wire, { sync: version })],
  [describeGroups, (wire, version) => groupCycle(wire, { describe: version })],
  [
    listGroups,
    async (wire, version) => {
      const answer = (await wire.ask(listGroups, version, {})) as { groups: { groupId: string }[] };
      return { ...answer, groups: answer.groups.filter(({ groupId }) => groupId === 'every-commit-2') };
    },
  ],
  [
    apiVersions,
    async (wire, version) => {
      const answer = await wire.raw(apiVersions, version, version >= 3 ? SOFTWARE : {});
      const { errorCode, throttleTimeMs, zkMigrationReady } = answer;
      return { errorCode, throttleTimeMs, zkMigrationReady };
    },
  ],
  [
    createTopics,
    (wire, version) =>
      wire
        .ask(createTopics, version, {
          topics: [
            {
              name: `every-create-${version}`,
              numPartitions: 2,
              replicationFactor: 1,
              assignments: [],
              configs: [{ name: 'retention.ms', value: '1000' }],
            },
          ],
          timeoutMs: 5000,
        })
        .then(withoutElr),
  ],
  [
    createPartitions,
    (wire, version) =>
      wire.ask(createPartitions, version, {
        topics: [{ name: `every-create-${version + 4}`, count: 3, assignments: null }],
        timeoutMs: 5000,
        validateOnly: false,
      }),
  ],
  [
    deleteTopics,
    async (wire, version) => {
      const name = `every-delete-${version}`;
      const topicId = await wire.createTopic(name);
      return wire.ask(
        deleteTopics,
        version,
        version >= 6
          ? {
              topics: [{ topicId }, { name: 'not-here', topicId: 'AAAAAAAAAAAAAAAAAAAAAA' }],
              timeoutMs: 5000,
            }
          : { topicNames: [name, 'not-here'], timeoutMs: 5000 },
      );
    },
  ],
  [
    initProducerId,
    (wire, version) =>
      wire.ask(initProducerId, version, { transactionalId: null, transactionTimeoutMs: 2_147_483_647 }),
  ],
  [
    describeConfigs,
    (wire, version) =>
      wire.ask(describeConfigs, version, {
        resources: [
          { resourceType: 2, resourceName: TOPIC, configurationKeys: ['cleanup.policy', 'retention.ms'] },
        ],
        includeSynonyms: true,
      }),
  ],
  [
    deleteGroups,
    (wire, version) =>
      wire.ask(deleteGroups, version, { groupsNames: [`every-commit-${version + 3}`, 'no-such-group'] }),
  ],
  [
    incrementalAlterConfigs,
    (wire, version) =>
      wire.ask(incrementalAlterConfigs, version, {
        resources: [
          {
            resourceType: 2,
            resourceName: TOPIC,
            configs: [{ name: 'max.message.bytes', configOperation: 0, value: '1000012' }],
          },
        ],
        validateOnly: false,
      }),
  ],
  [
    describeCluster,
    (wire, version) => wire.ask(describeCluster, version, { includeClusterAuthorizedOperations: true }),
  ],
];

/** Each version that is served of each API that is served, in one plain request. */
export const versionScenarios: readonly Scenario[] = [
  {
    name: 'advertise the same versions of the APIs that both serve',
    run: async (wire) => {
      const { apiKeys } = await wire.raw(apiVersions, 4, SOFTWARE);
      const keys = new Set(requests.map(([{ key }]) => key));
      return apiKeys.filter(({ apiKey }) => keys.has(apiKey));
    },
  },
  ...requests.map(
    ([{ name, minVersion, maxVersion }, request]): Scenario => ({
      name: `${name} ${minVersion} to ${maxVersion}`,
      run: async (wire) => {
        const topicId = await wire.createTopic(TOPIC, 2);
        const answers: Record<string, unknown> = {};
        const last = name === 'InitProducerId' ? maxVersion - 1 : maxVersion;
        for (let version = minVersion; version <= last; version++)
          answers[`v${version}`] = await request(wire, version, topicId);
        return answers;
      },
    }),
  ),
  {
    name: 'a version above the highest closes the connection, of every API',
    run: async (wire) => {
      const outcomes: Record<string, unknown> = {};
      for (const [{ name, key, maxVersion }] of requests) {
        // ApiVersions is answered, and InitProducerId has one more version than is stable.
        if (name === 'ApiVersions') continue;
        const header = Buffer.alloc(11);
        header.writeInt16BE(key, 0);
        header.writeInt16BE(maxVersion + 1, 2);
        header.writeInt16BE(-1, 8);
        outcomes[name] = await answerTo(wire.peer, sized(header));
      }
      return outcomes;
    },
  },
  {
    name: 'versions below the lowest and above the highest close the connection',
    run: async (wire) => {
      const outcomes: Record<string, unknown> = {};
      const body = { groupId: 'x', generationId: 1, memberId: 'y' };
      outcomes['Heartbeat 5'] = await answerTo(wire.peer, mislabelled(heartbeat, 4, 5, body));
      outcomes['Fetch 3'] = await answerTo(
        wire.peer,
        mislabelled(fetch, 4, 3, { maxWaitMs: 0, minBytes: 0, topics: [] }),
      );
      outcomes['Produce 2'] = await answerTo(
        wire.peer,
        mislabelled(produce, 3, 2, { acks: 1, timeoutMs: 1, topicData: [] }),
      );
      outcomes['Metadata 99'] = await answerTo(wire.peer, mislabelled(metadata, 9, 99, { topics: [] }));
      return outcomes;
    },
  },
];
