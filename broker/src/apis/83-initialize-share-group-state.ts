import {
  initializeShareGroupState as api,
  type InitializeShareGroupStateResponseInit,
} from '@millrace/protocol/messages';
import { defineApi } from './api.ts';
import { eachSharePartition, noSharePartition, shareStateError } from './share-state-topics.ts';

/**
 * InitializeShareGroupState v0
 *
 * - A share group begins in partitions, or begins anew: what was delivered before is forgotten.
 * - FENCED_STATE_EPOCH where it has begun anew since.
 *
 * Versions: only one.
 *
 * Not implemented: nothing.
 */
export const initializeShareGroupState = defineApi({
  api,
  versions: [0, 0],
  access: [['CLUSTER_ACTION', 'CLUSTER']],
  pipelined: true,
  handle: (context, request): Promise<InitializeShareGroupStateResponseInit> =>
    eachSharePartition(context, request, async (key, { partition, stateEpoch, startOffset }) => {
      const { error } = await context.services.shareState.initialize({ key, stateEpoch, startOffset });
      return shareStateError(partition, error);
    }),
  refuse: noSharePartition,
});
