import {
  deleteShareGroupState as api,
  type DeleteShareGroupStateResponseInit,
} from '@millrace/protocol/messages';
import { defineApi } from './api.ts';
import { eachSharePartition, noSharePartition, shareStateError } from './share-state-topics.ts';

/**
 * DeleteShareGroupState v0
 *
 * - Forgets what is stored of partitions; no error where nothing is.
 * - Of our own brokers it says which state it means (Millrace's own tag): what began since stays, the request is late.
 *
 * Versions: only one.
 *
 * Not implemented: nothing.
 */
export const deleteShareGroupState = defineApi({
  api,
  versions: [0, 0],
  access: [['CLUSTER_ACTION', 'CLUSTER']],
  pipelined: true,
  handle: (context, request): Promise<DeleteShareGroupStateResponseInit> =>
    eachSharePartition(context, request, async (key, { partition, stateEpoch }) =>
      shareStateError(partition, (await context.services.shareState.delete({ key, stateEpoch })).error),
    ),
  refuse: noSharePartition,
});
