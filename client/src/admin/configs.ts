import { describeConfigs, incrementalAlterConfigs } from '@millrace/protocol/messages';
import type { Cluster } from '../cluster/cluster.ts';
import { throwOnError } from '../cluster/outcome.ts';
import { retrying } from '../cluster/retry.ts';
import type { Connection } from '../connection/index.ts';
import type { ConfigEntry, ConfigSource, ConfigType } from '../types.ts';

export type ConfigResourceType = 'topic' | 'broker' | 'group';

const resourceTypes: Record<ConfigResourceType, number> = { topic: 2, broker: 4, group: 32 };
/** By their numbers in DescribeConfigs. */
const sources: readonly ConfigSource[] = [
  'UNKNOWN',
  'DYNAMIC_TOPIC_CONFIG',
  'DYNAMIC_BROKER_CONFIG',
  'DYNAMIC_DEFAULT_BROKER_CONFIG',
  'STATIC_BROKER_CONFIG',
  'DEFAULT_CONFIG',
  'DYNAMIC_BROKER_LOGGER_CONFIG',
  'DYNAMIC_CLIENT_METRICS_CONFIG',
  'DYNAMIC_GROUP_CONFIG',
];
const types: readonly (ConfigType | null)[] = [
  null,
  'BOOLEAN',
  'STRING',
  'INT',
  'SHORT',
  'LONG',
  'DOUBLE',
  'LIST',
  'CLASS',
  'PASSWORD',
];
/** The first version that can be asked for documentation. */
const DOCUMENTED_FROM = 3;
const OPERATION_SET = 0;
const OPERATION_DELETE = 1;

export function readConfigs(
  cluster: Cluster,
  type: ConfigResourceType,
  name: string,
): Promise<ReadonlyMap<string, ConfigEntry>> {
  return withResource(cluster, type, name, async (connection) => {
    const resources = [{ resourceType: resourceTypes[type], resourceName: name, configurationKeys: null }];
    const includeDocumentation = connection.versions.negotiate(describeConfigs) >= DOCUMENTED_FROM;
    const { results } = await connection.request(describeConfigs, { resources, includeDocumentation });
    const configs = new Map<string, ConfigEntry>();
    for (const result of results) {
      throwOnError(result.errorCode, `${type} ${name}`, result.errorMessage);
      for (const { name: key, value, configSource, readOnly, isSensitive, ...told } of result.configs) {
        const source = sources[configSource] ?? 'UNKNOWN';
        const { documentation } = told;
        const type = types[told.configType] ?? null;
        configs.set(key, { value, source, readOnly, sensitive: isSensitive, type, documentation });
      }
    }
    return configs;
  });
}

export function changeConfigs(
  cluster: Cluster,
  type: ConfigResourceType,
  name: string,
  changes: { readonly [key: string]: string | null },
): Promise<void> {
  const configs = Object.entries(changes).map(([key, value]) => ({
    name: key,
    configOperation: value === null ? OPERATION_DELETE : OPERATION_SET,
    value,
  }));
  return withResource(cluster, type, name, async (connection) => {
    const resources = [{ resourceType: resourceTypes[type], resourceName: name, configs }];
    const { responses } = await connection.request(incrementalAlterConfigs, {
      resources,
      validateOnly: false,
    });
    for (const { errorCode, errorMessage } of responses)
      throwOnError(errorCode, `${type} ${name}`, errorMessage);
  });
}

/** A broker's own settings are known to itself only; the rest is known to all. */
function withResource<T>(
  cluster: Cluster,
  type: ConfigResourceType,
  name: string,
  ask: (connection: Connection) => Promise<T>,
): Promise<T> {
  const options = { deadlineMs: cluster.deadline(), signal: cluster.closing };
  return retrying(cluster.config, options, async () => {
    if (type !== 'broker' || name === '') return ask(await cluster.anyConnection());
    if (!cluster.cache.brokers.has(Number(name))) await cluster.refresh([]);
    return ask(await cluster.connection(Number(name)));
  });
}
