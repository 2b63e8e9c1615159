import type { PartitionImage, TopicImage } from '../metadata/image.ts';
import type { MetadataRecord } from '../metadata/records.ts';
import type {
  AlterPartitionReassignmentsCommand,
  PartitionResult,
  PartitionToReassign,
  ReassignmentResult,
  Refusal,
} from './commands.ts';
import { type Decision, type DecisionInput, RECORDS_PER_COMMAND_MAX } from './decision.ts';
import { isActive, partitionChange, type WantedPartition } from './partition-changes.ts';
import { isReassigned, originalReplicas, reassignmentTo } from './reassignment.ts';
import { assignmentProblem } from './replica-placement.ts';

/**
 * AlterPartitionReassignments (KIP-455): new replicas join, and when all of them are in sync those that leave are dropped
 * (`partition-changes.ts` sees to that, whatever completes it). Each partition is decided by itself.
 */
export function alterPartitionReassignments(
  input: DecisionInput,
  command: AlterPartitionReassignmentsCommand,
): Decision<readonly ReassignmentResult[]> {
  const records: MetadataRecord[] = [];
  const named = new Set<string>();
  const response = command.topics.map(({ name, partitions }) => ({
    name,
    partitions: partitions.map((asked): PartitionResult => {
      const { partition } = asked;
      const key = `${name}-${partition}`;
      if (named.has(key))
        return { partition, error: 'INVALID_REQUEST', message: 'The request names it twice.' };
      named.add(key);
      if (records.length >= RECORDS_PER_COMMAND_MAX)
        return { partition, error: 'POLICY_VIOLATION', message: 'The request moves too much at once.' };
      const decided = decide(input, command, name, asked);
      if (decided !== null && 'error' in decided) return { partition, ...decided };
      if (decided !== null) records.push(decided);
      return { partition, error: null, message: null };
    }),
  }));
  return { records, response };
}

/** Null where the partition is as it should be. */
function decide(
  input: DecisionInput,
  command: AlterPartitionReassignmentsCommand,
  name: string,
  { partition: index, replicas }: PartitionToReassign,
): MetadataRecord | Refusal | null {
  const topic = input.image.topicsByName.get(name);
  const partition = topic?.partitions[index];
  if (!topic || !partition)
    return { error: 'UNKNOWN_TOPIC_OR_PARTITION', message: 'There is no such partition.' };
  const wanted =
    replicas === null ? taken(input, topic, partition) : moved(input, command, partition, replicas);
  return 'error' in wanted ? wanted : partitionChange(input, topic, partition, wanted);
}

function moved(
  input: DecisionInput,
  command: AlterPartitionReassignmentsCommand,
  partition: PartitionImage,
  target: readonly number[],
): WantedPartition | Refusal {
  const problem = assignmentProblem(input.image, target, null);
  if (problem !== null) return { error: 'INVALID_REPLICA_ASSIGNMENT', message: problem };
  const staying = partition.replicas.filter((id) => !partition.removing.includes(id));
  if (!command.allowReplicationFactorChange && target.length !== staying.length) {
    const message = `The partition has ${staying.length} replica(s) and would get ${target.length}.`;
    return { error: 'INVALID_REPLICATION_FACTOR', message };
  }
  const reassignment = reassignmentTo(partition, target);
  const isr = partition.isr.filter((id) => reassignment.replicas.includes(id));
  if (isr.length === 0 && partition.isr.length > 0) {
    const message = 'All replicas in sync came by the reassignment under way, and would go with it.';
    return { error: 'INVALID_REPLICA_ASSIGNMENT', message };
  }
  return { isr, reassignment, mayLead: (id) => isActive(input.image, id) };
}

/** A move that is taken back: what it was adding goes, what it was removing stays. */
function taken(
  input: DecisionInput,
  topic: TopicImage,
  partition: PartitionImage,
): WantedPartition | Refusal {
  if (!isReassigned(partition))
    return { error: 'NO_REASSIGNMENT_IN_PROGRESS', message: 'The partition is not being moved.' };
  const isr = partition.isr.filter((id) => !partition.adding.includes(id));
  const isLossy = isr.length === 0 && partition.isr.length > 0;
  if (isLossy && !input.rules.allowsUncleanElection(input.image, topic.name)) {
    const message =
      'Only replicas that came by the reassignment are in sync: without them records would be lost.';
    return { error: 'INVALID_REPLICA_ASSIGNMENT', message };
  }
  const reassignment = { replicas: originalReplicas(partition), adding: [], removing: [] };
  return { isr, reassignment, mayLead: (id) => isActive(input.image, id) };
}
