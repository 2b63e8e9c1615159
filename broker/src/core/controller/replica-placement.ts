import { ZERO_UUID } from '@millrace/foundation/types';
import type { MetadataImage, PartitionImage } from '../metadata/image.ts';
import type { Refusal } from './commands.ts';

export interface PlacementRequest {
  readonly firstPartition: number;
  readonly count: number;
  readonly replicationFactor: number;
  /** A float in [0, 1): where the stripe begins. */
  readonly random: number;
}

/** Replicas striped over the brokers, alive ones first; leaders and followers spread evenly. */
export function placeReplicas(
  image: MetadataImage,
  request: PlacementRequest,
): readonly PartitionImage[] | Refusal {
  const { replicationFactor, count, firstPartition } = request;
  const all = [...image.brokers.values()].sort((left, right) => left.id - right.id);
  const alive = all.filter((broker) => !broker.fenced).map((broker) => broker.id);
  const fenced = all.filter((broker) => broker.fenced).map((broker) => broker.id);
  const refused = (why: string): Refusal => ({
    error: 'INVALID_REPLICATION_FACTOR',
    message: `Cannot place ${replicationFactor} replica(s) of a partition: ${why}.`,
  });
  if (all.length < replicationFactor) return refused(`only ${all.length} broker(s) are registered`);
  if (alive.length === 0) return refused('no broker is alive');
  const start = Math.floor(request.random * alive.length);
  const partitions: PartitionImage[] = [];
  for (let index = 0; index < count; index += 1) {
    const replicas = [...striped(alive, start + index), ...striped(fenced, index)].slice(
      0,
      replicationFactor,
    );
    const placed = newPartition(image, firstPartition + index, replicas);
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
  const directories = replicas.map((id) => {
    const logDirs = image.brokers.get(id)?.logDirs ?? [];
    // With one folder there is no choice; which of several it is, the broker says later (KIP-858).
    return logDirs.length === 1 ? (logDirs[0] ?? ZERO_UUID) : ZERO_UUID;
  });
  return { partition, replicas, isr, elr: [], directories, leader, leaderEpoch: 0, partitionEpoch: 0 };
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

function striped(brokers: readonly number[], start: number): readonly number[] {
  return brokers.map((_, index) => brokers[(start + index) % brokers.length] ?? -1);
}
