import {
  alterPartitionReassignments,
  deleteRecords,
  describeLogDirs,
  describeQuorum,
  describeTopicPartitions,
  describeUserScramCredentials,
  electLeaders,
  findCoordinator,
  listConfigResources,
  listOffsets,
  listPartitionReassignments,
  offsetCommit,
  offsetDelete,
  offsetFetch,
  offsetForLeaderEpoch,
  produce,
} from '@millrace/protocol/messages';
import { batch } from './batch.ts';
import { join } from './group-cycle.ts';
import type { Scenario } from './scenario.ts';
import { comparable, type Wire } from './wire.ts';

const TIMEOUT_MS = 10_000;

async function append(wire: Wire, name: string, values: readonly string[]): Promise<void> {
  await wire.raw(produce, 9, {
    acks: -1,
    timeoutMs: TIMEOUT_MS,
    topicData: [{ name, partitionData: [{ index: 0, records: batch(values) }] }],
  });
}

function removeBefore(wire: Wire, name: string, offset: number, partitionIndex = 0) {
  return wire.ask(deleteRecords, 2, {
    topics: [{ name, partitions: [{ partitionIndex, offset }] }],
    timeoutMs: TIMEOUT_MS,
  });
}

function startOf(wire: Wire, name: string) {
  const topics = [{ name, partitions: [{ partitionIndex: 0, timestamp: -2 }] }];
  return wire.ask(listOffsets, 7, { replicaId: -1, topics });
}

/** What both can agree on: each has its own epoch, offsets and endpoints. */
export async function quorumOf(
  wire: Wire,
  version: number,
  topicName = '__cluster_metadata',
  partitionIndex = 0,
): Promise<unknown> {
  const answer = await wire.raw(describeQuorum, version, {
    topics: [{ topicName, partitions: [{ partitionIndex }] }],
  });
  const isThere = (value: number) => value > 0;
  return comparable({
    ...answer,
    nodes: answer.nodes.map(({ nodeId }) => nodeId),
    topics: answer.topics.map((topic) => ({
      ...topic,
      partitions: topic.partitions.map((partition) => ({
        ...partition,
        leaderEpoch: isThere(partition.leaderEpoch),
        highWatermark: isThere(partition.highWatermark),
        currentVoters: partition.currentVoters.map((voter) => ({
          replicaId: voter.replicaId,
          logEndOffset: isThere(voter.logEndOffset),
          lastFetchTimestamp: isThere(voter.lastFetchTimestamp),
          lastCaughtUpTimestamp: isThere(voter.lastCaughtUpTimestamp),
        })),
      })),
    })),
  });
}

function commit(wire: Wire, groupId: string, name: string, partitionIndex: number) {
  const partition = { partitionIndex, committedOffset: 1, committedMetadata: '' };
  return wire.raw(offsetCommit, 7, { groupId, memberId: '', topics: [{ name, partitions: [partition] }] });
}

function forget(wire: Wire, groupId: string, name: string, ...indexes: readonly number[]) {
  const partitions = indexes.map((partitionIndex) => ({ partitionIndex }));
  return wire.ask(offsetDelete, 0, { groupId, topics: [{ name, partitions }] });
}

/** A consumer's metadata of version 0 that names one topic. */
function subscriptionTo(topic: string): Buffer {
  const bytes = Buffer.alloc(12 + topic.length);
  bytes.writeInt32BE(1, 2);
  bytes.writeInt16BE(topic.length, 6);
  bytes.write(topic, 8);
  bytes.writeInt32BE(-1, 8 + topic.length);
  return bytes;
}

