import {
  type AlterConfigsRequestResource,
  type AlterConfigsResponseInit,
  alterConfigs as api,
} from '@millrace/protocol/messages';
import type { ConfigResourceReplacement } from '../core/controller/commands.ts';
import { configResourceTypeOf } from '../core/metadata/config-resources.ts';
import { defineApi, type RequestContext } from './api.ts';
import { type AlteredResource, altered, alteredResources, mayAlterConfigs } from './config-wire.ts';

/**
 * AlterConfigs v0-2
 *
 * - A resource has just the configs that are named afterwards; each changes wholly or not at all.
 * - What is refused is what IncrementalAlterConfigs refuses, with its errors; loggers are INVALID_REQUEST.
 *
 * Versions: nothing differs but the encoding.
 *
 * Not implemented: nothing.
 */
export const alterConfigs = defineApi({
  api,
  versions: [0, 2],
  access: [
    ['ALTER_CONFIGS', 'TOPIC'],
    ['ALTER_CONFIGS', 'GROUP'],
    ['ALTER_CONFIGS', 'CLUSTER'],
  ],
  forwards: true,
  async handle(context, request): Promise<AlterConfigsResponseInit> {
    const checked = request.resources.map((resource) => check(context, resource));
    const resources = checked.filter((item): item is ConfigResourceReplacement => 'configs' in item);
    const { validateOnly } = request;
    const results = await context.services.controller.alterConfigs({ resources, validateOnly });
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

function check(
  context: RequestContext,
  resource: AlterConfigsRequestResource,
): ConfigResourceReplacement | AlteredResource {
  const type = configResourceTypeOf(resource.resourceType);
  const name = resource.resourceName;
  if (type === undefined || type === 'broker-logger')
    return altered(resource, 'INVALID_REQUEST', `There is no resource type ${resource.resourceType}.`);
  const error = mayAlterConfigs(context, type, name);
  return error === null ? { type, name, configs: resource.configs } : altered(resource, error, null);
}
