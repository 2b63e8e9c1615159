import { describeConfigs, incrementalAlterConfigs } from '@millrace/protocol/messages';
import type { Cluster } from '../cluster/cluster.ts';
import { throwOnError } from '../cluster/outcome.ts';
import { retrying } from '../cluster/retry.ts';
import type { Connection } from '../connection/index.ts';

export type ConfigResourceType = 'topic' | 'broker' | 'group';

const resourceTypes: Record<ConfigResourceType, number> = { topic: 2, broker: 4, group: 32 };
const OPERATION_SET = 0;
const OPERATION_DELETE = 1;

export function readConfigs(
  cluster: Cluster,
  type: ConfigResourceType,
  name: string,
): Promise<ReadonlyMap<string, string | null>> {
  return withResource(cluster, type, name, async (connection) => {
    const resources = [{ resourceType: resourceTypes[type], resourceName: name, configurationKeys: null }];
    const { results } = await connection.request(describeConfigs, { resources });
    const configs = new Map<string, string | null>();
    for (const result of results) {
      throwOnError(result.errorCode, `${type} ${name}`, result.errorMessage);
      for (const config of result.configs) configs.set(config.name, config.value);
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
