import type { ConfigType } from '@millrace/foundation';
import type { MetadataImage } from '../core/metadata/image.ts';
import type { BrokerConfig } from './broker-config.ts';
import { brokerConfigKeys } from './broker-config-keys.ts';
import { brokerValue, configText, topicDefaultText } from './topic-config.ts';
import { topicConfigDefinitions } from './topic-config-definitions.ts';

/** Where a value comes from, by DescribeConfigs' names. */
export type ConfigSource = 'DYNAMIC_TOPIC_CONFIG' | 'STATIC_BROKER_CONFIG' | 'DEFAULT_CONFIG';

export interface DescribedConfig {
  readonly name: string;
  /** Null where it is unset, or a password. */
  readonly value: string | null;
  readonly source: ConfigSource;
  readonly readOnly: boolean;
  readonly sensitive: boolean;
  readonly type: ConfigType;
  readonly docs: string;
  /** All that could give the value, the one that does first. */
  readonly synonyms: readonly ConfigSynonym[];
}

export interface ConfigSynonym {
  readonly name: string;
  readonly value: string | null;
  readonly source: ConfigSource;
}

/** Every config of a topic, sorted by name; `own` is what the topic sets itself. */
export function describeTopicConfigs(
  config: BrokerConfig,
  own: ReadonlyMap<string, string> | undefined,
): readonly DescribedConfig[] {
  return [...topicConfigDefinitions].map(([name, definition]) => {
    const set = own?.get(name);
    const synonyms: ConfigSynonym[] = [];
    if (set !== undefined) synonyms.push({ name, value: set, source: 'DYNAMIC_TOPIC_CONFIG' });
    const { brokerKey } = definition;
    if (brokerKey !== undefined) synonyms.push(...brokerSynonyms(config, brokerKey, definition.default));
    return {
      name,
      value: set ?? topicDefaultText(config, name),
      source: synonyms[0]?.source ?? 'DEFAULT_CONFIG',
      readOnly: false,
      sensitive: false,
      type: definition.type,
      docs: definition.docs,
      synonyms,
    };
  });
}

/** Every config of this broker, sorted by name. None changes while it runs. */
export function describeBrokerConfigs(config: BrokerConfig): readonly DescribedConfig[] {
  return Object.entries(brokerConfigKeys)
    .map(([name, key]) => {
      const sensitive = (key.type as ConfigType) === 'password';
      const value = sensitive ? null : textOf(config, name);
      const source = config.given.has(name) ? 'STATIC_BROKER_CONFIG' : 'DEFAULT_CONFIG';
      const synonyms: ConfigSynonym[] = [{ name, value, source }];
      return {
        name,
        value,
        source,
        readOnly: true,
        sensitive,
        type: key.type,
        docs: key.docs,
        synonyms,
      } as const;
    })
    .sort((left, right) => (left.name < right.name ? -1 : 1));
}

export function ownTopicConfigs(
  image: MetadataImage,
  topic: string,
): ReadonlyMap<string, string> | undefined {
  return image.configs.get('topic', topic);
}

function brokerSynonyms(config: BrokerConfig, key: string, byDefault: string): readonly ConfigSynonym[] {
  const known = Object.hasOwn(brokerConfigKeys, key);
  const value = known ? textOf(config, key) : byDefault;
  if (value === null) return [];
  return [{ name: key, value, source: config.given.has(key) ? 'STATIC_BROKER_CONFIG' : 'DEFAULT_CONFIG' }];
}

function textOf(config: BrokerConfig, key: string): string | null {
  const value = brokerValue(config, key);
  return value === undefined || value === null ? null : configText(value);
}
