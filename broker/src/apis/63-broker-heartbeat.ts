import { type ErrorName, errorCode } from '@millrace/protocol';
import { brokerHeartbeat as api, type BrokerHeartbeatResponseInit } from '@millrace/protocol/messages';
import { CLUSTER, defineApi, type RequestContext } from './api.ts';

/**
 * BrokerHeartbeat v0-2
 *
 * - Keeps a broker's session. One that has replayed its own registration is unfenced, and gets partitions that wait for it.
 * - One that wants to stop hands over what it leads, and is fenced and may go when it leads nothing. One that wants to be fenced too
 *   goes at once.
 * - Where its connection ends and nobody listens at its address any more, a broker is fenced at once; else when its session ends.
 * - STALE_BROKER_EPOCH for any registration but the one that there is.
 *
 * Versions: v1 folders that are offline, v2 folders that take nothing new.
 *
 * Not implemented: several log folders.
 */
export const brokerHeartbeat = defineApi({
  api,
  versions: [0, 2],
  access: [['CLUSTER_ACTION', 'CLUSTER']],
  async handle(context, request): Promise<BrokerHeartbeatResponseInit> {
    if (!context.authorize('CLUSTER_ACTION', CLUSTER)) return failed('CLUSTER_AUTHORIZATION_FAILED');
    const result = await context.services.controller.heartbeat({
      brokerId: request.brokerId,
      epoch: request.brokerEpoch,
      metadataOffset: request.currentMetadataOffset,
      wantsFence: request.wantFence,
      wantsShutdown: request.wantShutDown,
    });
    if (result.error !== null) return failed(result.error);
    watch(context, request.brokerId);
    const { isCaughtUp, isFenced, shouldShutDown } = result;
    return { throttleTimeMs: 0, errorCode: errorCode('NONE'), isCaughtUp, isFenced, shouldShutDown };
  },
  refuse: (_request, error) => failed(error),
});

/** By the signal of the connection, so that each has one listener. */
const watched = new WeakSet<AbortSignal>();

/** A connection that ends may be the first that is seen of a broker's death. */
function watch({ signal, services }: RequestContext, brokerId: number): void {
  if (watched.has(signal)) return;
  watched.add(signal);
  signal.addEventListener('abort', () => services.controller.suspectBroker(brokerId));
}

function failed(error: ErrorName): BrokerHeartbeatResponseInit {
  return { throttleTimeMs: 0, errorCode: errorCode(error), shouldShutDown: false };
}
