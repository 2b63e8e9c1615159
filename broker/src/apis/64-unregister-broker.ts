import { type ErrorName, errorCode } from '@millrace/protocol';
import { unregisterBroker as api, type UnregisterBrokerResponseInit } from '@millrace/protocol/messages';
import { CLUSTER, defineApi } from './api.ts';

/**
 * UnregisterBroker v0
 *
 * - Takes a broker that is gone for good out of the metadata; one that still runs registers anew.
 * - BROKER_ID_NOT_REGISTERED.
 *
 * Versions: one.
 *
 * Not implemented: nothing.
 */
export const unregisterBroker = defineApi({
  api,
  versions: [0, 0],
  access: [['ALTER', 'CLUSTER']],
  forwards: true,
  async handle(context, request): Promise<UnregisterBrokerResponseInit> {
    if (!context.authorize('ALTER', CLUSTER)) return failed('CLUSTER_AUTHORIZATION_FAILED', null);
    const result = await context.services.controller.unregisterBroker(request.brokerId);
    return result.error === null ? failed('NONE', '') : failed(result.error, result.message);
  },
  refuse: (_request, error) => failed(error, null),
});

function failed(error: ErrorName, errorMessage: string | null): UnregisterBrokerResponseInit {
  return { throttleTimeMs: 0, errorCode: errorCode(error), errorMessage };
}
