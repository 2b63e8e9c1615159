import { ZERO_UUID } from '@millrace/foundation/types';
import { type ErrorName, errorCode } from '@millrace/protocol';
import {
  offsetFetch as api,
  type OffsetFetchRequest,
  type OffsetFetchRequestGroup,
  type OffsetFetchRequestGroupTopic,
  type OffsetFetchResponseGroupInit,
  type OffsetFetchResponseGroupTopicInit,
  type OffsetFetchResponseInit,
} from '@millrace/protocol/messages';
import type { FetchedOffset, OffsetsQuery } from '../core/group/fetch-offsets.ts';
import { defineApi, type RequestContext } from './api.ts';
import { mayOnGroup } from './group-caller.ts';

const MANY_GROUPS_VERSION = 8;
const TOPIC_IDS_VERSION = 10;
const GROUP_ERROR_VERSION = 2;
const NO_OFFSET = -1;
const NO_LEADER_EPOCH = -1;

/**
 * OffsetFetch v1-10
 *
 * - Offsets of one group, from v8 of several, for the partitions named or (null topics) for all that are committed.
 * - No commit is answered as offset -1 without an error, also for a group that does not exist.
 * - An answer never shows an offset that could still be lost.
 * - An offset that an open transaction may change is UNSTABLE_OFFSET_COMMIT where a stable one is asked for, else as it
 *   was before. Nor does a broker tell stable ones that was not heard of by the controller for half a session
 *   (NOT_COORDINATOR): another may coordinate the group by then. Kafka's tells them, though they may be old.
 * - A member of the consumer protocol says its epoch (v9), and is refused with STALE_MEMBER_EPOCH where that is another.
 *
 * Versions: v2 an error for the group; v7 require stable; v8 several groups; v9 member epochs; v10 topic ids.
 *
 * Not implemented: nothing.
 */
export const offsetFetch = defineApi({
  api,
  versions: [1, 10],
  access: [
    ['DESCRIBE', 'GROUP'],
    ['DESCRIBE', 'TOPIC'],
  ],
  async handle(context, request): Promise<OffsetFetchResponseInit> {
    const { version } = context;
    const groups = groupsOf(request, version);
    const answers = await Promise.all(
      groups.map((group) => fetchGroup(context, group, request.requireStable)),
    );
    return response(answers, groups, version);
  },
  refuse: (request, error, version) => {
    const groups = groupsOf(request, version);
    const answers = groups.map(({ groupId }) => failedGroup(groupId, error));
    return response(answers, groups, version);
  },
});

function groupsOf(request: OffsetFetchRequest, version: number): readonly OffsetFetchRequestGroup[] {
  if (version >= MANY_GROUPS_VERSION) return request.groups;
  const topics = request.topics?.map((topic) => ({ ...topic, topicId: ZERO_UUID })) ?? null;
  return [{ groupId: request.groupId, memberId: null, memberEpoch: -1, topics }];
}

function fetchGroup(
  context: RequestContext,
  { groupId, topics, memberId, memberEpoch }: OffsetFetchRequestGroup,
  requireStable: boolean,
): Promise<OffsetFetchResponseGroupInit> | OffsetFetchResponseGroupInit {
  if (!mayOnGroup(context, 'DESCRIBE', groupId)) return failedGroup(groupId, 'GROUP_AUTHORIZATION_FAILED');
  const query = { group: groupId, memberId, memberEpoch, requireStable };
  return topics === null ? fetchAll(context, query) : fetchNamed(context, query, topics);
}

/** All offsets of the group, but of topics that the caller may not describe or (v10) that are gone. */
async function fetchAll(
  context: RequestContext,
  query: Omit<OffsetsQuery, 'topics'>,
): Promise<OffsetFetchResponseGroupInit> {
  const groupId = query.group;
  const result = await context.services.groups.fetchOffsets({ ...query, topics: null });
  if (result.error !== null) return failedGroup(groupId, result.error);
  const image = context.services.metadata.image();
  const topics: OffsetFetchResponseGroupTopicInit[] = [];
  for (const { topic: name, partitions } of result.topics) {
    const topicId = image.topicsByName.get(name)?.id;
    if (!context.authorize('DESCRIBE', { type: 'TOPIC', name })) continue;
    if (context.version >= TOPIC_IDS_VERSION && topicId === undefined) continue;
    topics.push({ name, topicId: topicId ?? ZERO_UUID, partitions: partitions.map(fetchedPartition) });
  }
  return { groupId, errorCode: errorCode('NONE'), topics };
}

