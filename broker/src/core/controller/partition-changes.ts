import type { MetadataImage, PartitionImage, TopicImage } from '../metadata/image.ts';
import {
  type PartitionChange,
  type PartitionChangeRecordOf,
  partitionChangeRecord,
} from '../metadata/record-builders.ts';
import { type MetadataRecord, NO_LEADER } from '../metadata/records.ts';
import type { ControllerRules } from './decision.ts';
import { completed, type Reassignment } from './reassignment.ts';
import { directoryOf } from './replica-placement.ts';

export interface ElectionRules {
  readonly image: MetadataImage;
  readonly rules: ControllerRules;
}

/** What a partition is to become; leader and epochs follow from it. */
export interface WantedPartition {
  readonly isr: readonly number[];
  /** Its replicas, where they change too. */
  readonly reassignment?: Reassignment;
  /** Whether the replica may lead. */
  readonly mayLead: (id: number) => boolean;
  /** It may have lost what it had: it is not eligible, whatever it was. */
  readonly lossy?: number;
  /**
   * Left out, the leader stays where it may. `preferred`: the first replica leads if it may. `unclean`: any that is alive, where
   * nobody else may, whatever the topic allows.
   */
  readonly election?: 'preferred' | 'unclean';
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
  {
    isr,
    lossy,
    replicas = partition.replicas,
  }: {
    readonly isr: readonly number[];
    readonly lossy?: number | undefined;
    readonly replicas?: readonly number[];
  },
): readonly number[] {
  const minInSync = Math.min(rules.minInSyncReplicas(image, topic.name), replicas.length);
  if (isr.length >= minInSync) return [];
  const known = new Set([...partition.elr, ...partition.isr]);
  return replicas.filter((id) => known.has(id) && !isr.includes(id) && id !== lossy);
}

/**
 * The record that takes a partition there, or null where it is there. A reassignment is completed as soon as all who stay are in
 * sync. Who may lead without loss does; else, where the topic allows unclean elections, any that is alive, with loss.
 */
export function partitionChange(
  input: ElectionRules,
  topic: TopicImage,
  partition: PartitionImage,
  wanted: WantedPartition,
): PartitionChangeRecordOf | null {
  const begun = wanted.reassignment ?? partition;
  const done = completed(begun, wanted.isr);
  const { replicas, adding, removing } = done === null ? begun : { ...done, adding: [], removing: [] };
  const next = elected(input, topic, partition, { ...wanted, isr: done?.isr ?? wanted.isr, replicas });
  const change: PartitionChange = {
    ...(!isSameSet(next.isr, partition.isr) && { isr: next.isr }),
    ...(!isSameSet(next.elr, partition.elr) && { elr: next.elr }),
    ...(next.leader !== partition.leader && { leader: next.leader }),
    // Who is a replica no more must not be taken for one: a new leader epoch tells all.
    ...(!partition.replicas.every((id) => replicas.includes(id)) && { leader: next.leader }),
    ...(next.isRecovering && { isRecovering: true }),
    ...(!isSameRow(replicas, partition.replicas) && {
      replicas,
      directories: directories(input.image, partition, replicas),
    }),
    ...(!isSameRow(adding, partition.adding) && { adding }),
    ...(!isSameRow(removing, partition.removing) && { removing }),
  };
  return Object.keys(change).length === 0
    ? null
    : partitionChangeRecord(topic.id, partition.partition, change);
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
  wanted: WantedPartition & { readonly replicas: readonly number[] },
): Elected {
  const { image, rules } = input;
  const { replicas, isr, mayLead, lossy, election } = wanted;
  const elr = eligibleReplicas(input, topic, partition, { isr, lossy, replicas });
  const row = election === 'preferred' ? [...replicas.slice(0, 1), partition.leader] : [partition.leader];
  const clean = [...row, ...replicas].find((id) => isr.includes(id) && mayLead(id));
  if (clean !== undefined) return { isr, elr, leader: clean, isRecovering: false };
  const eligible = elr.find(mayLead);
  if (eligible !== undefined) {
    const others = elr.filter((id) => id !== eligible);
    const left = isr.filter((id) => id !== lossy);
    return { isr: [eligible], elr: [...others, ...left], leader: eligible, isRecovering: false };
  }
  const mayLose = election === 'unclean' || rules.allowsUncleanElection(image, topic.name);
  const unclean = mayLose ? replicas.find(mayLead) : undefined;
  if (unclean !== undefined) return { isr: [unclean], elr: [], leader: unclean, isRecovering: true };
  return { isr, elr, leader: NO_LEADER, isRecovering: false };
}

function directories(image: MetadataImage, before: PartitionImage, replicas: readonly number[]) {
  return replicas.map((id) => before.directories[before.replicas.indexOf(id)] ?? directoryOf(image, id));
}

function isSameSet(left: readonly number[], right: readonly number[]): boolean {
  return left.length === right.length && left.every((id) => right.includes(id));
}

function isSameRow(left: readonly number[], right: readonly number[]): boolean {
  return left.length === right.length && left.every((id, index) => id === right[index]);
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

/** The changes that all partitions need of which something is wanted. */
export function everyChange(
  input: ElectionRules,
  wantedOf: (partition: PartitionImage, topic: TopicImage) => WantedPartition | null,
): readonly PartitionChangeRecordOf[] {
  const records: PartitionChangeRecordOf[] = [];
  for (const topic of input.image.topicsById.values()) {
    for (const partition of topic.partitions) {
      const wanted = wantedOf(partition, topic);
      const record = wanted && partitionChange(input, topic, partition, wanted);
      if (record) records.push(record);
    }
  }
  return records;
}
