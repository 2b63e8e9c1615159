import { kafkaError } from '@millrace/protocol';
import {
  alterShareGroupOffsets,
  deleteShareGroupOffsets,
  describeShareGroupOffsets,
  shareGroupDescribe,
} from '@millrace/protocol/messages';
import type { Cluster } from '../cluster/cluster.ts';
import { Coordinator } from '../cluster/coordinator.ts';
import { askCoordinator } from '../cluster/coordinator-requests.ts';
import { askLeaders, byTopic } from '../cluster/leader-requests.ts';
import { errorOf, throwFirst, throwOnError } from '../cluster/outcome.ts';
import type { Connection } from '../connection/index.ts';
import { shareFailure } from '../share/share-errors.ts';
import type {
  ShareGroupDescription,
  ShareGroupOffset,
  SharePartitionHeld,
  TopicPartition,
} from '../types.ts';

export function describeShareGroups(
  cluster: Cluster,
  groupIds: readonly string[],
): Promise<readonly ShareGroupDescription[]> {
  return Promise.all(groupIds.map((groupId) => describeOne(cluster, groupId)));
}

function describeOne(cluster: Cluster, groupId: string): Promise<ShareGroupDescription> {
  return askGroup(cluster, groupId, async (connection) => {
    const body = { groupIds: [groupId], includeAuthorizedOperations: false };
    const { groups } = await connection.request(shareGroupDescribe, body);
    const group = groups[0];
    if (group === undefined) throw kafkaError('GROUP_ID_NOT_FOUND', `share group ${groupId} does not exist`);
    throwOnError(group.errorCode, `share group ${groupId}`, group.errorMessage);
    return {
      groupId,
      state: group.groupState,
      assignor: group.assignorName,
      members: group.members.map(({ memberId, clientId, clientHost, subscribedTopicNames, assignment }) => ({
        memberId,
        clientId,
        clientHost,
        topics: subscribedTopicNames,
        assignment: assignment.topicPartitions.flatMap(({ topicName: topic, partitions }) =>
          partitions.map((partition) => ({ topic, partition })),
        ),
      })),
    };
  });
}

/** Partitions that the group has not begun to read are left out. */
export function readShareGroupOffsets(
  cluster: Cluster,
  groupId: string,
): Promise<readonly ShareGroupOffset[]> {
  return askGroup(cluster, groupId, async (connection) => {
    const body = { groups: [{ groupId, topics: null }] };
    const { groups } = await connection.request(describeShareGroupOffsets, body);
    const group = groups[0];
    if (group === undefined) return [];
    throwOnError(group.errorCode, `offsets of share group ${groupId}`, group.errorMessage);
    return group.topics.flatMap(({ topicName: topic, partitions }) =>
      partitions.flatMap(({ partitionIndex: partition, startOffset, lag, errorCode, errorMessage }) => {
        throwOnError(errorCode, `offset of share group ${groupId} for ${topic}-${partition}`, errorMessage);
        return startOffset < 0 ? [] : [{ topic, partition, startOffset, lag: lag < 0 ? null : lag }];
      }),
    );
  });
}

/** In the order of `partitions`; null where a broker does not tell, or nobody reads the partition now. */
export function readHeldByMembers(
  cluster: Cluster,
  groupId: string,
  partitions: readonly TopicPartition[],
): Promise<readonly (SharePartitionHeld | null)[]> {
  return askLeaders(cluster, partitions, cluster.deadline(), async (connection, led) => {
    const topics = [...byTopic(led)].map(([topicName, some]) => ({
      ...{ topicName, partitions: some.map(({ partition }) => partition) },
    }));
    const body = { groups: [{ groupId, topics }], ofLeader: true };
    const { groups } = await connection.request(describeShareGroupOffsets, body);
    const told = new Map(
      (groups[0]?.topics ?? []).flatMap(({ topicName, partitions: some }) =>
        some.map((one) => [`${topicName}-${one.partitionIndex}`, one] as const),
      ),
    );
    return led.map(({ topic, partition, index }) => {
      const one = told.get(`${topic}-${partition}`);
      if (one === undefined || one.acquired < 0) return { index, value: null };
      const { acquired, maxAcquired, lockMs, oldestLockMs, deliveries } = one;
      const held = { acquired, maxAcquired, lockMs, oldestLockMs: oldestLockMs < 0 ? null : oldestLockMs };
      return { index, value: { ...held, deliveries } };
    });
  });
}

/** What is said against a partition stands, as for Kafka's admin client: a topic that nobody knows is not waited for. */
export async function setShareGroupOffsets(
  cluster: Cluster,
  groupId: string,
  offsets: readonly (TopicPartition & { readonly startOffset: number })[],
): Promise<void> {
  const topics = [...byTopic(offsets)].map(([topicName, some]) => ({
    topicName,
    partitions: some.map(({ partition, startOffset }) => ({ partitionIndex: partition, startOffset })),
  }));
  const errors = await askGroup(cluster, groupId, async (connection) => {
    const response = await connection.request(alterShareGroupOffsets, { groupId, topics });
    throwOnError(response.errorCode, `offsets of share group ${groupId}`, response.errorMessage);
    return response.responses.flatMap(({ topicName, partitions }) =>
      partitions.flatMap(
        ({ partitionIndex, errorCode, errorMessage }) =>
          errorOf(
            errorCode,
            `offset of share group ${groupId} for ${topicName}-${partitionIndex}`,
            errorMessage,
          ) ?? [],
      ),
    );
  });
  throwFirst(errors);
}

/** As {@link setShareGroupOffsets}, of whole topics. */
export async function removeShareGroupOffsets(
  cluster: Cluster,
  groupId: string,
  topics: readonly string[],
): Promise<void> {
  const body = { groupId, topics: topics.map((topicName) => ({ topicName })) };
  const errors = await askGroup(cluster, groupId, async (connection) => {
    const response = await connection.request(deleteShareGroupOffsets, body);
    throwOnError(response.errorCode, `offsets of share group ${groupId}`, response.errorMessage);
    return response.responses.flatMap(
      ({ topicName, errorCode, errorMessage }) =>
        errorOf(errorCode, `offsets of share group ${groupId} for ${topicName}`, errorMessage) ?? [],
    );
  });
  throwFirst(errors);
}

/** @throws {MillraceError} SHARE_GROUPS_UNSUPPORTED, ... */
function askGroup<T>(
  cluster: Cluster,
  groupId: string,
  ask: (connection: Connection) => Promise<T>,
): Promise<T> {
  return askCoordinator(
    cluster,
    new Coordinator(cluster, 'group', groupId),
    cluster.deadline(),
    async (connection) => {
      try {
        return await ask(connection);
      } catch (error) {
        throw shareFailure(error);
      }
    },
  );
}
