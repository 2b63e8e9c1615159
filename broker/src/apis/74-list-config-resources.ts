import { type ErrorName, errorCode } from '@millrace/protocol';
import {
  listConfigResources as api,
  type ListConfigResourcesResponseInit,
} from '@millrace/protocol/messages';
import { configResourceTypeIds, configResourceTypeOf } from '../core/metadata/config-resources.ts';
import type { ConfigResourceType, MetadataImage } from '../core/metadata/image.ts';
import { CLUSTER, defineApi } from './api.ts';

const EVERY_TYPE = Object.keys(configResourceTypeIds) as readonly ConfigResourceType[];

/**
 * ListConfigResources v0-1
 *
 * - Topics and brokers that there are, groups and client metrics that something is set for; no types named are all.
 * - UNSUPPORTED_VERSION for a type that there is not.
 *
 * Versions: v0 is ListClientMetricsResources: names of client metrics and nothing else.
 *
 * Not implemented: nothing.
 */
export const listConfigResources = defineApi({
  api,
  versions: [0, 1],
  access: [['DESCRIBE_CONFIGS', 'CLUSTER']],
  handle(context, request): ListConfigResourcesResponseInit {
    if (!context.authorize('DESCRIBE_CONFIGS', CLUSTER)) return failed('CLUSTER_AUTHORIZATION_FAILED');
    const types = context.version === 0 ? ['client-metrics' as const] : typesOf(request.resourceTypes);
    if (types === null) return failed('UNSUPPORTED_VERSION');
    const image = context.services.metadata.image();
    return {
      throttleTimeMs: 0,
      errorCode: errorCode('NONE'),
      configResources: types.flatMap((type) =>
        namesOf(image, type).map((resourceName) => ({
          resourceName,
          resourceType: configResourceTypeIds[type],
        })),
      ),
    };
  },
  refuse: (_request, error) => failed(error),
});

function typesOf(asked: readonly number[]): readonly ConfigResourceType[] | null {
  if (asked.length === 0) return EVERY_TYPE;
  const types = [...new Set(asked)].map(configResourceTypeOf).filter((type) => type !== undefined);
  return types.length === new Set(asked).size ? types : null;
}

function namesOf(image: MetadataImage, type: ConfigResourceType): readonly string[] {
  switch (type) {
    case 'topic':
      return [...image.topicsByName.keys()];
    case 'broker':
    case 'broker-logger':
      return [...image.brokers.keys()].map(String);
    case 'group':
    case 'client-metrics':
      return [...image.configs.resources()].filter((one) => one.type === type).map(({ name }) => name);
  }
}

function failed(error: ErrorName): ListConfigResourcesResponseInit {
  return { throttleTimeMs: 0, errorCode: errorCode(error), configResources: [] };
}
