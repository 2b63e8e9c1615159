import type { Uuid } from '@millrace/foundation/types';
import type { ErrorName } from '@millrace/protocol';
import type { MetadataImage, PartitionImage } from '../metadata/image.ts';
import { partitionChangeRecord } from '../metadata/record-builders.ts';
import type { MetadataRecord } from '../metadata/records.ts';
import { registrationRefusal } from './brokers.ts';
import type { Decision, DecisionInput } from './decision.ts';
import { eligibleReplicas } from './partition-changes.ts';

/** AlterPartition (KIP-497, KIP-903): the leader's wish for another in-sync set. */
export interface AlterPartitionsCommand {
  readonly brokerId: number;
  readonly epoch: number;
  readonly partitions: readonly PartitionToAlter[];
}

export interface PartitionToAlter {
  readonly topicId: Uuid;
  readonly partition: number;
  readonly leaderEpoch: number;
  readonly partitionEpoch: number;
  /** The broker epoch is -1 where the leader does not know it. */
  readonly isr: readonly { readonly id: number; readonly epoch: number }[];
}

export type AlteredPartition = { readonly topicId: Uuid; readonly partition: number } & (
  | {
      readonly error: null;
      readonly leader: number;
      readonly leaderEpoch: number;
      readonly isr: readonly number[];
      readonly partitionEpoch: number;
    }
  | { readonly error: ErrorName }
);

export type AlterPartitionsResult =
  | { readonly error: null; readonly partitions: readonly AlteredPartition[] }
  | { readonly error: ErrorName };

/** Each partition is decided by itself; its leader goes on with what is answered. */
export function alterPartitions(
  input: DecisionInput,
  command: AlterPartitionsCommand,
): Decision<AlterPartitionsResult> {
  const refusal = registrationRefusal(input.image.brokers.get(command.brokerId), command);
  if (refusal) return { records: [], response: { error: refusal.error } };
  const records: MetadataRecord[] = [];
  const partitions = command.partitions.map((asked): AlteredPartition => {
    const { topicId, partition } = asked;
    const current = input.image.topicsById.get(topicId)?.partitions[partition];
    const error = problemOf(input.image, command.brokerId, asked, current);
    if (error !== null || current === undefined)
      return { topicId, partition, error: error ?? 'UNKNOWN_TOPIC_OR_PARTITION' };
    const isr = asked.isr.map(({ id }) => id);
    const topic = input.image.topicsById.get(topicId);
    const elr = topic === undefined ? [] : eligibleReplicas(input, topic, current, { isr });
    records.push(partitionChangeRecord(topicId, partition, { isr, elr }));
    const { leader, leaderEpoch } = current;
    return {
      topicId,
      partition,
      error: null,
      leader,
      leaderEpoch,
      isr,
      partitionEpoch: current.partitionEpoch + 1,
    };
  });
  return { records, response: { error: null, partitions } };
}

function problemOf(
  image: MetadataImage,
  brokerId: number,
  asked: PartitionToAlter,
  current: PartitionImage | undefined,
): ErrorName | null {
  if (!image.topicsById.has(asked.topicId)) return 'UNKNOWN_TOPIC_ID';
  if (current === undefined) return 'UNKNOWN_TOPIC_OR_PARTITION';
  if (asked.leaderEpoch > current.leaderEpoch || asked.partitionEpoch > current.partitionEpoch)
    return 'NOT_CONTROLLER';
  if (asked.leaderEpoch < current.leaderEpoch) return 'FENCED_LEADER_EPOCH';
  if (current.leader !== brokerId) return 'INVALID_REQUEST';
  if (asked.partitionEpoch < current.partitionEpoch) return 'INVALID_UPDATE_VERSION';
  const ids = asked.isr.map(({ id }) => id);
  const isSound = new Set(ids).size === ids.length && ids.every((id) => current.replicas.includes(id));
  if (!isSound || !ids.includes(brokerId)) return 'INVALID_REQUEST';
  return asked.isr.every((member) => mayBeInSync(image, current, member)) ? null : 'INELIGIBLE_REPLICA';
}

/** Who is new in the set has to be here to stay, in the registration that the leader saw. */
function mayBeInSync(
  image: MetadataImage,
  current: PartitionImage,
  { id, epoch }: { readonly id: number; readonly epoch: number },
): boolean {
  const broker = image.brokers.get(id);
  if (broker === undefined || broker.fenced) return false;
  if (epoch >= 0 && broker.epoch !== epoch) return false;
  return !broker.inControlledShutdown || current.isr.includes(id);
}
