import { ZERO_UUID } from '@millrace/foundation/types';
import { type ErrorName, errorCode } from '@millrace/protocol';
import {
  deleteTopics as api,
  type DeleteTopicsRequest,
  type DeleteTopicsResponseInit,
  type DeleteTopicsResponseTopicInit,
} from '@millrace/protocol/messages';
import type { TopicReference } from '../core/controller/commands.ts';
import { defineApi, type RequestContext } from './api.ts';
import { MutationCharge } from './mutation-charge.ts';

const STRICT_QUOTA_VERSION = 5;

/**
 * DeleteTopics v1-6
 *
 * - Topics by name or, in v6, by id; one that is named with both or neither is an INVALID_REQUEST.
 * - A topic that stands twice is refused, and answered once.
 * - `delete.topic.enable=false` answers TOPIC_DELETION_DISABLED.
 * - Who may not describe a topic does not learn its name by its id.
 * - Who has made or deleted more partitions than their quota allows: THROTTLING_QUOTA_EXCEEDED (before v5: a wait).
 *
 * Versions: v5 error messages; v6 topic ids.
 *
 * Not implemented: `timeout.ms` (answers come when the quorum has committed).
 */
export const deleteTopics = defineApi({
  api,
  versions: [1, 6],
  access: [
    ['DELETE', 'TOPIC'],
    ['DESCRIBE', 'TOPIC'],
  ],
  forwards: true,
  async handle(context, request): Promise<DeleteTopicsResponseInit> {
    const asked = askedFor(request);
    const refused = asked.map((topic) => refusal(context, topic));
    const topics: TopicReference[] = asked
      .filter((_, index) => !refused[index])
      .map(({ name, topicId }) => (name === null ? { topicId } : { name }));
    const charge = new MutationCharge(context, STRICT_QUOTA_VERSION);
    const { admits } = charge;
    const results = (await context.services.controller.deleteTopics({ topics, admits })).values();
    const answers = refused.map((failure): DeleteTopicsResponseTopicInit => {
      if (failure) return failure;
      const result = results.next().value;
      return {
        name: result?.name ?? null,
        topicId: result?.topicId ?? ZERO_UUID,
        errorCode: errorCode(result?.error ?? 'NONE'),
        errorMessage: result?.message ?? null,
      };
    });
    return { throttleTimeMs: charge.settle(), responses: answeredOnce(asked, answers) };
  },
  refuse: (request, error) => ({
    throttleTimeMs: 0,
    responses: askedFor(request).map(({ name, topicId }) => ({ name, topicId, errorCode: errorCode(error) })),
  }),
});

interface AskedTopic {
  readonly name: string | null;
  readonly topicId: string;
}

function askedFor(request: DeleteTopicsRequest): readonly AskedTopic[] {
  const byName = request.topicNames.map((name) => ({ name, topicId: ZERO_UUID }));
  return byName.length > 0 ? byName : request.topics;
}

/** Of a topic that stands more than once, the first answer. */
function answeredOnce(
  asked: readonly AskedTopic[],
  answers: readonly DeleteTopicsResponseTopicInit[],
): readonly DeleteTopicsResponseTopicInit[] {
  const told = new Set<string>();
  return answers.filter((_, index) => {
    const key = `${asked[index]?.topicId} ${asked[index]?.name}`;
    const isFirst = !told.has(key);
    told.add(key);
    return isFirst;
  });
}

function refusal(context: RequestContext, topic: AskedTopic): DeleteTopicsResponseTopicInit | null {
  const failed = (error: ErrorName, errorMessage: string | null = null): DeleteTopicsResponseTopicInit => ({
    ...topic,
    errorCode: errorCode(error),
    errorMessage,
  });
  const byId = topic.topicId !== ZERO_UUID;
  if (byId && topic.name !== null)
    return failed('INVALID_REQUEST', 'A topic is named by its name or its id, not both.');
  if (!byId && topic.name === null) return failed('INVALID_REQUEST', 'Neither a name nor an id is given.');
  const name = topic.name ?? context.services.metadata.image().topicsById.get(topic.topicId)?.name;
  if (name === undefined) return null;
  if (context.authorize('DELETE', { type: 'TOPIC', name })) return null;
  const known = context.authorize('DESCRIBE', { type: 'TOPIC', name });
  return { ...failed('TOPIC_AUTHORIZATION_FAILED'), name: byId && !known ? null : name };
}
