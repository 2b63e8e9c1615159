import {
  alterClientQuotas,
  alterConfigs,
  alterPartitionReassignments,
  deleteRecords,
  describeClientQuotas,
  describeLogDirs,
  describeQuorum,
  describeTopicPartitions,
  describeUserScramCredentials,
  electLeaders,
  listConfigResources,
  listPartitionReassignments,
  offsetDelete,
  offsetForLeaderEpoch,
  unregisterBroker,
  updateFeatures,
} from '@millrace/protocol/messages';
import { quorumOf } from './admin-scenarios.ts';
import { type PlainRequest, TOPIC } from './plain-request.ts';

const partitions = [0, 1];
/** No broker has it. */
const NOBODY = 77;

/** Administration: one plain request of each API. */
export const adminRequests: readonly PlainRequest[] = [
  [
    deleteRecords,
    (wire, version) =>
      wire.ask(deleteRecords, version, {
        topics: [
          {
            name: TOPIC,
            partitions: [
              { partitionIndex: 0, offset: 0 },
              { partitionIndex: 1, offset: -1 },
            ],
          },
        ],
        timeoutMs: 5000,
      }),
  ],
  [
    offsetForLeaderEpoch,
    (wire, version) =>
      wire.ask(offsetForLeaderEpoch, version, {
        topics: [{ topic: TOPIC, partitions: [{ partition: 0, leaderEpoch: 0 }] }],
      }),
  ],
  [
    alterConfigs,
    (wire, version) =>
      wire.ask(alterConfigs, version, {
        resources: [
          {
            resourceType: 2,
            resourceName: TOPIC,
            configs: [{ name: 'max.message.bytes', value: '1000012' }],
          },
        ],
        validateOnly: true,
      }),
  ],
  [unregisterBroker, (wire, version) => wire.ask(unregisterBroker, version, { brokerId: NOBODY })],
  [
    describeLogDirs,
    (wire, version) => wire.ask(describeLogDirs, version, { topics: [{ topic: TOPIC, partitions }] }),
  ],
  [
    electLeaders,
    (wire, version) =>
      wire.ask(electLeaders, version, {
        ...(version >= 1 ? { electionType: 0 } : {}),
        topicPartitions: [{ topic: TOPIC, partitions }],
      }),
  ],
  [
    alterPartitionReassignments,
    (wire, version) =>
      wire.ask(alterPartitionReassignments, version, {
        topics: [{ name: TOPIC, partitions: [{ partitionIndex: 0, replicas: [1] }] }],
      }),
  ],
  [
    listPartitionReassignments,
    (wire, version) =>
      wire.ask(listPartitionReassignments, version, {
        topics: [{ name: TOPIC, partitionIndexes: partitions }],
      }),
  ],
  [
    offsetDelete,
    (wire, version) =>
      wire.ask(offsetDelete, version, {
        groupId: 'warm-up-0',
        topics: [{ name: TOPIC, partitions: [{ partitionIndex: 0 }] }],
      }),
  ],
  [
    describeClientQuotas,
    (wire, version) =>
      wire.ask(describeClientQuotas, version, {
        components: [{ entityType: 'user', matchType: 0, match: 'nobody' }],
        strict: false,
      }),
  ],
  [
    alterClientQuotas,
    (wire, version) =>
      wire.ask(alterClientQuotas, version, {
        entries: [
          {
            entity: [{ entityType: 'user', entityName: 'somebody' }],
            ops: [{ key: 'producer_byte_rate', value: 1e9, remove: false }],
          },
        ],
        validateOnly: true,
      }),
  ],
  [
    updateFeatures,
    (wire, version) =>
      wire.ask(updateFeatures, version, {
        featureUpdates: [{ feature: 'metadata.version', maxVersionLevel: 30 }],
        ...(version > 0 ? { validateOnly: true } : {}),
      }),
  ],
  [
    describeUserScramCredentials,
    (wire, version) => wire.ask(describeUserScramCredentials, version, { users: [{ name: 'nobody' }] }),
  ],
  [describeQuorum, (wire, version) => quorumOf(wire, version)],
  [
    listConfigResources,
    (wire, version) => wire.ask(listConfigResources, version, version >= 1 ? { resourceTypes: [4] } : {}),
  ],
  [
    describeTopicPartitions,
    (wire, version) => wire.ask(describeTopicPartitions, version, { topics: [{ name: TOPIC }] }),
  ],
];