/** Logs, leaders, the quorum, offsets of groups: what is answered and what is refused. */
export const adminScenarios: readonly Scenario[] = [
  {
    name: 'DeleteRecords up to an offset, to the end, and where it may not',
    run: async (wire) => {
      await wire.createTopic('cut');
      await wire.createTopic('cut-compacted', 1, { 'cleanup.policy': 'compact' });
      await wire.createTopic('cut-both', 1, { 'cleanup.policy': 'compact,delete' });
      await append(wire, 'cut', ['a', 'b', 'c', 'd']);
      return {
        middle: await removeBefore(wire, 'cut', 2),
        start: await startOf(wire, 'cut'),
        before: await removeBefore(wire, 'cut', 1),
        beyond: await removeBefore(wire, 'cut', 5),
        negative: await removeBefore(wire, 'cut', -2),
        end: await removeBefore(wire, 'cut', -1),
        startAtEnd: await startOf(wire, 'cut'),
        unknownPartition: await removeBefore(wire, 'cut', 0, 7),
        unknown: await removeBefore(wire, 'cut-unknown', 0),
        internal: await removeBefore(wire, '__consumer_offsets', 0),
        compacted: await removeBefore(wire, 'cut-compacted', 0),
        both: await removeBefore(wire, 'cut-both', 0),
      };
    },
  },
  {
    name: 'OffsetForLeaderEpoch of known, unknown and fenced epochs',
    run: async (wire) => {
      await wire.createTopic('epochs');
      await wire.createTopic('epochs-empty');
      await append(wire, 'epochs', ['a', 'b']);
      const ask = (topic: string, leaderEpoch: number, currentLeaderEpoch = -1, partition = 0) =>
        wire.ask(offsetForLeaderEpoch, 4, {
          replicaId: -1,
          topics: [{ topic, partitions: [{ partition, leaderEpoch, currentLeaderEpoch }] }],
        });
      return {
        first: await ask('epochs', 0),
        later: await ask('epochs', 3),
        none: await ask('epochs', -1),
        negative: await ask('epochs', -5),
        current: await ask('epochs', 0, 0),
        ahead: await ask('epochs', 0, 9),
        empty: await ask('epochs-empty', 0),
        emptyLater: await ask('epochs-empty', 1),
        unknownPartition: await ask('epochs', 0, -1, 5),
        unknown: await ask('epochs-unknown', 0),
      };
    },
  },
  {
    name: 'DescribeLogDirs of named, unknown and all partitions',
    run: async (wire) => {
      await wire.createTopic('dirs', 2);
      await append(wire, 'dirs', ['a']);
      const ask = async (topics: readonly { topic: string; partitions: number[] }[] | null) => {
        const answer = await wire.raw(describeLogDirs, 5, { topics });
        const [result] = answer.results;
        const isPath = result?.logDir.startsWith('/');
        const hasRoom =
          (result?.usableBytes ?? 0) > 0 && (result?.totalBytes ?? 0) >= (result?.usableBytes ?? 0);
        const mine = result?.topics
          .filter(({ name }) => name === 'dirs')
          .map(({ name, partitions }) => ({
            name,
            partitions: [...partitions].sort((a, b) => a.partitionIndex - b.partitionIndex),
          }));
        const { errorCode, throttleTimeMs, results } = answer;
        return { errorCode, throttleTimeMs, folders: results.length, isPath, hasRoom, mine };
      };
      return {
        some: await ask([{ topic: 'dirs', partitions: [0] }]),
        unknown: await ask([
          { topic: 'dirs', partitions: [9] },
          { topic: 'dirs-unknown', partitions: [0] },
        ]),
        none: await ask([]),
        all: await ask(null),
      };
    },
  },
  {
    name: 'ElectLeaders where all lead that should, and of unknown partitions',
    run: async (wire) => {
      await wire.createTopic('elected', 2);
      const ask = (electionType: number, topic: string, partitions: readonly number[]) =>
        wire.ask(electLeaders, 2, { electionType, topicPartitions: [{ topic, partitions }] });
      const all = await wire.raw(electLeaders, 2, { electionType: 0, topicPartitions: null });
      return {
        preferred: await ask(0, 'elected', [0, 1]),
        unclean: await ask(1, 'elected', [0]),
        unknownPartition: await ask(0, 'elected', [0, 7]),
        unknown: await ask(0, 'elected-unknown', [0]),
        none: await wire.ask(electLeaders, 2, { electionType: 0, topicPartitions: [] }),
        all: comparable(all.replicaElectionResults.filter(({ topic }) => topic === 'elected')),
        badType: await ask(7, 'elected', [0]),
      };
    },
  },
  {
    name: 'reassignments on one node',
    run: async (wire) => {
      await wire.createTopic('moved', 2);
      const ask = (replicas: readonly number[] | null, name = 'moved', partitionIndex = 0, allow = true) =>
        wire.ask(alterPartitionReassignments, 1, {
          allowReplicationFactorChange: allow,
          topics: [{ name, partitions: [{ partitionIndex, replicas }] }],
        });
      return {
        same: await ask([1]),
        sameFactor: await ask([1], 'moved', 0, false),
        unknownBroker: await ask([2]),
        more: await ask([1, 2]),
        twice: await ask([1, 1]),
        none: await ask([]),
        cancel: await ask(null),
        unknownPartition: await ask([1], 'moved', 9),
        unknown: await ask([1], 'moved-unknown'),
        underWay: await wire.ask(listPartitionReassignments, 0, { topics: null }),
        ofUnknown: await wire.ask(listPartitionReassignments, 0, {
          topics: [{ name: 'moved-unknown', partitionIndexes: [0] }],
        }),
      };
    },
  },
  {
    name: 'DescribeQuorum of the metadata log and of anything else',
    run: async (wire) => ({
      quorum: await quorumOf(wire, 2),
      otherPartition: await quorumOf(wire, 2, '__cluster_metadata', 1),
      otherTopic: await quorumOf(wire, 2, 'not-the-quorum'),
      nothing: await wire.ask(describeQuorum, 2, { topics: [] }),
    }),
  },
  {
    name: 'credentials of users, where there are none',
    run: async (wire) => {
      const ask = (...names: readonly string[]) =>
        wire.ask(describeUserScramCredentials, 0, { users: names.map((name) => ({ name })) });
      return {
        all: await wire.ask(describeUserScramCredentials, 0, { users: null }),
        none: await ask(),
        named: await ask('ann'),
        twice: await ask('ann', 'ann'),
        empty: await ask(''),
      };
    },
  },
  {
    name: 'OffsetDelete of empty and live groups',
    run: async (wire) => {
      await wire.createTopic('forgotten', 3);
      await wire.createTopic('forgotten-not', 1);
      for (const partition of [0, 1, 2]) await commit(wire, 'forgetful', 'forgotten', partition);
      await wire.raw(findCoordinator, 3, { key: 'forgetful' });
      const answers: Record<string, unknown> = {
        two: await forget(wire, 'forgetful', 'forgotten', 0, 1),
        again: await forget(wire, 'forgetful', 'forgotten', 0),
        unknownPartition: await forget(wire, 'forgetful', 'forgotten', 2, 17),
        unknownTopic: await forget(wire, 'forgetful', 'no-such-topic', 0),
        left: await wire.ask(offsetFetch, 7, {
          groupId: 'forgetful',
          topics: [{ name: 'forgotten', partitionIndexes: [0, 1, 2] }],
        }),
        unknownGroup: await forget(wire, 'forgetful-unknown', 'forgotten', 0),
        unknownBoth: await forget(wire, 'forgetful-unknown', 'no-such-topic', 0),
        nothingOfUnknown: await wire.ask(offsetDelete, 0, { groupId: 'forgetful-unknown', topics: [] }),
        nothingOfKnown: await wire.ask(offsetDelete, 0, { groupId: 'forgetful', topics: [] }),
        emptyName: await forget(wire, '', 'forgotten', 0),
      };
      await commit(wire, 'forgetful-live', 'forgotten', 0);
      await join(wire, 'forgetful-live');
      answers.ofAnotherKind = await forget(wire, 'forgetful-live', 'forgotten', 0);
      await commit(wire, 'forgetful-reader', 'forgotten', 0);
      await join(wire, 'forgetful-reader', undefined, {
        protocolType: 'consumer',
        metadata: subscriptionTo('forgotten'),
      });
      answers.whileItIsRead = await forget(wire, 'forgetful-reader', 'forgotten', 0);
      return answers;
    },
  },
  {
    name: 'ListConfigResources by type',
    run: async (wire) => {
      await wire.createTopic('listed');
      const ask = async (resourceTypes: readonly number[]) => {
        const answer = await wire.raw(listConfigResources, 1, { resourceTypes });
        const shown = answer.configResources.filter(
          ({ resourceType, resourceName }) => resourceType !== 2 || resourceName === 'listed',
        );
        return comparable({
          ...answer,
          configResources: shown.sort((a, b) => a.resourceType - b.resourceType),
        });
      };
      return {
        topics: await ask([2]),
        brokers: await ask([4]),
        loggers: await ask([8]),
        metrics: await ask([16]),
        twice: await ask([4, 4]),
        unknown: await ask([3]),
        someUnknown: await ask([4, 99]),
      };
    },
  },
  {
    name: 'DescribeTopicPartitions page by page, and of what is not there',
    run: async (wire) => {
      await wire.createTopic('paged-a', 3);
      await wire.createTopic('paged-b', 2);
      const topics = ['paged-b', 'paged-a'].map((name) => ({ name }));
      const ask = (
        responsePartitionLimit: number,
        cursor: { topicName: string; partitionIndex: number } | null,
      ) => wire.ask(describeTopicPartitions, 0, { topics, responsePartitionLimit, cursor });
      const named = (...names: string[]) =>
        wire.ask(describeTopicPartitions, 0, { topics: names.map((name) => ({ name })) });
      return {
        all: await ask(100, null),
        two: await ask(2, null),
        three: await ask(3, null),
        fromTheMiddle: await ask(2, { topicName: 'paged-a', partitionIndex: 2 }),
        fromTheSecond: await ask(2, { topicName: 'paged-b', partitionIndex: 0 }),
        between: await ask(10, { topicName: 'paged-aa', partitionIndex: 1 }),
        pastTheEnd: await ask(10, { topicName: 'paged-b', partitionIndex: 5 }),
        pastAll: await ask(10, { topicName: 'paged-c', partitionIndex: 0 }),
        noLimit: await ask(0, null),
        negativeLimit: await ask(-5, null),
        negativePartition: await ask(10, { topicName: 'paged-a', partitionIndex: -1 }),
        unknown: await named('paged-unknown', 'paged-a'),
        badName: await named('a b'),
        twice: await named('paged-b', 'paged-b'),
      };
    },
  },
];
