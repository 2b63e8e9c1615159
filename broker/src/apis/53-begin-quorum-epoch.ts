import { beginQuorumEpoch as api, type BeginQuorumEpochResponseInit } from '@millrace/protocol/messages';
import { defineApi } from './api.ts';
import { addresseeOf, quorumAnswer, quorumFailure, quorumPartition } from './quorum-wire.ts';

/**
 * BeginQuorumEpoch v0-1
 *
 * - The receiver follows the leader from then on; that it does is on disk before it is answered.
 * - FENCED_LEADER_EPOCH for an older epoch, INVALID_VOTER_KEY where another voter is meant.
 *
 * Versions: v1 says where the leader is reached.
 *
 * Not implemented: nothing.
 */
export const beginQuorumEpoch = defineApi({
  api,
  versions: [0, 1],
  access: [['CLUSTER_ACTION', 'CLUSTER']],
  async handle(context, request): Promise<BeginQuorumEpochResponseInit> {
    const asked = quorumPartition(context, request);
    if (typeof asked === 'string') return quorumFailure(asked);
    const { leaderId, leaderEpoch } = asked;
    const endpoint = request.leaderEndpoints[0] ?? null;
    const addressee = addresseeOf(request.voterId, asked.voterDirectoryId);
    const begun = { leaderId, epoch: leaderEpoch, endpoint, addressee };
    return quorumAnswer(context, await context.services.quorum.beginEpoch(begun), {});
  },
  refuse: (_request, error) => quorumFailure(error),
});
