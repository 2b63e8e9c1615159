import {
  writeShareGroupState as api,
  type WriteShareGroupStateResponseInit,
} from '@millrace/protocol/messages';
import { storedState } from '../runtime/share-state-codec.ts';
import { defineApi } from './api.ts';
import { eachSharePartition, noSharePartition, shareStateError } from './share-state-topics.ts';

/**
 * WriteShareGroupState v0-1
 *
 * - Stores what has changed: where the group starts, and what is done with behind that. Answered once it is committed.
 * - FENCED_LEADER_EPOCH and FENCED_STATE_EPOCH for a leader that is not it any more, and for a state that was begun anew.
 *
 * Versions: v1 how much is done with behind the start (KIP-1226).
 *
 * Not implemented: nothing.
 */
export const writeShareGroupState = defineApi({
  api,
  versions: [0, 1],
  access: [['CLUSTER_ACTION', 'CLUSTER']],
  pipelined: true,
  handle: (context, request): Promise<WriteShareGroupStateResponseInit> =>
    eachSharePartition(context, request, async (key, { partition, stateBatches, ...written }) => {
      const batches = stateBatches.map((batch) => ({
        ...batch,
        deliveryState: storedState(batch.deliveryState),
      }));
      const { error } = await context.services.shareState.write({ ...written, key, batches });
      return shareStateError(partition, error);
    }),
  refuse: noSharePartition,
});
