import type { Partition } from '../runtime/partition.ts';

const NOT_SAID = -1;

type EpochProblem = 'FENCED_LEADER_EPOCH' | 'UNKNOWN_LEADER_EPOCH' | null;

/** Whether client and broker mean the same leadership (KIP-320); -1: the client does not say. */
export function leaderEpochProblem(partition: Partition, currentLeaderEpoch: number): EpochProblem {
  if (currentLeaderEpoch === NOT_SAID || currentLeaderEpoch === partition.leaderEpoch) return null;
  return currentLeaderEpoch < partition.leaderEpoch ? 'FENCED_LEADER_EPOCH' : 'UNKNOWN_LEADER_EPOCH';
}

/** As Fetch takes it: there any negative epoch says nothing, as in Kafka. */
export function fetchEpochProblem(partition: Partition, currentLeaderEpoch: number): EpochProblem {
  return currentLeaderEpoch < 0 ? null : leaderEpochProblem(partition, currentLeaderEpoch);
}
