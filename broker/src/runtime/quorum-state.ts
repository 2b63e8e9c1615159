import { type Now, ZERO_UUID } from '@millrace/foundation';
import type { Voter } from '../core/quorum/election.ts';
import type { ReplicaProgress } from '../core/quorum/leader.ts';
import type { MetadataQuorum } from './metadata-quorum.ts';
import type { NodeEndpoint } from './node-endpoint.ts';
import type { QuorumMember, QuorumState } from './services.ts';

const UNHEARD: ReplicaProgress = { endOffset: -1, lastFetchMs: -1, lastCaughtUpMs: -1 };

/** What DescribeQuorum tells; how far others have come only the leader knows. */
export function quorumState(
  quorum: MetadataQuorum,
  voters: readonly Voter[],
  endpoints: ReadonlyMap<number, NodeEndpoint>,
  now: Now,
): QuorumState {
  const { role } = quorum;
  const wall = (monoMs: number) => (monoMs < 0 ? -1 : Math.round(now.wallMs - (now.monoMs - monoMs)));
  const member = (id: number, directoryId: string, progress: ReplicaProgress): QuorumMember => ({
    id,
    directoryId,
    endOffset: progress.endOffset,
    lastFetchMs: wall(progress.lastFetchMs),
    lastCaughtUpMs: wall(progress.lastCaughtUpMs),
  });
  const progressOf = (id: number): ReplicaProgress => {
    if (role.kind !== 'leader') return UNHEARD;
    const progress = role.voters.get(id) ?? UNHEARD;
    if (id !== quorum.leaderId) return progress;
    return { endOffset: quorum.log.endOffset, lastFetchMs: now.monoMs, lastCaughtUpMs: now.monoMs };
  };
  return {
    leaderId: quorum.leaderId ?? -1,
    leaderEpoch: quorum.epoch,
    highWatermark: quorum.highWatermark,
    voters: voters.map(({ id, directoryId }) => member(id, directoryId, progressOf(id))),
    observers:
      role.kind === 'leader'
        ? [...role.observers].map(([id, progress]) => member(id, ZERO_UUID, progress))
        : [],
    endpoints,
  };
}
