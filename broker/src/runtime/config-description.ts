import type { ConfigType, ConfigValue } from '@millrace/foundation';
import type { MetadataImage } from '../core/metadata/image.ts';
import type { BrokerConfig } from './broker-config.ts';
import { brokerConfigKeys } from './broker-config-keys.ts';
import { clientMetricsConfigs } from './client-metrics-config.ts';
import { groupConfigDefinitions } from './group-config-definitions.ts';
import { EVERY_BROKER, isDynamicBrokerKey } from './live-broker-config.ts';
import { settledText } from './settled-text.ts';
import { configText, topicDefaultText } from './topic-config.ts';
import { topicConfigDefinitions } from './topic-config-definitions.ts';

/** Where a value comes from, by DescribeConfigs' names. */
export type ConfigSource =
  | 'DYNAMIC_TOPIC_CONFIG'
  | 'DYNAMIC_BROKER_CONFIG'
  | 'DYNAMIC_DEFAULT_BROKER_CONFIG'
  | 'STATIC_BROKER_CONFIG'
  | 'DEFAULT_CONFIG'
  | 'CLIENT_METRICS_CONFIG'
  | 'GROUP_CONFIG';

export type DescribedType = ConfigType | 'short' | 'unknown';

export interface DescribedConfig {
  readonly name: string;
  /** Null where it is unset, or a password. */
  readonly value: string | null;
  readonly source: ConfigSource;
  readonly readOnly: boolean;
  readonly sensitive: boolean;
  readonly type: DescribedType;
  readonly docs: string;
  /** All that could give the value, the one that does first. */
  readonly synonyms: readonly ConfigSynonym[];
}

export interface ConfigSynonym {
  readonly name: string;
  readonly value: string | null;
  readonly source: ConfigSource;
}

interface Describing {
  readonly config: BrokerConfig;
  readonly image: MetadataImage;
}

/** Keys of which the first that is set counts, in Kafka's order. */
const SAME_MEANING: readonly (readonly string[])[] = [
  ['log.retention.ms', 'log.retention.minutes', 'log.retention.hours'],
  ['log.roll.ms', 'log.roll.hours'],
  ['log.roll.jitter.ms', 'log.roll.jitter.hours'],
  ['log.flush.interval.ms', 'log.flush.scheduler.interval.ms'],
];

/** Where Kafka's key is of a type that a definition here does not have. */
const KAFKA_TYPES: ReadonlyMap<string, DescribedType> = new Map<string, DescribedType>([
  ['listener.security.protocol.map', 'string'],
  ['log.dir', 'list'],
  ['offsets.topic.replication.factor', 'short'],
  ['share.coordinator.state.topic.min.isr', 'short'],
  ['share.coordinator.state.topic.replication.factor', 'short'],
  ['transaction.state.log.replication.factor', 'short'],
]);

/** Every config of a topic, sorted by name; `own` is what the topic sets itself. */
export function describeTopicConfigs(
  broker: Describing,
  own: ReadonlyMap<string, string> | undefined,
): readonly DescribedConfig[] {
  const described = [...topicConfigDefinitions].filter(([, { isInternal }]) => isInternal !== true);
  return described.map(([name, { type, docs, brokerKey, default: byDefault }]) => ({
    name,
    ...settled({
      own: own?.get(name),
      type,
      source: 'DYNAMIC_TOPIC_CONFIG',
      name,
      byDefault: topicDefaultText(broker.config, name),
      inherited: brokerKey === undefined ? [] : inherited(broker, brokerKey, byDefault),
    }),
    readOnly: false,
    sensitive: false,
    type,
    docs,
  }));
}

/** Every config of a group, sorted by name. */
export function describeGroupConfigs(broker: Describing, group: string): readonly DescribedConfig[] {
  const own = broker.image.configs.get('group', group);
  return [...groupConfigDefinitions].map(([name, { type, docs, brokerKey, default: byDefault }]) => ({
    name,
    ...settled({
      own: own?.get(name),
      type,
      source: 'GROUP_CONFIG',
      name,
      byDefault,
      inherited: inherited(broker, brokerKey, byDefault),
    }),
    readOnly: false,
    sensitive: false,
    type,
    docs,
  }));
}

/** Every config of a subscription to client metrics, sorted by name; none where nobody has set anything. */
export function describeClientMetrics(image: MetadataImage, name: string): readonly DescribedConfig[] {
  const own = image.configs.get('client-metrics', name);
  return [...clientMetricsConfigs].map(([key, { type, docs, default: byDefault }]) => ({
    name: key,
    ...settled({
      own: own?.get(key),
      type,
      source: 'CLIENT_METRICS_CONFIG',
      name: key,
      byDefault,
      inherited: [],
    }),
    readOnly: false,
    sensitive: false,
    type,
    docs,
  }));
}

