import type { LeaderEpochStart } from '../core/log/leader-epochs.ts';
import type { Partition } from '../runtime/partition.ts';

/** The leader's own epoch begins at the end of the log, before anything was written in it. */
export function epochsOf({ log, leaderEpoch }: Partition): readonly LeaderEpochStart[] {
  const latest = log.leaderEpochs.at(-1)?.epoch ?? -1;
  if (latest >= leaderEpoch) return log.leaderEpochs;
  return [...log.leaderEpochs, { epoch: leaderEpoch, startOffset: log.endOffset }];
}
