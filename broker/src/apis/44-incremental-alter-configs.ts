import { type ErrorName, errorCode } from '@millrace/protocol';
import {
  incrementalAlterConfigs as api,
  type IncrementalAlterConfigsRequestResource,
  type IncrementalAlterConfigsResponseInit,
  type IncrementalAlterConfigsResponseResourceInit,
} from '@millrace/protocol/messages';
import type { ConfigChange, ConfigResourceChange } from '../core/controller/commands.ts';
import { configResourceTypeOf } from '../core/metadata/config-resources.ts';
import { CLUSTER, defineApi, type RequestContext } from './api.ts';

/**
 * IncrementalAlterConfigs v0-1
 *
 * - Each resource changes wholly or not at all; what would result is validated as one (INVALID_CONFIG, with the key).
 * - Topics only: a broker's settings do not change while it runs.
 *
 * Versions: nothing differs but the encoding.
 *
 * Not implemented: configs of groups, client metrics and broker loggers (INVALID_REQUEST).
 */
export const incrementalAlterConfigs = defineApi({
  api,
  versions: [0, 1],
  access: [
    ['ALTER_CONFIGS', 'TOPIC'],
    ['ALTER_CONFIGS', 'CLUSTER'],
  ],
  async handle(context, request): Promise<IncrementalAlterConfigsResponseInit> {
    const checked = request.resources.map((resource) => check(context, resource));
    const resources = checked.filter((item): item is ConfigResourceChange => 'changes' in item);
    const { validateOnly } = request;
    const results = await context.services.controller.incrementalAlterConfigs({ resources, validateOnly });
    const answers = results.values();
    return {
      throttleTimeMs: 0,
      responses: checked.map((item, index): IncrementalAlterConfigsResponseResourceInit => {
        if ('errorCode' in item) return item;
        const result = answers.next().value;
        return {
          errorCode: errorCode(result?.error ?? 'NONE'),
          errorMessage: result?.message ?? null,
          resourceType: request.resources[index]?.resourceType ?? 0,
          resourceName: item.name,
        };
      }),
    };
  },
  refuse: (request, error) => ({
    throttleTimeMs: 0,
    responses: request.resources.map((resource) => failed(resource, error, null)),
  }),
});

const operations: readonly ConfigChange['operation'][] = ['set', 'delete', 'append', 'subtract'];

function check(
  context: RequestContext,
  resource: IncrementalAlterConfigsRequestResource,
): ConfigResourceChange | IncrementalAlterConfigsResponseResourceInit {
  const type = configResourceTypeOf(resource.resourceType);
  const name = resource.resourceName;
  if (type === undefined)
    return failed(resource, 'INVALID_REQUEST', `There is no resource type ${resource.resourceType}.`);
  if (type === 'topic') {
    if (!context.authorize('ALTER_CONFIGS', { type: 'TOPIC', name }))
      return failed(resource, 'TOPIC_AUTHORIZATION_FAILED', null);
  } else if (!context.authorize('ALTER_CONFIGS', CLUSTER)) {
    return failed(resource, 'CLUSTER_AUTHORIZATION_FAILED', null);
  }
  const changes: ConfigChange[] = [];
  for (const config of resource.configs) {
    const operation = operations[config.configOperation];
    if (!operation)
      return failed(resource, 'INVALID_REQUEST', `There is no operation ${config.configOperation}.`);
    changes.push({ name: config.name, operation, value: config.value });
  }
  return { type, name, changes };
}

function failed(
  resource: IncrementalAlterConfigsRequestResource,
  error: ErrorName,
  errorMessage: string | null,
): IncrementalAlterConfigsResponseResourceInit {
  const { resourceType, resourceName } = resource;
  return { errorCode: errorCode(error), errorMessage, resourceType, resourceName };
}
