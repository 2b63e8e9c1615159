import { type ErrorName, errorCode } from '@millrace/protocol';
import {
  type AllocateProducerIdsResponseInit,
  allocateProducerIds as api,
} from '@millrace/protocol/messages';
import { CLUSTER, defineApi } from './api.ts';

/**
 * AllocateProducerIds v0
 *
 * - A block of ids that nobody else in the cluster has or had; it is committed before it is answered.
 * - STALE_BROKER_EPOCH for any registration but the one that there is.
 *
 * Versions: one.
 *
 * Not implemented: nothing.
 */
export const allocateProducerIds = defineApi({
  api,
  versions: [0, 0],
  access: [['CLUSTER_ACTION', 'CLUSTER']],
  async handle(context, { brokerId, brokerEpoch }): Promise<AllocateProducerIdsResponseInit> {
    if (!context.authorize('CLUSTER_ACTION', CLUSTER)) return failed('CLUSTER_AUTHORIZATION_FAILED');
    const { controller } = context.services;
    const result = await controller.allocateProducerIdsTo({ brokerId, epoch: brokerEpoch });
    if (result.error !== null) return failed(result.error);
    const { first, count } = result;
    return { throttleTimeMs: 0, errorCode: errorCode('NONE'), producerIdStart: first, producerIdLen: count };
  },
  refuse: (_request, error) => failed(error),
});

function failed(error: ErrorName): AllocateProducerIdsResponseInit {
  return { throttleTimeMs: 0, errorCode: errorCode(error), producerIdStart: 0, producerIdLen: 0 };
}
