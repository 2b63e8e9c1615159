import type { Uuid } from '@millrace/foundation/types';
import type { ErrorName } from '@millrace/protocol';
import type { MetadataImage, PartitionImage } from '../metadata/image.ts';
import { type PartitionChangeRecordOf, partitionChangeRecord } from '../metadata/record-builders.ts';
import { type MetadataRecord, NO_LEADER_CHANGE } from '../metadata/records.ts';
import { registrationRefusal } from './brokers.ts';
import type { Decision, DecisionInput } from './decision.ts';
import { isActive, partitionChange } from './partition-changes.ts';

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
  /** Whether the leader says that it may lack records. Here it is never asked whether it does. */
  readonly isRecovering?: boolean;
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
    const topic = input.image.topicsById.get(topicId);
    if (topic === undefined) return { topicId, partition, error: 'UNKNOWN_TOPIC_ID' };
    const isr = asked.isr.map(({ id }) => id);
    const mayLead = (id: number): boolean => id === command.brokerId || isActive(input.image, id);
    // Where nothing changes a record says so still: the leader waits for a new partition epoch.
    const record =
      partitionChange(input, topic, current, { isr, mayLead }) ??
      partitionChangeRecord(topicId, partition, { isr });
    records.push(record);
    return outcome(asked, current, record);
  });
  return { records, response: { error: null, partitions } };
}

/** A set that completes a reassignment may cost the asking leader its place: it hears who leads by the metadata. */
function outcome(
  { topicId, partition }: PartitionToAlter,
  before: PartitionImage,
  { value }: PartitionChangeRecordOf,
): AlteredPartition {
  const isNewEpoch = value.leader !== NO_LEADER_CHANGE;
  if (isNewEpoch && value.leader !== before.leader)
    return { topicId, partition, error: 'NEW_LEADER_ELECTED' };
  return {
    topicId,
    partition,
    error: null,
    leader: before.leader,
    leaderEpoch: before.leaderEpoch + (isNewEpoch ? 1 : 0),
    isr: value.isr ?? before.isr,
    partitionEpoch: before.partitionEpoch + 1,
  };
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
  if (!isSound || !ids.includes(brokerId) || asked.isRecovering === true) return 'INVALID_REQUEST';
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
