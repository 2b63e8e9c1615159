import {
  incrementalAlterConfigs as api,
  type IncrementalAlterConfigsRequestResource,
  type IncrementalAlterConfigsResponseInit,
} from '@millrace/protocol/messages';
import type { ConfigChange, ConfigResourceChange } from '../core/controller/commands.ts';
import { configResourceTypeOf } from '../core/metadata/config-resources.ts';
import { defineApi, type RequestContext } from './api.ts';
import { type AlteredResource, altered, alteredResources, mayAlterConfigs } from './config-wire.ts';

/**
 * IncrementalAlterConfigs v0-1
 *
 * - Each resource changes wholly or not at all; what would result is validated as one (INVALID_CONFIG, with the key).
 * - Topics; brokers by id, or all of them by the empty name, as far as a setting is dynamic (INVALID_REQUEST where it is
 *   not); groups and client metrics, which need not be there. Lists may grow and shrink by single items.
 *
 * Versions: nothing differs but the encoding.
 *
 * Not implemented: levels of single loggers (INVALID_CONFIG: there are none), listeners that come and go.
 */
export const incrementalAlterConfigs = defineApi({
  api,
  versions: [0, 1],
  access: [
    ['ALTER_CONFIGS', 'TOPIC'],
    ['ALTER_CONFIGS', 'GROUP'],
    ['ALTER_CONFIGS', 'CLUSTER'],
  ],
  forwards: true,
  async handle(context, request): Promise<IncrementalAlterConfigsResponseInit> {
    const checked = request.resources.map((resource) => check(context, resource));
    const resources = checked.filter((item): item is ConfigResourceChange => 'changes' in item);
    const { validateOnly } = request;
    const results = await context.services.controller.incrementalAlterConfigs({ resources, validateOnly });
    return {
      throttleTimeMs: 0,
      responses: alteredResources(request.resources, checked, results),
    };
  },
  refuse: (request, error) => ({
    throttleTimeMs: 0,
    responses: request.resources.map((resource) => altered(resource, error, null)),
  }),
});

const operations: readonly ConfigChange['operation'][] = ['set', 'delete', 'append', 'subtract'];

function check(
  context: RequestContext,
  resource: IncrementalAlterConfigsRequestResource,
): ConfigResourceChange | AlteredResource {
  const type = configResourceTypeOf(resource.resourceType);
  const name = resource.resourceName;
  if (type === undefined)
    return altered(resource, 'INVALID_REQUEST', `There is no resource type ${resource.resourceType}.`);
  const error = mayAlterConfigs(context, type, name);
  if (error !== null) return altered(resource, error, null);
  const changes: ConfigChange[] = [];
  for (const config of resource.configs) {
    const operation = operations[config.configOperation];
    if (!operation)
      return altered(resource, 'INVALID_REQUEST', `There is no operation ${config.configOperation}.`);
    changes.push({ name: config.name, operation, value: config.value });
  }
  return { type, name, changes };
}
