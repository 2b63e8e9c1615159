import {
  readShareGroupStateSummary as api,
  type ReadShareGroupStateSummaryResponseInit,
  type ReadShareGroupStateSummaryResponsePartitionInit,
} from '@millrace/protocol/messages';
import { defineApi } from './api.ts';
import { eachSharePartition, noSharePartition, shareStateError } from './share-state-topics.ts';

/**
 * ReadShareGroupStateSummary v0-1
 *
 * - Where a share group stands in partitions; -1 where it has not begun.
 *
 * Versions: v1 how much is done with behind the start (KIP-1226).
 *
 * Not implemented: nothing.
 */
export const readShareGroupStateSummary = defineApi({
  api,
  versions: [0, 1],
  access: [['CLUSTER_ACTION', 'CLUSTER']],
  pipelined: true,
  async handle(context, request): Promise<ReadShareGroupStateSummaryResponseInit> {
    return nothingRead(
      await eachSharePartition(context, request, async (key, { partition }) => {
        const read = await context.services.shareState.summarize(key);
        if (read.error !== null) return shareStateError(partition, read.error);
        const { stateEpoch, leaderEpoch, startOffset, deliveryCompleteCount } = read.state;
        const summary = { stateEpoch, leaderEpoch, startOffset, deliveryCompleteCount };
        return { ...shareStateError(partition, null), ...summary };
      }),
    );
  },
  refuse: (request, error) => nothingRead(noSharePartition(request, error)),
});

type Read = Partial<ReadShareGroupStateSummaryResponsePartitionInit> &
  Pick<ReadShareGroupStateSummaryResponsePartitionInit, 'partition' | 'errorCode'>;

/** Fills in what an error does not say. */
function nothingRead({
  results,
}: {
  readonly results: readonly { readonly topicId: string; readonly partitions: readonly Read[] }[];
}): ReadShareGroupStateSummaryResponseInit {
  const nothing = { stateEpoch: 0, leaderEpoch: 0, startOffset: 0 };
  return {
    results: results.map(({ topicId, partitions }) => ({
      topicId,
      partitions: partitions.map((partition) => ({ ...nothing, ...partition })),
    })),
  };
}
