import type { MetadataImage, PartitionImage, TopicImage } from '../metadata/image.ts';
import { partitionChangeRecord } from '../metadata/record-builders.ts';
import { type MetadataRecord, NO_LEADER } from '../metadata/records.ts';
import type { ControllerRules } from './decision.ts';

export interface ElectionRules {
  readonly image: MetadataImage;
  readonly rules: ControllerRules;
}

/** What a partition is to become; leader and epochs follow from it. */
export interface WantedPartition {
  readonly isr: readonly number[];
  /** Whether the replica may lead. */
  readonly mayLead: (id: number) => boolean;
  /** Who leads where it may, before the order of the replicas. */
  readonly preferred?: number;
}

/** Whether a broker takes part: it is registered, not fenced and not on its way down. */
export function isActive(image: MetadataImage, id: number): boolean {
  const broker = image.brokers.get(id);
  return broker !== undefined && !broker.fenced && !broker.inControlledShutdown;
}

/**
 * The record that takes a partition there, or null where it is there. The leader stays where it may; else the first replica
 * in sync that may lead takes over, or, where the topic allows unclean elections, any that is alive, with loss.
 */
export function partitionChange(
  input: ElectionRules,
  topic: TopicImage,
  partition: PartitionImage,
  wanted: WantedPartition,
): MetadataRecord | null {
  const { isr, leader, isRecovering } = elected(input, topic, partition, wanted);
  const isSameIsr = isr.length === partition.isr.length && isr.every((id) => partition.isr.includes(id));
  const isSameLeader = leader === partition.leader;
  if (isSameIsr && isSameLeader) return null;
  return partitionChangeRecord(topic.id, partition.partition, {
    ...(!isSameIsr && { isr }),
    ...(!isSameLeader && { leader }),
    ...(isRecovering && { isRecovering }),
  });
}

function elected(
  { image, rules }: ElectionRules,
  topic: TopicImage,
  { replicas, leader }: PartitionImage,
  { isr, mayLead, preferred }: WantedPartition,
): { readonly isr: readonly number[]; readonly leader: number; readonly isRecovering: boolean } {
  const inOrder = [...(preferred === undefined ? [leader] : [preferred, leader]), ...replicas];
  const clean = inOrder.find((id) => isr.includes(id) && mayLead(id));
  if (clean !== undefined) return { isr, leader: clean, isRecovering: false };
  const unclean = rules.allowsUncleanElection(image, topic.name) ? replicas.find(mayLead) : undefined;
  if (unclean !== undefined) return { isr: [unclean], leader: unclean, isRecovering: true };
  return { isr, leader: NO_LEADER, isRecovering: false };
}

/** What follows for all partitions where a broker is gone: it leads none, and is in no set that has others left. */
export function changesWithout(input: ElectionRules, brokerId: number): readonly MetadataRecord[] {
  return everyChange(input, (partition) => {
    if (partition.leader !== brokerId && !partition.isr.includes(brokerId)) return null;
    const others = partition.isr.filter((id) => id !== brokerId);
    return {
      isr: others.length > 0 ? others : partition.isr,
      mayLead: (id) => id !== brokerId && isActive(input.image, id),
    };
  });
}

/** What follows where a broker has come: partitions without a leader get it, if it may lead them. */
export function changesWith(input: ElectionRules, brokerId: number): readonly MetadataRecord[] {
  return everyChange(input, (partition) => {
    if (partition.leader !== NO_LEADER || !partition.replicas.includes(brokerId)) return null;
    return { isr: partition.isr, mayLead: (id) => id === brokerId || isActive(input.image, id) };
  });
}

function everyChange(
  input: ElectionRules,
  wantedOf: (partition: PartitionImage) => WantedPartition | null,
): readonly MetadataRecord[] {
  const records: MetadataRecord[] = [];
  for (const topic of input.image.topicsById.values()) {
    for (const partition of topic.partitions) {
      const wanted = wantedOf(partition);
      const record = wanted && partitionChange(input, topic, partition, wanted);
      if (record) records.push(record);
    }
  }
  return records;
}
