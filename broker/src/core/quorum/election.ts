import { type Uuid, ZERO_UUID } from '@millrace/foundation/types';

export interface Voter {
  readonly id: number;
  /** Of its log folder; the zero uuid where it is not known: voters that a config names come without. */
  readonly directoryId: Uuid;
}

/** What must survive: the epoch, and whom this node follows or has voted for in it (QuorumStateData). */
export interface Election {
  readonly epoch: number;
  readonly leaderId: number | null;
  readonly voted: Voter | null;
}

/** In this epoch nothing is known yet. */
export function unattachedElection(epoch: number): Election {
  return { epoch, leaderId: null, voted: null };
}

/** How many of so many voters are a majority. */
export function majorityOf(voterCount: number): number {
  return Math.floor(voterCount / 2) + 1;
}

/** Whether both mean the same voter; an unknown folder is any. */
export function isSameVoter(left: Voter, right: Voter): boolean {
  const isAny = left.directoryId === ZERO_UUID || right.directoryId === ZERO_UUID;
  return left.id === right.id && (isAny || left.directoryId === right.directoryId);
}
