import type { Uuid } from '@millrace/foundation/types';

export interface Voter {
  readonly id: number;
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
