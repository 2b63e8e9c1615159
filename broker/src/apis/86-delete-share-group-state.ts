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
    eachSharePartition(context, request, async (key, { partition }) =>
      shareStateError(partition, (await context.services.shareState.delete(key)).error),
    ),
  refuse: noSharePartition,
});
