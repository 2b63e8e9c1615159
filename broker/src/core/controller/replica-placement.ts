import { type Uuid, ZERO_UUID } from '@millrace/foundation/types';
import type { MetadataImage, PartitionImage } from '../metadata/image.ts';
import type { Refusal } from './commands.ts';
import { RackPlacement } from './rack-placement.ts';

export interface PlacementRequest {
  /** What the topic has: new partitions go on where these ended. */
  readonly existing: readonly PartitionImage[];
  readonly count: number;
  readonly replicationFactor: number;
  /** A float in [0, 1) each time: where stripes begin. */
  readonly random: () => number;
}

/** Replicas striped over racks and the brokers in them, alive ones first; leaders and followers spread evenly. */
export function placeReplicas(
  image: MetadataImage,
  request: PlacementRequest,
): readonly PartitionImage[] | Refusal {
  const { replicationFactor, count, existing, random } = request;
  const usable = [...image.brokers.values()].filter((broker) => !broker.inControlledShutdown);
  const refused = (why: string): Refusal => ({
    error: 'INVALID_REPLICATION_FACTOR',
    message: `Cannot place ${replicationFactor} replica(s) of a partition: ${why}.`,
  });
  if (usable.every((broker) => broker.fenced)) return refused('no broker is alive');
  if (usable.length < replicationFactor) return refused(`only ${usable.length} broker(s) are registered`);
  const racks = new RackPlacement(usable, existing, random);
  const partitions: PartitionImage[] = [];
  for (let index = 0; index < count; index += 1) {
    const placed = newPartition(image, existing.length + index, racks.place(replicationFactor));
    if (!placed) return refused('the brokers are fenced or shutting down');
    partitions.push(placed);
  }
  return partitions;
}

/** A partition on these brokers in its first epoch, led by the first one that is active; null where none is. */
export function newPartition(
  image: MetadataImage,
  partition: number,
  replicas: readonly number[],
): PartitionImage | null {
  const isr = replicas.filter((id) => {
    const broker = image.brokers.get(id);
    return broker !== undefined && !broker.fenced && !broker.inControlledShutdown;
  });
  const leader = isr[0];
  if (leader === undefined) return null;
  return {
    partition,
    replicas,
    isr,
    elr: [],
    adding: [],
    removing: [],
    directories: replicas.map((id) => directoryOf(image, id)),
    leader,
    leaderEpoch: 0,
    partitionEpoch: 0,
  };
}

/** The folder of a new replica: with one there is no choice; which of several it is, the broker says later (KIP-858). */
export function directoryOf(image: MetadataImage, brokerId: number): Uuid {
  const logDirs = image.brokers.get(brokerId)?.logDirs ?? [];
  return logDirs.length === 1 ? (logDirs[0] ?? ZERO_UUID) : ZERO_UUID;
}

/** @returns what is wrong with replicas that the caller chose, or null */
export function assignmentProblem(
  image: MetadataImage,
  replicas: readonly number[],
  replicationFactor: number | null,
): string | null {
  if (replicas.length === 0) return 'The assignment names no broker for a partition.';
  const unknown = replicas.find((id) => !image.brokers.has(id));
  if (unknown !== undefined) return `The assignment names broker ${unknown}, which is not registered.`;
  const repeated = replicas.find((id, index) => replicas.indexOf(id) !== index);
  if (repeated !== undefined) return `The assignment names broker ${repeated} twice for one partition.`;
  if (replicationFactor !== null && replicas.length !== replicationFactor) {
    return `The assignment gives a partition ${replicas.length} replica(s) where the others have ${replicationFactor}.`;
  }
  return null;
}
