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
import { defineApi, type RequestContext } from './api.ts';
import { mayOnGroup } from './group-caller.ts';

const MANY_GROUPS_VERSION = 8;
const TOPIC_IDS_VERSION = 10;
const GROUP_ERROR_VERSION = 2;

/**
 * OffsetFetch v1-10
 *
 * - Offsets of one group, from v8 of several, for the partitions named or (null topics) for all that are committed.
 * - No commit is answered as offset -1 without an error, also for a group that does not exist.
 * - An answer never shows an offset that could still be lost.
 *
 * Versions: v2 an error for the group; v7 require stable; v8 several groups; v9 member epochs; v10 topic ids.
 *
 * Not implemented: pending offsets of transactions (nothing is ever unstable), members of the KIP-848 protocol.
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
    const answers = await Promise.all(groups.map((group) => fetchGroup(context, group)));
    return response(answers, groups, version);
  },
  refuse: (request, error, version) => {
    const groups = groupsOf(request, version);
    const answers = groups.map(({ groupId }) => ({ groupId, topics: [], errorCode: errorCode(error) }));
    return response(answers, groups, version);
  },
});

function groupsOf(request: OffsetFetchRequest, version: number): readonly OffsetFetchRequestGroup[] {
  if (version >= MANY_GROUPS_VERSION) return request.groups;
  const topics = request.topics?.map((topic) => ({ ...topic, topicId: ZERO_UUID })) ?? null;
  return [{ groupId: request.groupId, memberId: null, memberEpoch: -1, topics }];
}

async function fetchGroup(
  context: RequestContext,
  group: OffsetFetchRequestGroup,
): Promise<OffsetFetchResponseGroupInit> {
  const { groupId } = group;
  if (!mayOnGroup(context, 'DESCRIBE', groupId))
    return { groupId, topics: [], errorCode: errorCode('GROUP_AUTHORIZATION_FAILED') };
  const { groups } = context.services;
  if (group.topics === null) return visible(context, await groups.fetchOffsets(group));
  const named = group.topics.map((topic) => resolve(context, topic));
  const topics = named.filter((topic) => 'topic' in topic).map(({ topic }) => topic);
  const answer = await groups.fetchOffsets({ ...group, topics });
  if (answer.errorCode) return answer;
  const fetched = answer.topics.values();
  return {
    ...answer,
    topics: named.map((topic) => {
      if ('refused' in topic) return topic.refused;
      return fetched.next().value ?? refusedTopic(topic.topic, 'UNKNOWN_SERVER_ERROR');
    }),
  };
}

/** All offsets of the group, but of topics that the caller may not describe or (v10) that are gone. */
function visible(context: RequestContext, group: OffsetFetchResponseGroupInit): OffsetFetchResponseGroupInit {
  const image = context.services.metadata.image();
  const topics: OffsetFetchResponseGroupTopicInit[] = [];
  for (const topic of group.topics) {
    const name = topic.name ?? '';
    const topicId = image.topicsByName.get(name)?.id;
    if (!context.authorize('DESCRIBE', { type: 'TOPIC', name })) continue;
    if (context.version >= TOPIC_IDS_VERSION && topicId === undefined) continue;
    topics.push({ ...topic, topicId: topicId ?? ZERO_UUID });
  }
  return { ...group, topics };
}

type Resolved =
  | { readonly topic: OffsetFetchRequestGroupTopic }
  | { readonly refused: OffsetFetchResponseGroupTopicInit };

function resolve(context: RequestContext, topic: OffsetFetchRequestGroupTopic): Resolved {
  const byId = topic.topicId !== ZERO_UUID;
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
      committedOffset: -1,
      committedLeaderEpoch: -1,
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
          committedOffset: -1,
          metadata: '',
          errorCode: error,
        })),
      })),
    };
  }
  const topics = answer?.topics.map(({ name, partitions }) => ({ name: name ?? '', partitions })) ?? [];
  return { topics, errorCode: error };
}
