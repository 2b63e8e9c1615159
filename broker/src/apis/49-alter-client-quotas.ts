import { type ErrorName, errorCode } from '@millrace/protocol';
import {
  type AlterClientQuotasRequest,
  type AlterClientQuotasResponseInit,
  alterClientQuotas as api,
} from '@millrace/protocol/messages';
import { CLUSTER, defineApi } from './api.ts';

/**
 * AlterClientQuotas v0-1
 *
 * - Users, client ids and both together have `producer_byte_rate`, `consumer_byte_rate`, `request_percentage` and
 *   `controller_mutation_rate`, addresses `connection_creation_rate`; a null name stands for all others.
 * - Each entity changes wholly or not at all; INVALID_REQUEST says what is wrong with it. They hold from the answer on.
 *
 * Versions: nothing differs but the encoding.
 *
 * Not implemented: host names in place of addresses.
 */
export const alterClientQuotas = defineApi({
  api,
  versions: [0, 1],
  access: [['ALTER_CONFIGS', 'CLUSTER']],
  forwards: true,
  async handle(context, request): Promise<AlterClientQuotasResponseInit> {
    if (!context.authorize('ALTER_CONFIGS', CLUSTER)) return refused(request, 'CLUSTER_AUTHORIZATION_FAILED');
    const { entries, validateOnly } = request;
    const results = await context.services.controller.alterClientQuotas({
      entries: entries.map(({ entity, ops }) => ({
        entity: new Map(entity.map(({ entityType, entityName }) => [entityType, entityName])),
        ops,
      })),
      validateOnly,
    });
    return {
      throttleTimeMs: 0,
      entries: results.map(({ entity, error, message }) => ({
        errorCode: errorCode(error ?? 'NONE'),
        errorMessage: message,
        entity: [...entity].map(([entityType, entityName]) => ({ entityType, entityName })),
      })),
    };
  },
  refuse: refused,
});

function refused({ entries }: AlterClientQuotasRequest, error: ErrorName): AlterClientQuotasResponseInit {
  return {
    throttleTimeMs: 0,
    entries: entries.map(({ entity }) => ({ errorCode: errorCode(error), errorMessage: null, entity })),
  };
}