/** Every config of this broker, sorted by name, and what was set for it that nobody knows. */
export function describeBrokerConfigs(broker: Describing): readonly DescribedConfig[] {
  const { config, image } = broker;
  const known = Object.keys(brokerConfigKeys);
  const strange = [EVERY_BROKER, String(config.nodeId)]
    .flatMap((name) => [...(image.configs.get('broker', name)?.keys() ?? [])])
    .filter((name) => !known.includes(name));
  return [...known, ...new Set(strange)]
    .map((name) => brokerConfig(name, synonymsOf(broker, name)))
    .sort((left, right) => (left.name < right.name ? -1 : 1));
}

/** What is set for all brokers, sorted by name. */
export function describeEveryBroker(image: MetadataImage): readonly DescribedConfig[] {
  const set = image.configs.get('broker', EVERY_BROKER) ?? new Map<string, string>();
  return [...set]
    .map(([name, value]) => brokerConfig(name, [{ name, value, source: 'DYNAMIC_DEFAULT_BROKER_CONFIG' }]))
    .sort((left, right) => (left.name < right.name ? -1 : 1));
}

interface Sources {
  /** What the resource itself sets. */
  readonly own: string | undefined;
  readonly type: ConfigType;
  readonly source: ConfigSource;
  readonly name: string;
  readonly byDefault: string;
  readonly inherited: readonly ConfigSynonym[];
}

function settled({ own, type, source, name, byDefault, inherited: others }: Sources) {
  const value = own === undefined ? undefined : settledText(type, own);
  const synonyms = value === undefined ? others : [{ name, value, source }, ...others];
  return { value: value ?? byDefault, source: synonyms[0]?.source ?? ('DEFAULT_CONFIG' as const), synonyms };
}

function brokerConfig(name: string, all: readonly ConfigSynonym[]): DescribedConfig {
  const keys: Readonly<Record<string, { readonly type: ConfigType; readonly docs: string }>> =
    brokerConfigKeys;
  const key = Object.hasOwn(keys, name) ? keys[name] : undefined;
  // As in Kafka: what nobody knows might be a password.
  const sensitive = key === undefined || key.type === 'password';
  const synonyms = sensitive ? all.map((synonym) => ({ ...synonym, value: null })) : all;
  return {
    name,
    value: synonyms[0]?.value ?? null,
    source: synonyms[0]?.source ?? 'DEFAULT_CONFIG',
    readOnly: !isDynamicBrokerKey(name),
    sensitive,
    type: KAFKA_TYPES.get(name) ?? key?.type ?? 'unknown',
    docs: key?.docs ?? '',
    synonyms,
  };
}

/** What a broker's key says for a topic or a group; where this broker has no such key, what Kafka's says by default. */
function inherited(broker: Describing, key: string, byDefault: string): readonly ConfigSynonym[] {
  if (Object.hasOwn(brokerConfigKeys, key)) return synonymsOf(broker, key);
  return [{ name: key, value: byDefault, source: 'DEFAULT_CONFIG' }];
}

/** All that gives a broker's key a value, the one that counts first: by source, and within it by SAME_MEANING. */
function synonymsOf({ config, image }: Describing, key: string): readonly ConfigSynonym[] {
  const names = SAME_MEANING.find((group) => group.includes(key)) ?? [key];
  const found: ConfigSynonym[] = [];
  const add = (source: ConfigSource, textOf: (name: string) => string | null | undefined): void => {
    for (const name of names) {
      const value = textOf(name);
      if (value !== undefined && value !== null) found.push({ name, value, source });
    }
  };
  const ofThis = image.configs.get('broker', String(config.nodeId));
  const ofEvery = image.configs.get('broker', EVERY_BROKER);
  add('DYNAMIC_BROKER_CONFIG', (name) => ofThis?.get(name));
  add('DYNAMIC_DEFAULT_BROKER_CONFIG', (name) => ofEvery?.get(name));
  add('STATIC_BROKER_CONFIG', (name) => (config.given.has(name) ? textAtStart(config, name) : null));
  add('DEFAULT_CONFIG', defaultText);
  const from = found.findIndex(({ name }) => name === key);
  return from < 0 ? [] : found.slice(from);
}

function textAtStart(config: BrokerConfig, name: string): string | null {
  const values: Readonly<Record<string, ConfigValue>> = config.valuesAtStart;
  return textOrNull(values[name]);
}

function defaultText(name: string): string | null {
  const keys: Readonly<Record<string, { readonly default?: ConfigValue }>> = brokerConfigKeys;
  return Object.hasOwn(keys, name) ? textOrNull(keys[name]?.default) : null;
}

function textOrNull(value: ConfigValue | undefined): string | null {
  return value === undefined || value === null ? null : configText(value);
}
