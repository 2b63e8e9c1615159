import { ZERO_UUID } from '@millrace/foundation/types';
import type { TopicImage } from '../metadata/image.ts';
import type { MetadataRecord } from '../metadata/records.ts';
import {
  type DeleteTopicResult,
  type DeleteTopicsCommand,
  QUOTA_EXCEEDED,
  type TopicReference,
} from './commands.ts';
import { type Decision, type DecisionInput, RECORDS_PER_COMMAND_MAX, TOO_MUCH_AT_ONCE } from './decision.ts';
import { repeated } from './repeated.ts';

/** DeleteTopics by name or id. A topic that the request names twice is refused both times. */
export function deleteTopics(
  input: DecisionInput,
  command: DeleteTopicsCommand,
): Decision<readonly DeleteTopicResult[]> {
  const records: MetadataRecord[] = [];
  const found = command.topics.map((reference) => find(input, reference));
  const twice = repeated(found);
  const response = command.topics.map((reference, index): DeleteTopicResult => {
    const topic = found[index];
    if (!input.rules.deleteTopicEnable)
      return refused(reference, topic, 'TOPIC_DELETION_DISABLED', 'delete.topic.enable is false.');
    if (!topic) {
      const error = 'name' in reference ? 'UNKNOWN_TOPIC_OR_PARTITION' : 'UNKNOWN_TOPIC_ID';
      return refused(reference, topic, error, 'There is no such topic.');
    }
    if (twice.has(topic))
      return refused(reference, topic, 'INVALID_REQUEST', 'The request names this topic more than once.');
    if (command.admits?.(topic.partitions.length) === false)
      return refused(reference, topic, QUOTA_EXCEEDED.error, QUOTA_EXCEEDED.message ?? '');
    records.push({ kind: 'RemoveTopicRecord', value: { topicId: topic.id } });
    return { name: topic.name, topicId: topic.id, error: null, message: null };
  });
  if (records.length <= RECORDS_PER_COMMAND_MAX) return { records, response };
  const { error, message } = TOO_MUCH_AT_ONCE;
  const refusals = command.topics.map((reference, index) =>
    refused(reference, found[index], error, message ?? ''),
  );
  return { records: [], response: refusals };
}

function find(input: DecisionInput, reference: TopicReference): TopicImage | undefined {
  return 'name' in reference
    ? input.image.topicsByName.get(reference.name)
    : input.image.topicsById.get(reference.topicId);
}

function refused(
  reference: TopicReference,
  topic: TopicImage | undefined,
  error: NonNullable<DeleteTopicResult['error']>,
  message: string,
): DeleteTopicResult {
  const name = topic?.name ?? ('name' in reference ? reference.name : null);
  const topicId = topic?.id ?? ('topicId' in reference ? reference.topicId : ZERO_UUID);
  return { name, topicId, error, message };
}
