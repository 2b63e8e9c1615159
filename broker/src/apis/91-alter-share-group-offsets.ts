import { ZERO_UUID } from '@millrace/foundation';
import { type ErrorName, errorCode } from '@millrace/protocol';
import {
  type AlterShareGroupOffsetsRequestTopic,
  type AlterShareGroupOffsetsResponseInit,
  alterShareGroupOffsets as api,
} from '@millrace/protocol/messages';
import { defineApi, type RequestContext } from './api.ts';
import { mayOnGroup } from './group-caller.ts';
import { shareTopic } from './share-topics.ts';

/**
 * AlterShareGroupOffsets v0
 *
 * - A share group without members begins anew in partitions, at the offsets that are given: what was delivered is forgotten.
 * - A group that is not there is made. NON_EMPTY_GROUP where somebody reads; GROUP_ID_NOT_FOUND for one of another kind. Partitions that do not exist are answered one by one.
 *
 * Versions: only one.
 *
 * Not implemented: nothing.
 */
export const alterShareGroupOffsets = defineApi({
  api,
  versions: [0, 0],
  access: [
    ['READ', 'GROUP'],
    ['READ', 'TOPIC'],
  ],
  async handle(context, request): Promise<AlterShareGroupOffsetsResponseInit> {
    const { groupId } = request;
    if (groupId === '') return failed('INVALID_GROUP_ID');
    if (!mayOnGroup(context, 'READ', groupId)) return failed('GROUP_AUTHORIZATION_FAILED');
    const asked = request.topics.map((topic) => offsetsOf(context, topic));
    const sound = asked.flat().filter(({ error }) => error === null);
    const topics = [...Map.groupBy(sound, ({ topicId }) => topicId)].map(([topicId, ofTopic]) => ({
      topicId,
      topicName: ofTopic[0]?.topicName ?? '',
      partitions: [...new Set(ofTopic.map(({ partition }) => partition))],
    }));
    const altered = await context.services.shareGroups.alterOffsets(groupId, topics, sound);
    if (altered.error !== null) {
      const message = altered.error === 'GROUP_ID_NOT_FOUND' ? `Group ${groupId} not found.` : null;
      return failed(altered.error, message);
    }
    const errors = new Map(sound.map((one, index) => [one, altered.errors[index] ?? null]));
    return {
      throttleTimeMs: 0,
      errorCode: errorCode('NONE'),
      responses: request.topics.map(({ topicName }, index) => {
        const partitions = asked[index] ?? [];
        return {
          topicName,
          topicId: partitions[0]?.topicId ?? ZERO_UUID,
          partitions: partitions.map((one) => ({
            partitionIndex: one.partition,
            errorCode: errorCode(one.error ?? errors.get(one) ?? 'NONE'),
          })),
        };
      }),
    };
  },
  refuse: (_request, error) => failed(error),
});

interface AskedOffset {
  readonly topicName: string;
  readonly topicId: string;
  readonly partition: number;
  readonly startOffset: number;
  readonly error: ErrorName | null;
}

function offsetsOf(
  context: RequestContext,
  { topicName, partitions }: AlterShareGroupOffsetsRequestTopic,
): readonly AskedOffset[] {
  const topic = shareTopic(context, 'READ', topicName);
  return partitions.map(({ partitionIndex: partition, startOffset }): AskedOffset => {
    const where = { topicName, partition, startOffset };
    if (topic.error !== null) return { ...where, topicId: ZERO_UUID, error: topic.error };
    const isThere = partition >= 0 && partition < topic.partitionCount;
    return { ...where, topicId: topic.topicId, error: isThere ? null : 'UNKNOWN_TOPIC_OR_PARTITION' };
  });
}

function failed(error: ErrorName, errorMessage: string | null = null): AlterShareGroupOffsetsResponseInit {
  return { throttleTimeMs: 0, errorCode: errorCode(error), errorMessage, responses: [] };
}
