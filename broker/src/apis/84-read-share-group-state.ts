import {
  readShareGroupState as api,
  type ReadShareGroupStateResponseInit,
  type ReadShareGroupStateResponsePartitionInit,
} from '@millrace/protocol/messages';
import { defineApi } from './api.ts';
import { eachSharePartition, noSharePartition, shareStateError } from './share-state-topics.ts';

/**
 * ReadShareGroupState v0
 *
 * - What the leader of a partition begins with: where the group starts (-1: the leader is to find out) and what is done with.
 * - An older leader is refused from then on. INVALID_REQUEST where the group has not begun.
 *
 * Versions: only one.
 *
 * Not implemented: nothing.
 */
export const readShareGroupState = defineApi({
  api,
  versions: [0, 0],
  access: [['CLUSTER_ACTION', 'CLUSTER']],
  pipelined: true,
  async handle(context, request): Promise<ReadShareGroupStateResponseInit> {
    return nothingRead(
      await eachSharePartition(context, request, async (key, { partition, leaderEpoch }) => {
        const read = await context.services.shareState.read({ key, leaderEpoch });
        if (read.error !== null) return shareStateError(partition, read.error);
        const { stateEpoch, startOffset, batches: stateBatches } = read.state;
        return { ...shareStateError(partition, null), stateEpoch, startOffset, stateBatches };
      }),
    );
  },
  refuse: (request, error) => nothingRead(noSharePartition(request, error)),
});

type Read = Partial<ReadShareGroupStateResponsePartitionInit> &
  Pick<ReadShareGroupStateResponsePartitionInit, 'partition' | 'errorCode'>;

/** Fills in what an error does not say. */
function nothingRead({
  results,
}: {
  readonly results: readonly { readonly topicId: string; readonly partitions: readonly Read[] }[];
}): ReadShareGroupStateResponseInit {
  const nothing = { stateEpoch: 0, startOffset: 0, stateBatches: [] };
  return {
    results: results.map(({ topicId, partitions }) => ({
      topicId,
      partitions: partitions.map((partition) => ({ ...nothing, ...partition })),
    })),
  };
}
