import { type ErrorName, errorCode } from '@millrace/protocol';
import { offsetDelete as api, type OffsetDeleteResponseInit } from '@millrace/protocol/messages';
import { defineApi, type RequestContext } from './api.ts';
import { mayOnGroup } from './group-caller.ts';

/**
 * OffsetDelete v0
 *
 * - Offsets that the group never committed are deleted as well: NONE.
 * - GROUP_SUBSCRIBED_TO_TOPIC where a consumer of the group reads the topic; NON_EMPTY_GROUP where members are of
 *   another kind; GROUP_ID_NOT_FOUND.
 * - Partitions that do not exist are answered one by one; nothing is asked of the group when no other is left.
 *
 * Versions: there is one.
 *
 * Not implemented: nothing.
 */
export const offsetDelete = defineApi({
  api,
  versions: [0, 0],
  access: [
    ['DELETE', 'GROUP'],
    ['READ', 'TOPIC'],
  ],
  async handle(context, request): Promise<OffsetDeleteResponseInit> {
    const { groupId, topics } = request;
    if (!mayOnGroup(context, 'DELETE', groupId)) return failed('GROUP_AUTHORIZATION_FAILED');
    if (groupId === '') return failed('INVALID_GROUP_ID');
    const offsets = topics.flatMap(({ name, partitions }) =>
      partitions
        .filter(({ partitionIndex }) => problemOf(context, name, partitionIndex) === null)
        .map(({ partitionIndex }) => ({ topic: name, partition: partitionIndex })),
    );
    // Also where nothing is left to be deleted: whether there is such a group is told first.
    const result = await context.services.groups.deleteOffsets({ group: groupId, offsets });
    if (result.error !== null) return failed(result.error);
    const errorOf = (name: string, partition: number): ErrorName =>
      problemOf(context, name, partition) ??
      (result.subscribed.has(name) ? 'GROUP_SUBSCRIBED_TO_TOPIC' : 'NONE');
    return {
      errorCode: errorCode('NONE'),
      throttleTimeMs: 0,
      topics: topics.map(({ name, partitions }) => ({
        name,
        // As in Kafka: what the group was never asked about stands first.
        partitions: partitions
          .toSorted(
            (one, other) =>
              order(problemOf(context, name, one.partitionIndex)) -
              order(problemOf(context, name, other.partitionIndex)),
          )
          .map(({ partitionIndex }) => ({
            partitionIndex,
            errorCode: errorCode(errorOf(name, partitionIndex)),
          })),
      })),
    };
  },
  refuse: (_request, error) => failed(error),
});

function order(problem: ErrorName | null): number {
  return problem === null ? 1 : 0;
}

function problemOf(context: RequestContext, name: string, partition: number): ErrorName | null {
  if (!context.authorize('READ', { type: 'TOPIC', name })) return 'TOPIC_AUTHORIZATION_FAILED';
  const topic = context.services.metadata.image().topicsByName.get(name);
  return topic?.partitions[partition] === undefined ? 'UNKNOWN_TOPIC_OR_PARTITION' : null;
}

function failed(error: ErrorName): OffsetDeleteResponseInit {
  return { errorCode: errorCode(error), throttleTimeMs: 0, topics: [] };
}
