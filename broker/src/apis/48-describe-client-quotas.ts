import { type ErrorName, errorCode } from '@millrace/protocol';
import {
  describeClientQuotas as api,
  type DescribeClientQuotasRequest,
  type DescribeClientQuotasRequestComponent,
  type DescribeClientQuotasResponseInit,
} from '@millrace/protocol/messages';
import type { QuotaEntity } from '../core/quota/client-quotas.ts';
import { CLUSTER, defineApi } from './api.ts';

const [EXACT, DEFAULT, ANY] = [0, 1, 2];
const ENTITY_TYPES: readonly string[] = ['user', 'client-id', 'ip'];

/**
 * DescribeClientQuotas v0-1
 *
 * - What is set for entities that match all components: of a type and a name, of a type and "all others", of a type.
 *   `strict` leaves out those that have further parts; no components are everything.
 * - INVALID_REQUEST for a type twice or empty, an address together with users or clients, a name where none belongs;
 *   UNSUPPORTED_VERSION for a type that there is not.
 *
 * Versions: nothing differs but the encoding.
 *
 * Not implemented: nothing.
 */
export const describeClientQuotas = defineApi({
  api,
  versions: [0, 1],
  access: [['DESCRIBE_CONFIGS', 'CLUSTER']],
  handle(context, request): DescribeClientQuotasResponseInit {
    if (!context.authorize('DESCRIBE_CONFIGS', CLUSTER)) return failed('CLUSTER_AUTHORIZATION_FAILED', null);
    const problem = filterProblem(request);
    if (problem !== null) return failed(...problem);
    const found = [...context.services.metadata.image().clientQuotas.values()].filter(({ entity }) =>
      matches(entity, request),
    );
    return {
      throttleTimeMs: 0,
      errorCode: errorCode('NONE'),
      errorMessage: '',
      entries: found.map(({ entity, values }) => ({
        entity: [...entity].map(([entityType, entityName]) => ({ entityType, entityName })),
        values: [...values].map(([key, value]) => ({ key, value })),
      })),
    };
  },
  refuse: (_request, error) => failed(error, null),
});

type Problem = readonly [error: ErrorName, message: string];

function filterProblem({ components }: DescribeClientQuotasRequest): Problem | null {
  const types = components.map(({ entityType }) => entityType);
  for (const [index, component] of components.entries()) {
    const { entityType } = component;
    if (entityType === '') return ['INVALID_REQUEST', 'A component of the filter has no type.'];
    if (types.indexOf(entityType) !== index)
      return ['INVALID_REQUEST', `The filter names the type ${entityType} more than once.`];
    if (!ENTITY_TYPES.includes(entityType))
      return ['UNSUPPORTED_VERSION', `There are no quotas of a ${entityType}.`];
    if (!isWellFormed(component))
      return [
        'INVALID_REQUEST',
        `The filter for ${entityType} has a name too many or too few, or an unknown kind.`,
      ];
  }
  return types.includes('ip') && types.length > 1
    ? ['INVALID_REQUEST', 'An address is not combined with users or client ids.']
    : null;
}

function isWellFormed({ matchType, match }: DescribeClientQuotasRequestComponent): boolean {
  if (matchType === EXACT) return match !== null;
  return (matchType === DEFAULT || matchType === ANY) && match === null;
}

function matches(entity: QuotaEntity, { components, strict }: DescribeClientQuotasRequest): boolean {
  if (strict && entity.size !== components.length) return false;
  return components.every(
    ({ entityType, matchType, match }) =>
      entity.has(entityType) && (matchType === ANY || entity.get(entityType) === match),
  );
}

function failed(error: ErrorName, errorMessage: string | null): DescribeClientQuotasResponseInit {
  return { throttleTimeMs: 0, errorCode: errorCode(error), errorMessage, entries: null };
}
