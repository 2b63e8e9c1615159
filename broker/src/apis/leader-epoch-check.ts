import type { Partition } from '../runtime/partition.ts';

const NOT_SAID = -1;

/** Whether client and broker mean the same leadership (KIP-320); -1: the client does not say. */
export function leaderEpochProblem(
  partition: Partition,
  currentLeaderEpoch: number,
): 'FENCED_LEADER_EPOCH' | 'UNKNOWN_LEADER_EPOCH' | null {
  if (currentLeaderEpoch === NOT_SAID || currentLeaderEpoch === partition.leaderEpoch) return null;
  return currentLeaderEpoch < partition.leaderEpoch ? 'FENCED_LEADER_EPOCH' : 'UNKNOWN_LEADER_EPOCH';
}
