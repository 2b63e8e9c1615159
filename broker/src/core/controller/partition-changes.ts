import { ZERO_UUID } from '@millrace/foundation/types';
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
  const moved = replicas.filter(
    (id) => !hasItsFolder(input.image, partition, id) && hasBegun(id, partition, next),
  );
  const change: PartitionChange = {
    ...(!isSameSet(next.isr, partition.isr) && { isr: next.isr }),
    ...(!isSameSet(next.elr, partition.elr) && { elr: next.elr }),
    ...(next.leader !== partition.leader && { leader: next.leader }),
    // Who is a replica no more must not be taken for one: a new leader epoch tells all.
    ...(!partition.replicas.every((id) => replicas.includes(id)) && { leader: next.leader }),
    ...(next.isRecovering && { isRecovering: true }),
    ...(!isSameRow(replicas, partition.replicas) && { replicas }),
    ...((moved.length > 0 || !isSameRow(replicas, partition.replicas)) && {
      directories: directories(input.image, partition, { replicas, moved }),
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
  const joins = (id: number): boolean => isr.includes(id) && !partition.isr.includes(id);
  const hasAll = (id: number): boolean => mayLead(id) && (joins(id) || hasItsFolder(image, partition, id));
  const row = election === 'preferred' ? [...replicas.slice(0, 1), partition.leader] : [partition.leader];
  const clean = [...row, ...replicas].find((id) => isr.includes(id) && hasAll(id));
  if (clean !== undefined) return { isr, elr, leader: clean, isRecovering: false };
  const eligible = elr.find(hasAll);
  if (eligible !== undefined) {
    const others = elr.filter((id) => id !== eligible);
    const left = isr.filter((id) => id !== lossy);
    return { isr: [eligible], elr: [...others, ...left], leader: eligible, isRecovering: false };
  }
  const mayLose = election === 'unclean' || rules.allowsUncleanElection(image, topic.name);
  const unclean = mayLose ? (replicas.find(hasAll) ?? replicas.find(mayLead)) : undefined;
  if (unclean !== undefined) return { isr: [unclean], elr: [], leader: unclean, isRecovering: true };
  return { isr, elr, leader: NO_LEADER, isRecovering: false };
}

/**
 * Whether a broker has the folder still that its replica was in. Who comes with another one, as after a disk was replaced, has nothing of
 * it, and leads nobody by having been in sync: the others would cut their logs to nothing (KIP-858).
 */
function hasItsFolder(image: MetadataImage, partition: PartitionImage, id: number): boolean {
  const folder = partition.directories[partition.replicas.indexOf(id)] ?? ZERO_UUID;
  const folders = image.brokers.get(id)?.logDirs ?? [];
  return folder === ZERO_UUID || folders.length === 0 || folders.includes(folder);
}

/** Whether a replica is in the folder that its broker has now: it came in sync from there, or leads, whatever is lost. */
function hasBegun(id: number, before: PartitionImage, { isr, leader, isRecovering }: Elected): boolean {
  return (isr.includes(id) && !before.isr.includes(id)) || (isRecovering && id === leader);
}

function directories(
  image: MetadataImage,
  before: PartitionImage,
  { replicas, moved }: { readonly replicas: readonly number[]; readonly moved: readonly number[] },
) {
  return replicas.map((id) => {
    const folder = moved.includes(id) ? undefined : before.directories[before.replicas.indexOf(id)];
    return folder ?? directoryOf(image, id);
  });
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
