import { endQuorumEpoch as api, type EndQuorumEpochResponseInit } from '@millrace/protocol/messages';
import { defineApi } from './api.ts';
import { quorumAnswer, quorumFailure, quorumPartition } from './quorum-wire.ts';

/**
 * EndQuorumEpoch v0-1
 *
 * - The leader of the epoch resigns: the first of the candidates that it names stands at once, the others after a while.
 * - FENCED_LEADER_EPOCH for an older epoch.
 *
 * Versions: v1 names candidates with their directory ids, and where the leader is reached.
 *
 * Not implemented: nothing.
 */
export const endQuorumEpoch = defineApi({
  api,
  versions: [0, 1],
  access: [['CLUSTER_ACTION', 'CLUSTER']],
  async handle(context, request): Promise<EndQuorumEpochResponseInit> {
    const asked = quorumPartition(context, request);
    if (typeof asked === 'string') return quorumFailure(asked);
    const named = asked.preferredCandidates.map(({ candidateId }) => candidateId);
    const candidates = named.length > 0 ? named : asked.preferredSuccessors;
    const { leaderId, leaderEpoch } = asked;
    return quorumAnswer(
      context,
      await context.services.quorum.endEpoch(leaderId, leaderEpoch, candidates),
      {},
    );
  },
  refuse: (_request, error) => quorumFailure(error),
});