async function fetchNamed(
  context: RequestContext,
  query: Omit<OffsetsQuery, 'topics'>,
  asked: readonly OffsetFetchRequestGroupTopic[],
): Promise<OffsetFetchResponseGroupInit> {
  const groupId = query.group;
  const resolved = asked.map((topic) => resolve(context, topic));
  const topics = resolved
    .filter((one) => 'topic' in one)
    .map(({ topic }) => ({ topic: topic.name, partitions: topic.partitionIndexes }));
  const result = await context.services.groups.fetchOffsets({ ...query, topics });
  if (result.error !== null) return failedGroup(groupId, result.error);
  const fetched = result.topics.values();
  return {
    groupId,
    errorCode: errorCode('NONE'),
    topics: resolved.map((one) => {
      if ('refused' in one) return one.refused;
      const { name, topicId } = one.topic;
      const partitions = fetched.next().value?.partitions ?? [];
      return { name, topicId, partitions: partitions.map(fetchedPartition) };
    }),
  };
}

function fetchedPartition({
  partition,
  committed,
  isUnstable,
}: FetchedOffset): OffsetFetchResponseGroupTopicInit['partitions'][number] {
  return {
    partitionIndex: partition,
    committedOffset: committed?.offset ?? NO_OFFSET,
    committedLeaderEpoch: committed?.leaderEpoch ?? NO_LEADER_EPOCH,
    metadata: committed?.metadata ?? '',
    errorCode: errorCode(isUnstable ? 'UNSTABLE_OFFSET_COMMIT' : 'NONE'),
  };
}

function failedGroup(groupId: string, error: ErrorName): OffsetFetchResponseGroupInit {
  return { groupId, topics: [], errorCode: errorCode(error) };
}

type Resolved =
  | { readonly topic: OffsetFetchRequestGroupTopic }
  | { readonly refused: OffsetFetchResponseGroupTopicInit };

function resolve(context: RequestContext, topic: OffsetFetchRequestGroupTopic): Resolved {
  const byId = context.version >= TOPIC_IDS_VERSION;
  const name = byId ? context.services.metadata.image().topicsById.get(topic.topicId)?.name : topic.name;
  if (name === undefined) return { refused: refusedTopic(topic, 'UNKNOWN_TOPIC_ID') };
  if (!context.authorize('DESCRIBE', { type: 'TOPIC', name }))
    return { refused: refusedTopic(topic, 'TOPIC_AUTHORIZATION_FAILED') };
  return { topic: { ...topic, name } };
}

function refusedTopic(
  topic: OffsetFetchRequestGroupTopic,
  error: ErrorName,
): OffsetFetchResponseGroupTopicInit {
  return {
    name: topic.name,
    topicId: topic.topicId,
    partitions: topic.partitionIndexes.map((partitionIndex) => ({
      partitionIndex,
      committedOffset: NO_OFFSET,
      committedLeaderEpoch: NO_LEADER_EPOCH,
      metadata: '',
      errorCode: errorCode(error),
    })),
  };
}

/** Before v8 the one group stands in the answer itself, and v1 says an error of the group at each partition. */
function response(
  answers: readonly OffsetFetchResponseGroupInit[],
  groups: readonly OffsetFetchRequestGroup[],
  version: number,
): OffsetFetchResponseInit {
  if (version >= MANY_GROUPS_VERSION) return { groups: answers };
  const [answer] = answers;
  const error = answer?.errorCode ?? 0;
  if (error !== 0 && version < GROUP_ERROR_VERSION) {
    const topics = groups[0]?.topics ?? [];
    return {
      topics: topics.map(({ name, partitionIndexes }) => ({
        name,
        partitions: partitionIndexes.map((partitionIndex) => ({
          partitionIndex,
          committedOffset: NO_OFFSET,
          metadata: '',
          errorCode: error,
        })),
      })),
    };
  }
  const topics = answer?.topics.map(({ name, partitions }) => ({ name: name ?? '', partitions })) ?? [];
  return { topics, errorCode: error };
}
