import { configResourceTypeIds } from '../metadata/config-resources.ts';
import type { PartitionImage } from '../metadata/image.ts';
import { partitionRecord } from '../metadata/record-builders.ts';
import type { MetadataRecord } from '../metadata/records.ts';
import {
  type ConfigEntry,
  type CreateTopicResult,
  type CreateTopicsCommand,
  QUOTA_EXCEEDED,
  type Refusal,
  type TopicToCreate,
} from './commands.ts';
import { type Decision, type DecisionInput, RECORDS_PER_COMMAND_MAX } from './decision.ts';
import { repeated } from './repeated.ts';
import { assignmentProblem, newPartition, placeReplicas } from './replica-placement.ts';
import { CLUSTER_METADATA_TOPIC, collisionKey, topicNameProblem } from './topic-names.ts';

/** CreateTopics: each topic by itself; checks in Kafka's order. */
export function createTopics(
  input: DecisionInput,
  command: CreateTopicsCommand,
): Decision<readonly CreateTopicResult[]> {
  const records: MetadataRecord[] = [];
  const taken = new Map<string, string>();
  for (const name of input.image.topicsByName.keys()) taken.set(collisionKey(name), name);
  const twice = repeated(command.topics.map(({ name }) => name));
  const results = command.topics.map((topic): CreateTopicResult => {
    const decided = createTopic(input, command, topic, { taken, twice });
    if ('error' in decided) return { name: topic.name, ...decided };
    if (records.length + decided.records.length > RECORDS_PER_COMMAND_MAX) {
      return {
        name: topic.name,
        error: 'POLICY_VIOLATION',
        message: 'The request makes too many partitions at once.',
      };
    }
    for (const record of decided.records) records.push(record);
    taken.set(collisionKey(topic.name), topic.name);
    return decided.result;
  });
  return { records: command.validateOnly ? [] : records, response: results };
}

/** The names that a new topic may not have. */
interface NamesInUse {
  /** By what collides with them. */
  readonly taken: ReadonlyMap<string, string>;
  /** Those that the request names more than once. */
  readonly twice: ReadonlySet<string>;
}

interface Created {
  readonly records: readonly MetadataRecord[];
  readonly result: CreateTopicResult;
}

function createTopic(
  input: DecisionInput,
  command: CreateTopicsCommand,
  topic: TopicToCreate,
  names: NamesInUse,
): Created | Refusal {
  const { name } = topic;
  const refusal = nameRefusal(name, names) ?? configRefusal(input, topic.configs);
  if (refusal) return refusal;
  const partitions = topic.assignments.length > 0 ? placedAsAsked(input, topic) : placed(input, topic);
  if ('error' in partitions) return partitions;
  if (command.admits?.(partitions.length) === false) return QUOTA_EXCEEDED;
  const topicId = input.newId();
  const configs = new Map(topic.configs.map((entry) => [entry.name, entry.value ?? '']));
  const records: MetadataRecord[] = [{ kind: 'TopicRecord', value: { name, topicId } }];
  for (const [key, value] of configs) {
    records.push({
      kind: 'ConfigRecord',
      value: { resourceType: configResourceTypeIds.topic, resourceName: name, name: key, value },
    });
  }
  for (const partition of partitions) records.push(partitionRecord(topicId, partition));
  const replicationFactor = partitions[0]?.replicas.length ?? 0;
  return {
    records,
    result: { name, error: null, topicId, numPartitions: partitions.length, replicationFactor, configs },
  };
}

function nameRefusal(name: string, { taken, twice }: NamesInUse): Refusal | null {
  if (twice.has(name))
    return { error: 'INVALID_REQUEST', message: `The request names topic "${name}" more than once.` };
  if (name === CLUSTER_METADATA_TOPIC)
    return { error: 'INVALID_REQUEST', message: `"${name}" is the cluster's own and cannot be created.` };
  const other = taken.get(collisionKey(name));
  if (other === name) return { error: 'TOPIC_ALREADY_EXISTS', message: `Topic "${name}" exists already.` };
  const problem = topicNameProblem(name);
  if (problem !== null) return { error: 'INVALID_TOPIC_EXCEPTION', message: problem };
  if (other !== undefined) {
    return {
      error: 'INVALID_TOPIC_EXCEPTION',
      message: `Topic "${name}" collides with topic "${other}": "." and "_" count as the same.`,
    };
  }
  return null;
}

function configRefusal(input: DecisionInput, configs: readonly ConfigEntry[]): Refusal | null {
  const unset = configs.find((entry) => entry.value === null);
  if (unset) return { error: 'INVALID_CONFIG', message: `"${unset.name}" has no value.` };
  const values = new Map(configs.map((entry) => [entry.name, entry.value ?? '']));
  return input.rules.validateConfigs('topic', values);
}

function placedAsAsked(input: DecisionInput, topic: TopicToCreate): readonly PartitionImage[] | Refusal {
  const misfit = topic.replicationFactor !== -1 ? 'replication factor' : 'number of partitions';
  if (topic.replicationFactor !== -1 || topic.numPartitions !== -1) {
    return { error: 'INVALID_REQUEST', message: `With an assignment given, the ${misfit} must be -1.` };
  }
  const partitions: PartitionImage[] = [];
  const assigned = new Set<number>();
  const refused = (message: string): Refusal => ({ error: 'INVALID_REPLICA_ASSIGNMENT', message });
  for (const { partition, brokerIds } of topic.assignments) {
    if (assigned.has(partition)) return refused(`Partition ${partition} is assigned more than once.`);
    assigned.add(partition);
    const problem = assignmentProblem(input.image, brokerIds, partitions[0]?.replicas.length ?? null);
    if (problem !== null) return refused(problem);
    const created = newPartition(input.image, partition, brokerIds);
    if (!created) return refused(`No broker of partition ${partition} is alive.`);
    partitions.push(created);
  }
  partitions.sort((left, right) => left.partition - right.partition);
  const consecutive = partitions.every((partition, index) => partition.partition === index);
  return consecutive ? partitions : refused('Assigned partitions must be numbered from 0 without gaps.');
}

function placed(input: DecisionInput, topic: TopicToCreate): readonly PartitionImage[] | Refusal {
  const { numPartitions, replicationFactor } = topic;
  if (replicationFactor < -1 || replicationFactor === 0) {
    return {
      error: 'INVALID_REPLICATION_FACTOR',
      message: `The replication factor must be above 0, or -1 for the default, not ${replicationFactor}.`,
    };
  }
  if (numPartitions < -1 || numPartitions === 0) {
    return {
      error: 'INVALID_PARTITIONS',
      message: `The number of partitions must be above 0, or -1 for the default, not ${numPartitions}.`,
    };
  }
  const count = numPartitions === -1 ? input.rules.defaultNumPartitions : numPartitions;
  if (count > RECORDS_PER_COMMAND_MAX)
    return { error: 'POLICY_VIOLATION', message: 'The request makes too many partitions at once.' };
  return placeReplicas(input.image, {
    existing: [],
    count,
    replicationFactor: replicationFactor === -1 ? input.rules.defaultReplicationFactor : replicationFactor,
    random: input.random,
  });
}
