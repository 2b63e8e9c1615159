import { errorByCode, kafkaError } from '@millrace/protocol';
import {
  type DescribeGroupsResponse,
  deleteGroups,
  describeGroups,
  listGroups,
  offsetDelete,
} from '@millrace/protocol/messages';
import type { Cluster } from '../cluster/cluster.ts';
import { Coordinator } from '../cluster/coordinator.ts';
import { askCoordinator } from '../cluster/coordinator-requests.ts';
import { byTopic } from '../cluster/leader-requests.ts';
import { errorOf, throwFirst, throwOnError } from '../cluster/outcome.ts';
import { retrying } from '../cluster/retry.ts';
import { decodeAssignment } from '../consumer/consumer-protocol.ts';
import { commitOnce, fetchGroupOffsets } from '../group/group-offsets.ts';
import type { GroupDescription, OffsetAndMetadata, TopicPartition } from '../types.ts';
import { describeNewer } from './newer-groups.ts';

const CONSUMER = 'consumer';

export interface GroupListing {
  readonly groupId: string;
  readonly protocolType: string;
  readonly state: string;
  readonly type: string;
}

/** Each broker lists the groups that it coordinates. */
export async function listAllGroups(cluster: Cluster): Promise<readonly GroupListing[]> {
  const options = { deadlineMs: cluster.deadline(), signal: cluster.closing };
  return retrying(cluster.config, options, async () => {
    await cluster.refresh([]);
    const lists = await Promise.all(
      [...cluster.cache.brokers.keys()].map(async (id) => {
        const response = await (await cluster.connection(id)).request(listGroups, {});
        throwOnError(response.errorCode, `groups of broker ${id}`);
        return response.groups;
      }),
    );
    return lists
      .flat()
      .map(({ groupId, protocolType, groupState, groupType }) => ({
        ...{ groupId, protocolType, state: groupState, type: groupType },
      }))
      .sort((a, b) => (a.groupId < b.groupId ? -1 : 1));
  });
}

export function describeAll(
  cluster: Cluster,
  groupIds: readonly string[],
): Promise<readonly GroupDescription[]> {
  return Promise.all(groupIds.map((groupId) => describeOne(cluster, groupId)));
}

function describeOne(cluster: Cluster, groupId: string): Promise<GroupDescription> {
  const coordinator = new Coordinator(cluster, 'group', groupId);
  return askCoordinator(cluster, coordinator, cluster.deadline(), async (connection) => {
    const response = await connection.request(describeGroups, { groups: [groupId] });
    const group = response.groups[0];
    const { name } = errorByCode(group?.errorCode ?? 0);
    if (group && name !== 'GROUP_ID_NOT_FOUND')
      throwOnError(group.errorCode, `group ${groupId}`, group.errorMessage);
    // Before version 6 a group that does not exist is described as dead.
    if (group && name === 'NONE' && group.groupState !== 'Dead') return classicGroup(group);
    const newer = await describeNewer(connection, [groupId]);
    const described = newer.get(groupId);
    if (described) return described;
    throw kafkaError('GROUP_ID_NOT_FOUND', `group ${groupId} does not exist`);
  });
}

function classicGroup(group: DescribeGroupsResponse['groups'][number]): GroupDescription {
  return {
    groupId: group.groupId,
    state: group.groupState,
    protocolType: group.protocolType,
    protocol: group.protocolData,
    members: group.members.map((member) => ({
      memberId: member.memberId,
      groupInstanceId: member.groupInstanceId,
      clientId: member.clientId,
      clientHost: member.clientHost,
      metadata: member.memberMetadata,
      assignment: member.memberAssignment,
      partitions: group.protocolType === CONSUMER ? partitionsIn(member.memberAssignment) : [],
    })),
  };
}

/** What a leader of another make has written need not be what it should. */
function partitionsIn(assignment: Buffer): readonly TopicPartition[] {
  try {
    return decodeAssignment(assignment);
  } catch {
    return [];
  }
}

export async function removeGroups(cluster: Cluster, groupIds: readonly string[]): Promise<void> {
  await Promise.all(
    groupIds.map((groupId) => {
      const coordinator = new Coordinator(cluster, 'group', groupId);
      return askCoordinator(cluster, coordinator, cluster.deadline(), async (connection) => {
        const { results } = await connection.request(deleteGroups, { groupsNames: [groupId] });
        for (const result of results) throwOnError(result.errorCode, `group ${result.groupId}`);
      });
    }),
  );
}

/**
 * Offsets that are not there are no failure. What is said against a partition stands, as for Kafka's admin client: a topic that
 * nobody knows is not waited for.
 * @throws {MillraceError} GROUP_SUBSCRIBED_TO_TOPIC, UNKNOWN_TOPIC_OR_PARTITION, ...
 */
export async function removeGroupOffsets(
  cluster: Cluster,
  groupId: string,
  partitions: readonly TopicPartition[],
): Promise<void> {
  const topics = [...byTopic(partitions)].map(([name, some]) => ({
    name,
    partitions: some.map(({ partition }) => ({ partitionIndex: partition })),
  }));
  const coordinator = new Coordinator(cluster, 'group', groupId);
  const errors = await askCoordinator(cluster, coordinator, cluster.deadline(), async (connection) => {
    const response = await connection.request(offsetDelete, { groupId, topics });
    throwOnError(response.errorCode, `offsets of group ${groupId}`);
    return response.topics.flatMap(({ name, partitions: told }) =>
      told.flatMap(
        ({ partitionIndex, errorCode }) =>
          errorOf(errorCode, `offset of group ${groupId} for ${name}-${partitionIndex}`) ?? [],
      ),
    );
  });
  throwFirst(errors);
}

export function readGroupOffsets(cluster: Cluster, groupId: string): Promise<readonly OffsetAndMetadata[]> {
  return fetchGroupOffsets(cluster, new Coordinator(cluster, 'group', groupId), groupId, null);
}

/** As {@link removeGroupOffsets}; a group with members refuses. @throws {MillraceError} UNKNOWN_MEMBER_ID, ... */
export async function setGroupOffsets(
  cluster: Cluster,
  groupId: string,
  offsets: readonly OffsetAndMetadata[],
): Promise<void> {
  if (offsets.length === 0) return;
  const committer = { groupId, generationId: -1, memberId: '', groupInstanceId: null };
  const coordinator = new Coordinator(cluster, 'group', groupId);
  const errors = await askCoordinator(cluster, coordinator, cluster.deadline(), async (connection) => {
    const told = await commitOnce(connection, committer, offsets);
    // Of a commit the group's own errors come with the partitions, and may pass.
    throwFirst(told.filter(({ code }) => code !== 'UNKNOWN_TOPIC_OR_PARTITION'));
    return told;
  });
  throwFirst(errors);
}
