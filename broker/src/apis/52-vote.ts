import { vote as api, type VoteResponseInit } from '@millrace/protocol/messages';
import { defineApi } from './api.ts';
import { addresseeOf, quorumAnswer, quorumFailure, quorumPartition } from './quorum-wire.ts';

/**
 * Vote v0-2
 *
 * - A vote is on disk before it is told. One is granted in each epoch, to a candidate whose log has all that can be committed.
 * - A pre-vote (KIP-996) changes nothing; who hears its leader refuses it.
 * - Who is no voter gets no vote, and moves no epoch: voters do not come and go.
 * - FENCED_LEADER_EPOCH for an older epoch, INVALID_REQUEST for a candidate whose log is ahead of its epoch, INVALID_VOTER_KEY where
 *   another voter is meant, INCONSISTENT_CLUSTER_ID.
 *
 * Versions: v1 directory ids, v2 pre-votes.
 *
 * Not implemented: voters that come and go while the cluster runs.
 */
export const vote = defineApi({
  api,
  versions: [0, 2],
  access: [['CLUSTER_ACTION', 'CLUSTER']],
  async handle(context, request): Promise<VoteResponseInit> {
    const asked = quorumPartition(context, request);
    if (typeof asked === 'string') return quorumFailure(asked);
    const candidacy = {
      candidate: { id: asked.replicaId, directoryId: asked.replicaDirectoryId },
      epoch: asked.replicaEpoch,
      lastEpoch: asked.lastOffsetEpoch,
      endOffset: asked.lastOffset,
      isPreVote: asked.preVote,
    };
    const addressee = addresseeOf(request.voterId, asked.voterDirectoryId);
    const reply = await context.services.quorum.vote(candidacy, addressee);
    return quorumAnswer(context, reply, { voteGranted: reply.isGranted });
  },
  refuse: (_request, error) => quorumFailure(error),
});
