import type { PartitionImage } from '../metadata/image.ts';

/** The replicas of a partition while it is being reassigned (KIP-455): `adding` and `removing` are among `replicas`. */
export interface Reassignment {
  readonly replicas: readonly number[];
  readonly adding: readonly number[];
  readonly removing: readonly number[];
}

/** Whether replicas are on their way in or out. */
export function isReassigned({ adding, removing }: Reassignment): boolean {
  return adding.length > 0 || removing.length > 0;
}

/**
 * What leads to these replicas: the wanted ones in their order, then those that leave. Measured from where the partition was before
 * a reassignment that is under way, which this one replaces: what that one brought, and nobody wants any more, goes at once.
 */
export function reassignmentTo(partition: PartitionImage, target: readonly number[]): Reassignment {
  const before = originalReplicas(partition);
  const removing = before.filter((id) => !target.includes(id)).sort((left, right) => left - right);
  const adding = target.filter((id) => !before.includes(id)).sort((left, right) => left - right);
  return { replicas: [...target, ...removing], adding, removing };
}

/** Who had the partition before it was reassigned. */
export function originalReplicas({ replicas, adding }: PartitionImage): readonly number[] {
  return replicas.filter((id) => !adding.includes(id));
}

/** What is left where all who stay are in sync; null where one is missing, or nothing is under way. */
export function completed(
  reassignment: Reassignment,
  isr: readonly number[],
): { readonly replicas: readonly number[]; readonly isr: readonly number[] } | null {
  if (!isReassigned(reassignment)) return null;
  const stays = (id: number): boolean => !reassignment.removing.includes(id);
  const replicas = reassignment.replicas.filter(stays);
  const staying = isr.filter(stays);
  const isWhole = replicas.length > 0 && replicas.every((id) => staying.includes(id));
  return isWhole ? { replicas, isr: staying } : null;
}
