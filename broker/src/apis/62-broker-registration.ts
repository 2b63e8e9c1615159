import { type ErrorName, errorCode } from '@millrace/protocol';
import { brokerRegistration as api, type BrokerRegistrationResponseInit } from '@millrace/protocol/messages';
import { CLUSTER, defineApi } from './api.ts';

/**
 * BrokerRegistration v0-4
 *
 * - The broker is known and fenced from then on; its epoch is the offset of that record. The incarnation before leads nothing
 *   any more, and is in sync only where nobody else is.
 * - PreviousBrokerEpoch shows that this very registration ended in order, with all logs on disk: only then the broker stays eligible
 *   (KIP-966). Whatever was killed, or shows an older one, may lack the end of its logs, and comes back behind all others.
 * - Who comes with another folder has nothing of its replicas: it leads none by having been in sync, until it is so again (KIP-858).
 *   Where nobody else was, an unclean election says what is to be lost.
 * - DUPLICATE_BROKER_REGISTRATION while another data folder's broker of that id is alive. One that has the folder of the other has
 *   outlived it, and need not wait.
 * - INCONSISTENT_CLUSTER_ID where it belongs to another cluster; INVALID_REGISTRATION without folders of its own, or without the levels
 *   of `metadata.version`; UNSUPPORTED_VERSION where it cannot work with the level of a feature.
 *
 * Versions: v2 log folders, without which nobody is let in; v3 the epoch before; v4 features of level 0.
 *
 * Not implemented: nothing.
 */
export const brokerRegistration = defineApi({
  api,
  versions: [0, 4],
  access: [['CLUSTER_ACTION', 'CLUSTER']],
  async handle(context, request): Promise<BrokerRegistrationResponseInit> {
    if (!context.authorize('CLUSTER_ACTION', CLUSTER)) return failed('CLUSTER_AUTHORIZATION_FAILED');
    if (request.clusterId !== context.services.clusterId) return failed('INCONSISTENT_CLUSTER_ID');
    // Nobody comes from ZooKeeper any more.
    if (request.isMigratingZkBroker) return failed('BROKER_ID_NOT_REGISTERED');
    const { brokerId, incarnationId, listeners, rack, logDirs, features, previousBrokerEpoch } = request;
    const result = await context.services.controller.registerBroker({
      brokerId,
      incarnationId,
      endpoints: listeners,
      rack,
      logDirs,
      features: features.map(({ name, minSupportedVersion, maxSupportedVersion }) => ({
        name,
        minVersion: minSupportedVersion,
        maxVersion: maxSupportedVersion,
      })),
      previousEpoch: previousBrokerEpoch,
    });
    if (result.error !== null) return failed(result.error);
    return { throttleTimeMs: 0, errorCode: errorCode('NONE'), brokerEpoch: result.epoch };
  },
  refuse: (_request, error) => failed(error),
});

function failed(error: ErrorName): BrokerRegistrationResponseInit {
  return { throttleTimeMs: 0, errorCode: errorCode(error), brokerEpoch: -1 };
}
