import type { ErrorName } from '@millrace/protocol';
import type { Operation, RequestContext } from './api.ts';

/** A topic that a request about a share group names, or why it is not told. */
export type ShareTopic =
  | { readonly error: ErrorName }
  | { readonly error: null; readonly topicId: string; readonly partitionCount: number };

/** Looks up a topic that the caller may do that on. */
export function shareTopic(context: RequestContext, operation: Operation, name: string): ShareTopic {
  if (!context.authorize(operation, { type: 'TOPIC', name })) return { error: 'TOPIC_AUTHORIZATION_FAILED' };
  const topic = context.services.metadata.image().topicsByName.get(name);
  if (topic === undefined) return { error: 'UNKNOWN_TOPIC_OR_PARTITION' };
  return { error: null, topicId: topic.id, partitionCount: topic.partitions.length };
}
