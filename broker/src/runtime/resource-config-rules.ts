import type { Refusal } from '../core/controller/commands.ts';
import type { ConfigResourceType } from '../core/metadata/image.ts';
import type { BrokerConfig } from './broker-config.ts';
import { brokerConfigKeys } from './broker-config-keys.ts';
import { clientMetricsProblem } from './client-metrics-config.ts';
import { groupConfigBounds, groupConfigDefinitions } from './group-config-definitions.ts';
import { brokerConfigProblem } from './live-broker-config.ts';
import { brokerValue, configText, topicConfigProblem, topicDefaultText } from './topic-config.ts';
import { topicConfigDefinitions } from './topic-config-definitions.ts';

/** @returns why a resource may not have all these configs, by Kafka's error; null where it may */
export function resourceConfigProblem(
  config: BrokerConfig,
  type: ConfigResourceType,
  values: ReadonlyMap<string, string>,
): Refusal | null {
  switch (type) {
    case 'topic':
      return invalid(topicConfigProblem(values));
    case 'broker':
      return brokerConfigProblem(config, values);
    case 'group':
      return invalid(groupConfigProblem(config, values));
    case 'client-metrics':
      return clientMetricsProblem(values);
    case 'broker-logger':
      return invalid(values.size === 0 ? null : 'This broker has no loggers of its own.');
  }
}

/** Whether single items can be appended and taken out; Kafka says no for the lists of client metrics. */
export function isListConfig(type: ConfigResourceType, name: string): boolean {
  if (type === 'topic') return topicConfigDefinitions.get(name)?.type === 'list';
  return type === 'broker' && brokerKey(name)?.type === 'list';
}

/** What holds where a resource does not set the config; null where there is no such config. */
export function defaultConfigText(
  config: BrokerConfig,
  type: ConfigResourceType,
  name: string,
): string | null {
  if (type === 'topic') return topicConfigDefinitions.has(name) ? topicDefaultText(config, name) : null;
  const value = type === 'broker' ? brokerValue(config, name) : undefined;
  return value === undefined || value === null ? null : configText(value);
}

function brokerKey(name: string): { readonly type: string } | undefined {
  const keys: Readonly<Record<string, { readonly type: string }>> = brokerConfigKeys;
  return Object.hasOwn(keys, name) ? keys[name] : undefined;
}

function groupConfigProblem(config: BrokerConfig, values: ReadonlyMap<string, string>): string | null {
  for (const [name, text] of values) {
    const definition = groupConfigDefinitions.get(name);
    if (!definition) return `"${name}" is no config of a group.`;
    const problem = definition.problem(text, groupConfigBounds(config.values, definition));
    if (problem !== null) return `"${name}" ${problem}, not "${text}".`;
  }
  return null;
}

function invalid(message: string | null): Refusal | null {
  return message === null ? null : { error: 'INVALID_CONFIG', message };
}
