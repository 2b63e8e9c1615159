import { configResourceTypeIds } from '../metadata/config-resources.ts';
import type { MetadataRecord } from '../metadata/records.ts';
import type {
  AlterConfigsCommand,
  AlterConfigsResult,
  ConfigChange,
  ConfigResourceChange,
  IncrementalAlterConfigsCommand,
  Refusal,
} from './commands.ts';
import { type Decision, type DecisionInput, RECORDS_PER_COMMAND_MAX, TOO_MUCH_AT_ONCE } from './decision.ts';
import { eligibleAfterConfigs } from './eligible-after-configs.ts';
import { repeated } from './repeated.ts';
import { topicNameProblem } from './topic-names.ts';

/** IncrementalAlterConfigs: each resource wholly or not at all; the set that would result is validated as one. */
export function incrementalAlterConfigs(
  input: DecisionInput,
  command: IncrementalAlterConfigsCommand,
): Decision<readonly AlterConfigsResult[]> {
  const records: MetadataRecord[] = [];
  const twice = repeated(command.resources.map(resourceKey));
  const response = command.resources.map((resource): AlterConfigsResult => {
    const { type, name } = resource;
    if (twice.has(resourceKey(resource)))
      return {
        type,
        name,
        error: 'INVALID_REQUEST',
        message: 'The request names this resource more than once.',
      };
    const decided = alterResource(input, resource);
    if ('error' in decided) return { type, name, ...decided };
    for (const record of decided) records.push(record);
    return { type, name, error: null, message: null };
  });
  if (records.length > RECORDS_PER_COMMAND_MAX)
    return { records: [], response: response.map(({ type, name }) => ({ type, name, ...TOO_MUCH_AT_ONCE })) };
  if (command.validateOnly) return { records: [], response };
  return { records: [...records, ...eligibleAfterConfigs(input, records)], response };
}

/** AlterConfigs (KIP-133): each resource has just these configs afterwards. */
export function alterConfigs(
  input: DecisionInput,
  command: AlterConfigsCommand,
): Decision<readonly AlterConfigsResult[]> {
  const resources = command.resources.map(({ type, name, configs }) => {
    const kept = new Set(configs.map((config) => config.name));
    const unset = [...(input.image.configs.get(type, name)?.keys() ?? [])].filter((key) => !kept.has(key));
    const changes: readonly ConfigChange[] = [
      ...configs.map((config) => ({ ...config, operation: 'set' as const })),
      ...unset.map((key) => ({ name: key, operation: 'delete' as const, value: null })),
    ];
    return { type, name, changes };
  });
  return incrementalAlterConfigs(input, { resources, validateOnly: command.validateOnly });
}

function alterResource(
  input: DecisionInput,
  resource: ConfigResourceChange,
): readonly MetadataRecord[] | Refusal {
  const [twice] = repeated(resource.changes.map(({ name }) => name));
  if (twice !== undefined)
    return { error: 'INVALID_REQUEST', message: `"${twice}" is changed more than once.` };
  const unset = resource.changes.find((change) => change.operation !== 'delete' && change.value === null);
  if (unset) return { error: 'INVALID_REQUEST', message: `"${unset.name}" has no value.` };
  const missing = existenceRefusal(input, resource);
  if (missing) return missing;
  const before = input.image.configs.get(resource.type, resource.name);
  const after = new Map(before);
  for (const change of resource.changes) {
    const value = changed(input, resource, change, after.get(change.name));
    if (typeof value === 'object' && value !== null) return value;
    if (value === null) after.delete(change.name);
    else after.set(change.name, value);
  }
  const refusal = input.rules.validateConfigs(resource.type, after);
  if (refusal !== null) return refusal;
  return resource.changes
    .filter((change) => before?.get(change.name) !== after.get(change.name))
    .map((change) => ({
      kind: 'ConfigRecord',
      value: {
        resourceType: configResourceTypeIds[resource.type],
        resourceName: resource.name,
        name: change.name,
        value: after.get(change.name) ?? null,
      },
    }));
}

/** The config's new value, null where it is deleted. */
function changed(
  input: DecisionInput,
  resource: ConfigResourceChange,
  change: ConfigChange,
  current: string | undefined,
): string | null | Refusal {
  if (change.operation === 'delete') return null;
  const given = change.value ?? '';
  if (change.operation === 'set') return given;
  if (!input.rules.isListConfig(resource.type, change.name)) {
    return {
      error: 'INVALID_CONFIG',
      message: `"${change.name}" is no list: items can be neither appended nor subtracted.`,
    };
  }
  const items = itemsOf(current ?? input.rules.defaultConfig(resource.type, change.name) ?? '');
  const named = new Set(itemsOf(given));
  if (change.operation === 'append') return [...new Set([...items, ...named])].join(',');
  return items.filter((item) => !named.has(item)).join(',');
}

function existenceRefusal(input: DecisionInput, resource: ConfigResourceChange): Refusal | null {
  switch (resource.type) {
    case 'topic': {
      const problem = topicNameProblem(resource.name);
      if (problem !== null) return { error: 'INVALID_TOPIC_EXCEPTION', message: problem };
      return input.image.topicsByName.has(resource.name)
        ? null
        : { error: 'UNKNOWN_TOPIC_OR_PARTITION', message: `There is no topic "${resource.name}".` };
    }
    case 'broker':
      if (resource.name === '') return null;
      if (!/^\d+$/.test(resource.name))
        return { error: 'INVALID_REQUEST', message: `"${resource.name}" is no broker id.` };
      return input.image.brokers.has(Number(resource.name))
        ? null
        : { error: 'INVALID_REQUEST', message: `There is no broker ${resource.name}.` };
    case 'group':
    case 'client-metrics':
      // They need not be there: what is set waits for them.
      return resource.name === ''
        ? { error: 'INVALID_REQUEST', message: `The name of a ${resource.type} must not be empty.` }
        : null;
    case 'broker-logger':
      return null;
  }
}

function resourceKey({ type, name }: ConfigResourceChange): string {
  return `${type} ${name}`;
}

function itemsOf(text: string): readonly string[] {
  return text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');
}
