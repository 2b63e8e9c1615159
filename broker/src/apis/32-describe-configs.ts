import { type ErrorName, errorCode } from '@millrace/protocol';
import {
  describeConfigs as api,
  type DescribeConfigsRequest,
  type DescribeConfigsRequestResource,
  type DescribeConfigsResponseConfigInit,
  type DescribeConfigsResponseInit,
  type DescribeConfigsResponseResultInit,
} from '@millrace/protocol/messages';
import { topicNameProblem } from '../core/controller/topic-names.ts';
import { configResourceTypeOf } from '../core/metadata/config-resources.ts';
import {
  type DescribedConfig,
  describeBrokerConfigs,
  describeTopicConfigs,
  ownTopicConfigs,
} from '../runtime/config-description.ts';
import { CLUSTER, defineApi, type RequestContext } from './api.ts';
import { configSourceIds, configTypeIds } from './config-wire.ts';

/**
 * DescribeConfigs v1-4
 *
 * - Topics: every config with what the topic sets, else the broker's value or Kafka's default; all can be altered.
 * - Brokers: this broker's settings, all read-only; the cluster-wide default (an empty name) has none.
 * - No keys named, or an empty list of them, is all keys. Passwords are never answered.
 *
 * Versions: v3 types and documentation.
 *
 * Not implemented: groups, client metrics and broker loggers have no configs here (INVALID_REQUEST).
 */
export const describeConfigs = defineApi({
  api,
  versions: [1, 4],
  access: [
    ['DESCRIBE_CONFIGS', 'TOPIC'],
    ['DESCRIBE_CONFIGS', 'CLUSTER'],
  ],
  handle: (context, request): DescribeConfigsResponseInit => ({
    throttleTimeMs: 0,
    results: request.resources.map((resource) => describe(context, request, resource)),
  }),
  refuse: (request, error) => ({
    throttleTimeMs: 0,
    results: request.resources.map((resource) => failed(resource, error, null)),
  }),
});

function describe(
  context: RequestContext,
  request: DescribeConfigsRequest,
  resource: DescribeConfigsRequestResource,
): DescribeConfigsResponseResultInit {
  const { services } = context;
  const { resourceName } = resource;
  switch (configResourceTypeOf(resource.resourceType)) {
    case 'topic': {
      if (!context.authorize('DESCRIBE_CONFIGS', { type: 'TOPIC', name: resourceName }))
        return failed(resource, 'TOPIC_AUTHORIZATION_FAILED', null);
      const problem = topicNameProblem(resourceName);
      if (problem !== null) return failed(resource, 'INVALID_TOPIC_EXCEPTION', problem);
      const image = services.metadata.image();
      if (!image.topicsByName.has(resourceName)) return failed(resource, 'UNKNOWN_TOPIC_OR_PARTITION', null);
      const configs = describeTopicConfigs(services.config, ownTopicConfigs(image, resourceName));
      return described(request, resource, configs);
    }
    case 'broker': {
      if (!context.authorize('DESCRIBE_CONFIGS', CLUSTER))
        return failed(resource, 'CLUSTER_AUTHORIZATION_FAILED', null);
      if (resourceName === '') return described(request, resource, []);
      const { nodeId } = services.config;
      if (resourceName !== String(nodeId)) {
        const message = `This is broker ${nodeId}; configs of a broker are asked for at the broker itself.`;
        return failed(resource, 'INVALID_REQUEST', message);
      }
      return described(request, resource, describeBrokerConfigs(services.config));
    }
    case 'group':
    case 'client-metrics':
    case 'broker-logger':
    case undefined:
      return failed(
        resource,
        'INVALID_REQUEST',
        `Resources of type ${resource.resourceType} have no configs here.`,
      );
  }
}

function described(
  request: DescribeConfigsRequest,
  resource: DescribeConfigsRequestResource,
  configs: readonly DescribedConfig[],
): DescribeConfigsResponseResultInit {
  const keys = resource.configurationKeys;
  const wanted =
    keys === null || keys.length === 0 ? configs : configs.filter((config) => keys.includes(config.name));
  return {
    errorCode: errorCode('NONE'),
    errorMessage: '',
    resourceType: resource.resourceType,
    resourceName: resource.resourceName,
    configs: wanted.map(
      (config): DescribeConfigsResponseConfigInit => ({
        name: config.name,
        value: config.value,
        readOnly: config.readOnly,
        configSource: configSourceIds[config.source],
        isSensitive: config.sensitive,
        synonyms: request.includeSynonyms
          ? config.synonyms.map(({ name, value, source }) => ({
              name,
              value,
              source: configSourceIds[source],
            }))
          : [],
        configType: configTypeIds[config.type],
        documentation: request.includeDocumentation ? config.docs : null,
      }),
    ),
  };
}

function failed(
  resource: DescribeConfigsRequestResource,
  error: ErrorName,
  errorMessage: string | null,
): DescribeConfigsResponseResultInit {
  const { resourceType, resourceName } = resource;
  return { errorCode: errorCode(error), errorMessage, resourceType, resourceName, configs: [] };
}
