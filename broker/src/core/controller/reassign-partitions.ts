import type {
  AlterPartitionReassignmentsCommand,
  PartitionToReassign,
  ReassignmentResult,
  Refusal,
} from './commands.ts';
import type { Decision, DecisionInput } from './decision.ts';
import { assignmentProblem } from './replica-placement.ts';

/**
 * AlterPartitionReassignments (KIP-455). Every replica is on the one broker that there is, so what can be asked for holds
 * already, and no records are made.
 */
export function alterPartitionReassignments(
  input: DecisionInput,
  command: AlterPartitionReassignmentsCommand,
): Decision<readonly ReassignmentResult[]> {
  const response = command.topics.map(({ name, partitions }) => ({
    name,
    partitions: partitions.map((asked) => ({
      partition: asked.partition,
      ...(refusal(input, command, name, asked) ?? { error: null, message: null }),
    })),
  }));
  return { records: [], response };
}

function refusal(
  input: DecisionInput,
  command: AlterPartitionReassignmentsCommand,
  name: string,
  { partition, replicas }: PartitionToReassign,
): Refusal | null {
  const current = input.image.topicsByName.get(name)?.partitions[partition];
  if (!current) return { error: 'UNKNOWN_TOPIC_OR_PARTITION', message: 'There is no such partition.' };
  if (replicas === null)
    return { error: 'NO_REASSIGNMENT_IN_PROGRESS', message: 'The partition is not being moved.' };
  const problem = assignmentProblem(input.image, replicas, null);
  if (problem !== null) return { error: 'INVALID_REPLICA_ASSIGNMENT', message: problem };
  if (!command.allowReplicationFactorChange && replicas.length !== current.replicas.length)
    return { error: 'INVALID_REPLICATION_FACTOR', message: 'The number of replicas would change.' };
  const isSame =
    replicas.length === current.replicas.length && replicas.every((id) => current.replicas.includes(id));
  return isSame
    ? null
    : { error: 'INVALID_REPLICA_ASSIGNMENT', message: 'Partitions do not move between brokers.' };
}
