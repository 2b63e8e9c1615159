import { vote as api, type VoteResponseInit } from '@millrace/protocol/messages';
import { defineApi } from './api.ts';
import { quorumAnswer, quorumFailure, quorumPartition } from './quorum-wire.ts';

/**
 * Vote v0-2
 *
 * - A vote is on disk before it is told. One is granted in each epoch, to a candidate whose log has all that can be committed.
 * - A pre-vote (KIP-996) changes nothing; who hears its leader refuses it.
 * - FENCED_LEADER_EPOCH for an older epoch, INCONSISTENT_VOTER_SET where the candidate is no voter, INCONSISTENT_CLUSTER_ID.
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
    const reply = await context.services.quorum.vote({
      candidate: { id: asked.replicaId, directoryId: asked.replicaDirectoryId },
      epoch: asked.replicaEpoch,
      lastEpoch: asked.lastOffsetEpoch,
      endOffset: asked.lastOffset,
      isPreVote: asked.preVote,
    });
    return quorumAnswer(reply, { voteGranted: reply.isGranted });
  },
  refuse: (_request, error) => quorumFailure(error),
});
