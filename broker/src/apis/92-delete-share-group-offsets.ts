import { ZERO_UUID } from '@millrace/foundation';
import { type ErrorName, errorCode } from '@millrace/protocol';
import {
  deleteShareGroupOffsets as api,
  type DeleteShareGroupOffsetsResponseInit,
} from '@millrace/protocol/messages';
import { defineApi } from './api.ts';
import { mayOnGroup } from './group-caller.ts';
import { shareTopic } from './share-topics.ts';

/**
 * DeleteShareGroupOffsets v0
 *
 * - A share group without members forgets topics: it begins in them as if it had never read them.
 * - NON_EMPTY_GROUP where somebody reads; GROUP_ID_NOT_FOUND. Topics that the group has not begun are answered one by one.
 *
 * Versions: only one.
 *
 * Not implemented: nothing.
 */
export const deleteShareGroupOffsets = defineApi({
  api,
  versions: [0, 0],
  access: [
    ['DELETE', 'GROUP'],
    ['READ', 'TOPIC'],
  ],
  async handle(context, request): Promise<DeleteShareGroupOffsetsResponseInit> {
    const { groupId } = request;
    const { shareGroups } = context.services;
    if (groupId === '') return failed('INVALID_GROUP_ID');
    if (!mayOnGroup(context, 'DELETE', groupId)) return failed('GROUP_AUTHORIZATION_FAILED');
    const begun = await shareGroups.begunTopics(groupId);
    if (begun.error !== null) return failed(begun.error, `Group ${groupId} not found.`);
    const known = new Map(begun.topics.map((topic) => [topic.topicId, topic]));
    const asked = request.topics.map(({ topicName }) => {
      const topic = shareTopic(context, 'READ', topicName);
      return topic.error === null
        ? { topicName, error: null, topicId: topic.topicId, begun: known.get(topic.topicId) }
        : { topicName, error: topic.error, topicId: ZERO_UUID, begun: undefined };
    });
    // One that stands more than once is forgotten once.
    const forgotten = new Set(asked.flatMap((topic) => topic.begun ?? []));
    const error = await shareGroups.deleteOffsets(groupId, [...forgotten]);
    if (error !== null) return failed(error);
    return {
      throttleTimeMs: 0,
      errorCode: errorCode('NONE'),
      responses: asked.map(({ topicName, topicId, ...topic }) => {
        if (topic.error !== null) return { topicName, topicId, errorCode: errorCode(topic.error) };
        if (topic.begun !== undefined) return { topicName, topicId, errorCode: errorCode('NONE') };
        const errorMessage = 'There is no offset information to delete.';
        return { topicName, topicId, errorCode: errorCode('UNKNOWN_TOPIC_OR_PARTITION'), errorMessage };
      }),
    };
  },
  refuse: (_request, error) => failed(error),
});

function failed(error: ErrorName, errorMessage: string | null = null): DeleteShareGroupOffsetsResponseInit {
  return { throttleTimeMs: 0, errorCode: errorCode(error), errorMessage, responses: [] };
}
