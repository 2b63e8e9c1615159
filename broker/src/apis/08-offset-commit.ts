import { type ErrorName, errorCode } from '@millrace/protocol';
import {
  offsetCommit as api,
  type OffsetCommitRequest,
  type OffsetCommitRequestTopic,
  type OffsetCommitResponseInit,
  type OffsetCommitResponseTopicInit,
} from '@millrace/protocol/messages';
import type { CommitResult, OffsetToCommit } from '../core/group/commit-offsets.ts';
import { defineApi, type RequestContext } from './api.ts';
import { mayOnGroup } from './group-caller.ts';

const GROUP_ID_NOT_FOUND_VERSION = 9;
const TOPIC_IDS_VERSION = 10;

/**
 * OffsetCommit v2-10
 *
 * - Answered when the offsets are committed to `__consumer_offsets`; a commit also keeps the member's session.
 * - A negative generation is a consumer without a group, or a tool: accepted while the group is empty.
 * - A member of the consumer protocol commits in its epoch, or in an older one in which it had the partitions already
 *   (KIP-1251); else STALE_MEMBER_EPOCH.
 * - Partitions that do not exist are answered UNKNOWN_TOPIC_OR_PARTITION, unknown topic ids UNKNOWN_TOPIC_ID; the
 *   others are committed all the same.
 *
 * Versions: v2-4 retention time; v6 leader epoch; v7 static members; v9 GROUP_ID_NOT_FOUND, members of the consumer protocol; v10 topic ids.
 *
 * Not implemented: nothing.
 */
export const offsetCommit = defineApi({
  api,
  versions: [2, 10],
  access: [
    ['READ', 'GROUP'],
    ['READ', 'TOPIC'],
  ],
  async handle(context, request): Promise<OffsetCommitResponseInit> {
    if (!mayOnGroup(context, 'READ', request.groupId)) return failed(request, 'GROUP_AUTHORIZATION_FAILED');
    const checked = request.topics.map((topic) => check(context, topic));
    const topics = checked
      .map(({ valid }) => valid)
      .filter((topic): topic is OffsetCommitRequestTopic => topic !== null);
    if (topics.length === 0 && request.topics.length > 0)
      return { topics: checked.map(({ refused }) => refused) };
    const result = await context.services.groups.commitOffsets({
      group: request.groupId,
      generation: request.generationIdOrMemberEpoch,
      memberId: request.memberId,
      instanceId: request.groupInstanceId,
      retentionMs: request.retentionTimeMs,
      knowsGroupIdNotFound: context.version >= GROUP_ID_NOT_FOUND_VERSION,
      offsets: topics.flatMap(offsetsOf),
    });
    return response(checked, result);
  },
  refuse: failed,
});

interface CheckedTopic {
  /** The topic by name with the partitions that exist; null where there is none. */
  readonly valid: OffsetCommitRequestTopic | null;
  /** The answer so far: the partitions that are refused. */
  readonly refused: OffsetCommitResponseTopicInit;
}

function check(context: RequestContext, topic: OffsetCommitRequestTopic): CheckedTopic {
  const image = context.services.metadata.image();
  const byId = context.version >= TOPIC_IDS_VERSION;
  const found = byId ? image.topicsById.get(topic.topicId) : image.topicsByName.get(topic.name);
  const name = found?.name ?? topic.name;
  const all = (error: ErrorName): CheckedTopic => ({
    valid: null,
    refused: {
      name: topic.name,
      topicId: topic.topicId,
      partitions: topic.partitions.map(({ partitionIndex }) => ({
        partitionIndex,
        errorCode: errorCode(error),
      })),
    },
  });
  if (byId && !found) return all('UNKNOWN_TOPIC_ID');
  if (!context.authorize('READ', { type: 'TOPIC', name })) return all('TOPIC_AUTHORIZATION_FAILED');
  if (!found) return all('UNKNOWN_TOPIC_OR_PARTITION');
  const exists = (partition: number) => partition >= 0 && partition < found.partitions.length;
  const valid = topic.partitions.filter(({ partitionIndex }) => exists(partitionIndex));
  const unknown = topic.partitions.filter(({ partitionIndex }) => !exists(partitionIndex));
  return {
    valid: valid.length > 0 ? { ...topic, name, partitions: valid } : null,
    refused: {
      name: topic.name,
      topicId: topic.topicId,
      partitions: unknown.map(({ partitionIndex }) => ({
        partitionIndex,
        errorCode: errorCode('UNKNOWN_TOPIC_OR_PARTITION'),
      })),
    },
  };
}

function offsetsOf({ name, topicId, partitions }: OffsetCommitRequestTopic): readonly OffsetToCommit[] {
  return partitions.map((partition) => ({
    topic: name,
    topicId,
    partition: partition.partitionIndex,
    offset: partition.committedOffset,
    leaderEpoch: partition.committedLeaderEpoch,
    metadata: partition.committedMetadata,
  }));
}

/** The errors of the result are in the order of the offsets, so in that of the valid partitions. */
function response(checked: readonly CheckedTopic[], result: CommitResult): OffsetCommitResponseInit {
  const errors = (result.error === null ? result.offsets : []).values();
  const next = () => errorCode(result.error ?? errors.next().value ?? 'NONE');
  return {
    topics: checked.map(({ valid, refused }) => {
      const answered = valid?.partitions.map(({ partitionIndex }) => ({ partitionIndex, errorCode: next() }));
      return { ...refused, partitions: [...refused.partitions, ...(answered ?? [])] };
    }),
  };
}

function failed(request: OffsetCommitRequest, error: ErrorName): OffsetCommitResponseInit {
  return {
    topics: request.topics.map(({ name, topicId, partitions }) => ({
      name,
      topicId,
      partitions: partitions.map(({ partitionIndex }) => ({ partitionIndex, errorCode: errorCode(error) })),
    })),
  };
}
