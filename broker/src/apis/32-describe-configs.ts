import { type ErrorName, errorCode } from '@millrace/protocol';
import {
  describeConfigs as api,
  type DescribeConfigsRequest,
  type DescribeConfigsRequestResource,
  type DescribeConfigsResponseConfigInit,
  type DescribeConfigsResponseInit,
  type DescribeConfigsResponseResultInit,
} from '@millrace/protocol/messages';
import type { Refusal } from '../core/controller/commands.ts';
import { topicNameProblem } from '../core/controller/topic-names.ts';
import { configResourceTypeOf } from '../core/metadata/config-resources.ts';
import type { ConfigResourceType } from '../core/metadata/image.ts';
import {
  type DescribedConfig,
  describeBrokerConfigs,
  describeClientMetrics,
  describeEveryBroker,
  describeGroupConfigs,
  describeTopicConfigs,
} from '../runtime/config-description.ts';
import { defineApi, type RequestContext } from './api.ts';
import { configSourceIds, configTypeIds, mayDescribeConfigs } from './config-wire.ts';

/**
 * DescribeConfigs v1-4
 *
 * - Topics, groups and client metrics: every config with what is set, else the broker's value or Kafka's default.
 * - Brokers: this broker's settings, with where each comes from; an empty name: what is set for all brokers. Settings
 *   that nobody knows are kept and shown without their value, as in Kafka.
 * - No keys named, or an empty list of them, is all keys. Passwords are never answered.
 *
 * Versions: v3 types and documentation.
 *
 * Not implemented: broker loggers: there are none. Keys of Kafka's brokers that this one lacks are not shown.
 */
export const describeConfigs = defineApi({
  api,
  versions: [1, 4],
  access: [
    ['DESCRIBE_CONFIGS', 'TOPIC'],
    ['DESCRIBE_CONFIGS', 'GROUP'],
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
  const { resourceName: name } = resource;
  const type = configResourceTypeOf(resource.resourceType);
  if (type === undefined)
    return failed(resource, 'INVALID_REQUEST', `There is no resource type ${resource.resourceType}.`);
  const error = mayDescribeConfigs(context, type, name);
  if (error !== null) return failed(resource, error, null);
  const found = configsOf(context, type, name);
  return 'error' in found
    ? failed(resource, found.error, found.message)
    : described(request, resource, found);
}

function configsOf(
  { services }: RequestContext,
  type: ConfigResourceType,
  name: string,
): readonly DescribedConfig[] | Refusal {
  const { config } = services;
  const image = services.metadata.image();
  const invalid = (message: string): Refusal => ({ error: 'INVALID_REQUEST', message });
  switch (type) {
    case 'topic': {
      const problem = topicNameProblem(name);
      if (problem !== null) return { error: 'INVALID_TOPIC_EXCEPTION', message: problem };
      if (!image.topicsByName.has(name)) return { error: 'UNKNOWN_TOPIC_OR_PARTITION', message: null };
      return describeTopicConfigs({ config, image }, image.configs.get('topic', name));
    }
    case 'broker':
    case 'broker-logger':
      if (name === '' && type === 'broker') return describeEveryBroker(image);
      if (name !== String(config.nodeId))
        return invalid(
          `This is broker ${config.nodeId}; configs of a broker are asked for at the broker itself.`,
        );
      return type === 'broker' ? describeBrokerConfigs({ config, image }) : [];
    case 'group':
      return name === '' ? invalid('A group has a name.') : describeGroupConfigs({ config, image }, name);
    case 'client-metrics':
      return name === '' ? invalid('A subscription has a name.') : describeClientMetrics(image, name);
  }
}

function described(
  request: DescribeConfigsRequest,
  resource: DescribeConfigsRequestResource,
  configs: readonly DescribedConfig[],
): DescribeConfigsResponseResultInit {
  const keys = new Set(resource.configurationKeys);
  const wanted = keys.size === 0 ? configs : configs.filter((config) => keys.has(config.name));
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
