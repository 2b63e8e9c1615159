import { type ErrorName, errorCode } from '@millrace/protocol';
import type { ConfigResourceType } from '../core/metadata/image.ts';
import type { ConfigSource, DescribedType } from '../runtime/config-description.ts';
import { CLUSTER, type Operation, type RequestContext } from './api.ts';

/** ConfigSource's numbers in DescribeConfigs and CreateTopics. */
export const configSourceIds: Readonly<Record<ConfigSource, number>> = {
  DYNAMIC_TOPIC_CONFIG: 1,
  DYNAMIC_BROKER_CONFIG: 2,
  DYNAMIC_DEFAULT_BROKER_CONFIG: 3,
  STATIC_BROKER_CONFIG: 4,
  DEFAULT_CONFIG: 5,
  CLIENT_METRICS_CONFIG: 7,
  GROUP_CONFIG: 8,
};

/** ConfigType's numbers in DescribeConfigs (KIP-569). */
export const configTypeIds: Readonly<Record<DescribedType, number>> = {
  unknown: 0,
  boolean: 1,
  string: 2,
  int: 3,
  short: 4,
  long: 5,
  double: 6,
  list: 7,
  class: 8,
  password: 9,
};

/** A resource, as both requests that alter configs name it. */
interface NamedResource {
  readonly resourceType: number;
  readonly resourceName: string;
}

/** What became of a resource, as AlterConfigs and IncrementalAlterConfigs answer it. */
export interface AlteredResource extends NamedResource {
  readonly errorCode: number;
  readonly errorMessage: string | null;
}

export function altered(
  { resourceType, resourceName }: NamedResource,
  error: ErrorName,
  errorMessage: string | null,
): AlteredResource {
  return { errorCode: errorCode(error), errorMessage, resourceType, resourceName };
}

/** Answers in the order of the request: what was refused at the door as it is, the rest by the controller's results, which are in order too. */
export function alteredResources(
  resources: readonly NamedResource[],
  checked: readonly (AlteredResource | object)[],
  results: readonly { readonly error: ErrorName | null; readonly message: string | null }[],
): AlteredResource[] {
  const rest = results.values();
  return resources.map((resource, index) => {
    const item = checked[index];
    if (item && 'errorCode' in item) return item;
    const result = rest.next().value;
    return altered(resource, result?.error ?? 'NONE', result?.message ?? null);
  });
}

/** Why the caller may not change the configs of a resource; null where they may. */
export function mayAlterConfigs(
  context: RequestContext,
  type: ConfigResourceType,
  name: string,
): ErrorName | null {
  return mayOn(context, 'ALTER_CONFIGS', type, name);
}

/** Why the caller may not see the configs of a resource; null where they may. */
export function mayDescribeConfigs(
  context: RequestContext,
  type: ConfigResourceType,
  name: string,
): ErrorName | null {
  return mayOn(context, 'DESCRIBE_CONFIGS', type, name);
}

/** Topics and groups are asked for by themselves, everything else belongs to the cluster. */
function mayOn(
  context: RequestContext,
  operation: Operation,
  type: ConfigResourceType,
  name: string,
): ErrorName | null {
  switch (type) {
    case 'topic':
      return context.authorize(operation, { type: 'TOPIC', name }) ? null : 'TOPIC_AUTHORIZATION_FAILED';
    case 'group':
      return context.authorize(operation, { type: 'GROUP', name }) ? null : 'GROUP_AUTHORIZATION_FAILED';
    case 'broker':
    case 'broker-logger':
    case 'client-metrics':
      return context.authorize(operation, CLUSTER) ? null : 'CLUSTER_AUTHORIZATION_FAILED';
  }
}
