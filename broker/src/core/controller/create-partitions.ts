import type { PartitionImage } from '../metadata/image.ts';
import { partitionRecord } from '../metadata/record-builders.ts';
import type { MetadataRecord } from '../metadata/records.ts';
import {
  type CreatePartitionsCommand,
  type CreatePartitionsResult,
  type PartitionsToCreate,
  QUOTA_EXCEEDED,
  type Refusal,
} from './commands.ts';
import { type Decision, type DecisionInput, RECORDS_PER_COMMAND_MAX } from './decision.ts';
import { repeated } from './repeated.ts';
import { assignmentProblem, newPartition, placeReplicas } from './replica-placement.ts';

/** CreatePartitions: a topic only ever grows; new partitions have as many replicas as the first one. */
export function createPartitions(
  input: DecisionInput,
  command: CreatePartitionsCommand,
): Decision<readonly CreatePartitionsResult[]> {
  const records: MetadataRecord[] = [];
  const twice = repeated(command.topics.map(({ name }) => name));
  const response = command.topics.map((topic): CreatePartitionsResult => {
    const { name } = topic;
    if (twice.has(name))
      return { name, error: 'INVALID_REQUEST', message: `The request names topic "${name}" more than once.` };
    const added = addedPartitions(input, topic);
    if ('error' in added) return { name, ...added };
    if (command.admits?.(added.length) === false) return { name, ...QUOTA_EXCEEDED };
    if (records.length + added.length > RECORDS_PER_COMMAND_MAX)
      return { name, error: 'POLICY_VIOLATION', message: 'The request makes too many partitions at once.' };
    const topicId = input.image.topicsByName.get(name)?.id ?? '';
    for (const partition of added) records.push(partitionRecord(topicId, partition));
    return { name, error: null, message: null };
  });
  return { records: command.validateOnly ? [] : records, response };
}

function addedPartitions(
  input: DecisionInput,
  request: PartitionsToCreate,
): readonly PartitionImage[] | Refusal {
  const topic = input.image.topicsByName.get(request.name);
  if (!topic) return { error: 'UNKNOWN_TOPIC_OR_PARTITION', message: null };
  const has = topic.partitions.length;
  const count = request.count - has;
  if (count === 0)
    return { error: 'INVALID_PARTITIONS', message: `Topic "${topic.name}" has ${has} partition(s) already.` };
  if (count < 0) {
    return {
      error: 'INVALID_PARTITIONS',
      message: `Topic "${topic.name}" has ${has} partition(s) and cannot shrink to ${request.count}.`,
    };
  }
  const replicationFactor = topic.partitions[0]?.replicas.length ?? 1;
  if (request.assignments) return assigned(input, request.assignments, { has, count, replicationFactor });
  if (count > RECORDS_PER_COMMAND_MAX)
    return { error: 'POLICY_VIOLATION', message: 'The request makes too many partitions at once.' };
  return placeReplicas(input.image, {
    existing: topic.partitions,
    count,
    replicationFactor,
    random: input.random,
  });
}

function assigned(
  input: DecisionInput,
  assignments: readonly (readonly number[])[],
  topic: { readonly has: number; readonly count: number; readonly replicationFactor: number },
): readonly PartitionImage[] | Refusal {
  const refused = (message: string): Refusal => ({ error: 'INVALID_REPLICA_ASSIGNMENT', message });
  if (assignments.length !== topic.count)
    return refused(`${topic.count} partition(s) are to be added, but ${assignments.length} are assigned.`);
  const partitions: PartitionImage[] = [];
  for (const [index, replicas] of assignments.entries()) {
    const problem = assignmentProblem(input.image, replicas, topic.replicationFactor);
    if (problem !== null) return refused(problem);
    const created = newPartition(input.image, topic.has + index, replicas);
    if (!created) return refused(`No broker of partition ${topic.has + index} is alive.`);
    partitions.push(created);
  }
  return partitions;
}
