import { errorByCode } from '@millrace/protocol';
import { describeGroups, listGroups, offsetFetch } from '@millrace/protocol/messages';
import type { Cluster } from '../cluster/cluster.ts';
import { throwOnError } from '../cluster/outcome.ts';
import { retrying } from '../cluster/retry.ts';
import type { Connection } from '../connection/index.ts';
import type { GroupSummary, OffsetAndMetadata } from '../types.ts';
import { describeNewer } from './newer-groups.ts';

/** From version 8 on a request asks for many groups; from 10 on answers name topics by their ids. */
const MANY_GROUPS_FROM = 8;
const NAMED_TOPICS_UNTIL = 9;
const SHARE_TYPE = 'share';

/**
 * All consumer groups, with what is known of each: three requests for each broker, however many groups it coordinates.
 */
export function surveyAllGroups(cluster: Cluster): Promise<readonly GroupSummary[]> {
  const options = { deadlineMs: cluster.deadline(), signal: cluster.closing };
  return retrying(cluster.config, options, async () => {
    await cluster.refresh([]);
    const brokers = [...cluster.cache.brokers.keys()];
    const lists = await Promise.all(brokers.map(async (id) => surveyOf(await cluster.connection(id))));
    return lists.flat().sort((a, b) => (a.groupId < b.groupId ? -1 : 1));
  });
}

async function surveyOf(connection: Connection): Promise<readonly GroupSummary[]> {
  const listed = await connection.request(listGroups, {});
  throwOnError(listed.errorCode, 'groups');
  const groups = listed.groups.filter(({ groupType }) => groupType.toLowerCase() !== SHARE_TYPE);
  if (groups.length === 0) return [];
  const ids = groups.map(({ groupId }) => groupId);
  const [members, offsets] = await Promise.all([memberCounts(connection, ids), offsetsOf(connection, ids)]);
  return groups.map(({ groupId, protocolType, groupState, groupType }) => ({
    ...{ groupId, protocolType, state: groupState, type: groupType },
    members: members.get(groupId) ?? null,
    offsets: offsets.get(groupId) ?? null,
  }));
}

/** Of both protocols; not of groups that have gone in the meantime. */
async function memberCounts(
  connection: Connection,
  groups: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  const described = await connection.request(describeGroups, { groups });
  const counts = new Map(
    described.groups.flatMap(({ groupId, errorCode, groupState, members }) =>
      errorCode === 0 && groupState !== 'Dead' ? [[groupId, members.length] as const] : [],
    ),
  );
  const others = groups.filter((groupId) => !counts.has(groupId));
  if (others.length === 0) return counts;
  for (const { groupId, members } of (await describeNewer(connection, others)).values())
    counts.set(groupId, members.length);
  return counts;
}

async function offsetsOf(
  connection: Connection,
  ids: readonly string[],
): Promise<ReadonlyMap<string, readonly OffsetAndMetadata[]>> {
  const version = connection.versions.negotiate(offsetFetch, NAMED_TOPICS_UNTIL);
  if (version >= MANY_GROUPS_FROM) {
    const groups = ids.map((groupId) => ({ groupId, topics: null }));
    const response = await connection.request(offsetFetch, { groups }, { version });
    return new Map(
      response.groups.flatMap(({ groupId, errorCode, topics }) =>
        errorCode === 0 ? [[groupId, committed(topics)] as const] : [],
      ),
    );
  }
  const found = new Map<string, readonly OffsetAndMetadata[]>();
  for (const groupId of ids) {
    const response = await connection.request(offsetFetch, { groupId, topics: null }, { version });
    if (response.errorCode === 0) found.set(groupId, committed(response.topics));
  }
  return found;
}

function committed(
  topics: readonly {
    readonly name: string;
    readonly partitions: readonly {
      readonly partitionIndex: number;
      readonly committedOffset: number;
      readonly errorCode: number;
    }[];
  }[],
): readonly OffsetAndMetadata[] {
  return topics.flatMap(({ name: topic, partitions }) =>
    partitions.flatMap(({ partitionIndex: partition, committedOffset: offset, errorCode }) =>
      offset < 0 || errorByCode(errorCode).name !== 'NONE' ? [] : [{ topic, partition, offset }],
    ),
  );
}
