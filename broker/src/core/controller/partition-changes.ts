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
  /** It may have lost what it had: it is not eligible, whatever it was. */
  readonly lossy?: number;
}

/** Whether a broker takes part: it is registered, not fenced and not on its way down. */
export function isActive(image: MetadataImage, id: number): boolean {
  const broker = image.brokers.get(id);
  return broker !== undefined && !broker.fenced && !broker.inControlledShutdown;
}

/**
 * Who may lead without loss though it is out of the in-sync set (KIP-966): while that is below `min.insync.replicas` nothing is
 * committed, so that who leaves it then lacks nothing.
 */
export function eligibleReplicas(
  { image, rules }: ElectionRules,
  topic: TopicImage,
  partition: PartitionImage,
  { isr, lossy }: { readonly isr: readonly number[]; readonly lossy?: number },
): readonly number[] {
  const minInSync = Math.min(rules.minInSyncReplicas(image, topic.name), partition.replicas.length);
  if (isr.length >= minInSync) return [];
  const known = new Set([...partition.elr, ...partition.isr]);
  return partition.replicas.filter((id) => known.has(id) && !isr.includes(id) && id !== lossy);
}

/**
 * The record that takes a partition there, or null where it is there. The leader stays where it may; else the first replica
 * in sync that may lead takes over, then one that is eligible, or, where the topic allows unclean elections, any that is alive, with
 * loss.
 */
export function partitionChange(
  input: ElectionRules,
  topic: TopicImage,
  partition: PartitionImage,
  wanted: WantedPartition,
): MetadataRecord | null {
  const { isr, elr, leader, isRecovering } = elected(input, topic, partition, wanted);
  const isSameIsr = isSameSet(isr, partition.isr);
  const isSameElr = isSameSet(elr, partition.elr);
  const isSameLeader = leader === partition.leader;
  if (isSameIsr && isSameElr && isSameLeader) return null;
  return partitionChangeRecord(topic.id, partition.partition, {
    ...(!isSameIsr && { isr }),
    ...(!isSameElr && { elr }),
    ...(!isSameLeader && { leader }),
    ...(isRecovering && { isRecovering }),
  });
}

interface Elected {
  readonly isr: readonly number[];
  readonly elr: readonly number[];
  readonly leader: number;
  readonly isRecovering: boolean;
}

function elected(
  input: ElectionRules,
  topic: TopicImage,
  partition: PartitionImage,
  wanted: WantedPartition,
): Elected {
  const { image, rules } = input;
  const { replicas, leader } = partition;
  const { isr, mayLead, lossy } = wanted;
  const elr = eligibleReplicas(input, topic, partition, wanted);
  const clean = [leader, ...replicas].find((id) => isr.includes(id) && mayLead(id));
  if (clean !== undefined) return { isr, elr, leader: clean, isRecovering: false };
  const eligible = elr.find(mayLead);
  if (eligible !== undefined) {
    const others = elr.filter((id) => id !== eligible);
    const left = isr.filter((id) => id !== lossy);
    return { isr: [eligible], elr: [...others, ...left], leader: eligible, isRecovering: false };
  }
  const unclean = rules.allowsUncleanElection(image, topic.name) ? replicas.find(mayLead) : undefined;
  if (unclean !== undefined) return { isr: [unclean], elr: [], leader: unclean, isRecovering: true };
  return { isr, elr, leader: NO_LEADER, isRecovering: false };
}

function isSameSet(left: readonly number[], right: readonly number[]): boolean {
  return left.length === right.length && left.every((id) => right.includes(id));
}

/**
 * What follows for all partitions where a broker is gone: it leads none, and is in no set that has others left.
 * @param mayLackItsEnd it may have lost the end of its logs, and is eligible nowhere then, but where nobody else is
 */
export function changesWithout(
  input: ElectionRules,
  brokerId: number,
  { mayLackItsEnd }: { readonly mayLackItsEnd: boolean } = { mayLackItsEnd: false },
): readonly MetadataRecord[] {
  return everyChange(input, (partition) => {
    const { leader, isr, elr } = partition;
    if (leader !== brokerId && !isr.includes(brokerId) && !elr.includes(brokerId)) return null;
    const others = isr.filter((id) => id !== brokerId);
    const hasEligible = elr.some((id) => id !== brokerId);
    const isLast = others.length === 0 && !(mayLackItsEnd && hasEligible);
    return {
      isr: isLast ? isr : others,
      ...(mayLackItsEnd && !isLast && { lossy: brokerId }),
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
