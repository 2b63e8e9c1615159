import type { ConfigValue } from '@millrace/foundation';
import type { MetadataImage } from '../core/metadata/image.ts';
import type { LogConfig } from '../storage/log.ts';
import {
  type BrokerConfig,
  defaultRetentionMs,
  defaultSegmentJitterMs,
  defaultSegmentMs,
} from './broker-config.ts';
import { LONG_MAX } from './broker-config-keys.ts';
import { settledText } from './settled-text.ts';
import { topicConfigDefinitions } from './topic-config-definitions.ts';

/** What Kafka writes for no limit. */
const KAFKA_LONG_MAX = '9223372036854775807';
const KAFKA_DOUBLE_MAX = '1.7976931348623157E308';

/** What a topic's logs obey: its own settings over the broker's. */
export function logConfigOf(image: MetadataImage, config: BrokerConfig, topic: string): LogConfig {
  const own = image.configs.get('topic', topic);
  const text = (name: string): string => topicText(image, config, topic, name);
  const number = (name: string): number => numberOf(text(name));
  return {
    segmentBytes: number(
      own?.has('internal.segment.bytes') === true ? 'internal.segment.bytes' : 'segment.bytes',
    ),
    segmentMs: number('segment.ms'),
    indexIntervalBytes: number('index.interval.bytes'),
    retentionMs: number('retention.ms'),
    retentionBytes: number('retention.bytes'),
    cleanupPolicy: itemsOf(text('cleanup.policy')).filter((item) => item === 'delete' || item === 'compact'),
    messageTimestampType: text('message.timestamp.type') === 'LogAppendTime' ? 'LogAppendTime' : 'CreateTime',
    messageTimestampBeforeMaxMs: number('message.timestamp.before.max.ms'),
    messageTimestampAfterMaxMs: number('message.timestamp.after.max.ms'),
    maxMessageBytes: number('max.message.bytes'),
    compression: compressionOf(text),
    flushMessages: config.values.flush === 'commit' ? 1 : number('flush.messages'),
    flushMs: number('flush.ms'),
    deleteRetentionMs: number('delete.retention.ms'),
    minCompactionLagMs: number('min.compaction.lag.ms'),
    maxCompactionLagMs: number('max.compaction.lag.ms'),
    minCleanableDirtyRatio: number('min.cleanable.dirty.ratio'),
    segmentJitterMs: number('segment.jitter.ms'),
    segmentIndexBytes: number('segment.index.bytes'),
    fileDeleteDelayMs: number('file.delete.delay.ms'),
  };
}

function compressionOf(text: (name: string) => string): LogConfig['compression'] {
  const type = text('compression.type').trim().toLowerCase();
  switch (type) {
    case 'uncompressed':
      return { type: 'none', level: undefined };
    case 'gzip':
    case 'zstd':
      return { type, level: Number(text(`compression.${type}.level`)) };
    case 'lz4':
    case 'snappy':
      return { type, level: undefined };
    default:
      return 'producer';
  }
}

/** What a topic config is, as Kafka understands it: the topic's own, or what holds where it says nothing. */
export function topicText(image: MetadataImage, config: BrokerConfig, topic: string, name: string): string {
  const own = image.configs.get('topic', topic)?.get(name);
  const type = topicConfigDefinitions.get(name)?.type ?? 'string';
  return own === undefined ? topicDefaultText(config, name) : settledText(type, own);
}

/** What a topic config is where the topic says nothing, as text. */
export function topicDefaultText(config: BrokerConfig, name: string): string {
  if (name === 'retention.ms') return configText(defaultRetentionMs(config));
  if (name === 'segment.ms') return configText(defaultSegmentMs(config));
  if (name === 'segment.jitter.ms') return configText(defaultSegmentJitterMs(config));
  const definition = topicConfigDefinitions.get(name);
  const value = definition?.brokerKey === undefined ? undefined : brokerValue(config, definition.brokerKey);
  return value === undefined || value === null ? (definition?.default ?? '') : configText(value);
}

/** A value as Kafka writes it. */
export function configText(value: ConfigValue): string {
  if (value === null) return '';
  if (value === Number.MAX_VALUE) return KAFKA_DOUBLE_MAX;
  if (typeof value === 'number') return value >= LONG_MAX ? KAFKA_LONG_MAX : String(value);
  return Array.isArray(value) ? value.join(',') : String(value);
}

export function brokerValue(config: BrokerConfig, key: string): ConfigValue | undefined {
  return (config.values as Readonly<Record<string, ConfigValue>>)[key];
}

/** @returns what is wrong with all the configs that a topic would have, in a sentence that names the key; or null */
export function topicConfigProblem(values: ReadonlyMap<string, string>): string | null {
  for (const [name, text] of values) {
    const definition = topicConfigDefinitions.get(name);
    if (!definition) return `"${name}" is no config of a topic.`;
    const problem = definition.problem(text);
    if (problem !== null) return `"${name}" ${problem}, not "${text}".`;
  }
  const minLagMs = numberOf(values.get('min.compaction.lag.ms') ?? '0');
  const maxLagMs = numberOf(values.get('max.compaction.lag.ms') ?? KAFKA_LONG_MAX);
  if (minLagMs > maxLagMs) return '"min.compaction.lag.ms" must not be above "max.compaction.lag.ms".';
  return null;
}

function itemsOf(text: string): readonly string[] {
  return text.split(',').map((item) => item.trim());
}

function numberOf(text: string): number {
  const value = Number(text);
  return value >= LONG_MAX ? Number.POSITIVE_INFINITY : value;
}
