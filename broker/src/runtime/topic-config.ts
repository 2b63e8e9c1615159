import { type ConfigOf, defineConfig, oneOf, range } from '@millrace/foundation';
import type { MetadataImage } from '../core/metadata/image.ts';
import type { LogConfig } from '../storage/log.ts';

const INT_MAX = 2_147_483_647;
/** Java's Long.MAX_VALUE, Kafka's word for never; as a double it is one more, which nothing here can tell. */
const NEVER = 9_223_372_036_854_775_807n;

/** Broker-wide defaults of topic configs, by their `log.*` names; spread into the broker's own definition. */
export const topicDefaultsConfig = defineConfig({
  'log.cleanup.policy': {
    type: 'list',
    default: ['delete'],
    importance: 'medium',
    docs: 'What happens to old segments: delete, compact or both.',
    validate: (value) =>
      Array.isArray(value) && value.every((item) => item === 'delete' || item === 'compact')
        ? null
        : 'must be a list of delete and compact',
  },
  'log.segment.bytes': {
    type: 'int',
    default: 1_073_741_824,
    importance: 'high',
    docs: 'Size at which a log begins a new segment.',
    validate: range(14, INT_MAX),
  },
  'log.roll.ms': {
    type: 'long',
    default: null,
    importance: 'high',
    docs: 'Age at which a log begins a new segment; unset: log.roll.hours.',
    validate: range(1),
  },
  'log.roll.hours': {
    type: 'int',
    default: 168,
    importance: 'high',
    docs: 'Age in hours at which a log begins a new segment.',
    validate: range(1, INT_MAX),
  },
  'log.index.interval.bytes': {
    type: 'int',
    default: 4_096,
    importance: 'medium',
    docs: 'How many bytes of records stand between two entries of the offset index.',
    validate: range(0, INT_MAX),
  },
  'log.retention.bytes': {
    type: 'long',
    default: -1,
    importance: 'high',
    docs: 'Size above which the oldest segments of a partition go; -1: no limit.',
    validate: range(-1),
  },
  'log.retention.ms': {
    type: 'long',
    default: null,
    importance: 'high',
    docs: 'Age above which segments go; -1: never; unset: log.retention.minutes, then log.retention.hours.',
    validate: range(-1),
  },
  'log.retention.minutes': {
    type: 'int',
    default: null,
    importance: 'high',
    docs: 'Age in minutes above which segments go; unset: log.retention.hours.',
    validate: range(-1, INT_MAX),
  },
  'log.retention.hours': {
    type: 'int',
    default: 168,
    importance: 'high',
    docs: 'Age in hours above which segments go; -1: never.',
    validate: range(-1, INT_MAX),
  },
  'log.message.timestamp.type': {
    type: 'string',
    default: 'CreateTime',
    importance: 'medium',
    docs: "Whether records keep the producer's time or get the broker's.",
    validate: oneOf('CreateTime', 'LogAppendTime'),
  },
  'log.message.timestamp.before.max.ms': {
    type: 'long',
    default: Number(NEVER),
    importance: 'medium',
    docs: "How far a record's time may lie back.",
    validate: range(0),
  },
  'log.message.timestamp.after.max.ms': {
    type: 'long',
    default: 3_600_000,
    importance: 'medium',
    docs: "How far a record's time may lie ahead.",
    validate: range(0),
  },
  'message.max.bytes': {
    type: 'int',
    default: 1_048_588,
    importance: 'high',
    docs: 'Largest record batch that is accepted.',
    validate: range(0, INT_MAX),
  },
  'log.flush.interval.messages': {
    type: 'long',
    default: Number(NEVER),
    importance: 'high',
    docs: 'Records after which a log is synced to disk.',
    validate: range(1),
  },
  'log.flush.interval.ms': {
    type: 'long',
    default: null,
    importance: 'high',
    docs: 'Time after which a log is synced to disk; unset: never by time.',
    validate: range(0),
  },
  'min.insync.replicas': {
    type: 'int',
    default: 1,
    importance: 'high',
    docs: 'How many replicas must be in sync for a write with acks=all.',
    validate: range(1, INT_MAX),
  },
});

export type TopicDefaults = ConfigOf<typeof topicDefaultsConfig>;

/** What a topic's logs obey: its own settings over the broker's. */
export function logConfigOf(image: MetadataImage, defaults: TopicDefaults, topic: string): LogConfig {
  const own = image.configs.get('topic', topic);
  const number = (name: string, fallback: number): number => {
    const text = own?.get(name);
    return text === undefined ? fallback : Number(text);
  };
  return {
    segmentBytes: number('segment.bytes', defaults['log.segment.bytes']),
    segmentMs: number('segment.ms', defaults['log.roll.ms'] ?? defaults['log.roll.hours'] * 3_600_000),
    indexIntervalBytes: number('index.interval.bytes', defaults['log.index.interval.bytes']),
    retentionMs: number('retention.ms', retentionMsOf(defaults)),
    retentionBytes: number('retention.bytes', defaults['log.retention.bytes']),
    cleanupPolicy: cleanupPolicyOf(own?.get('cleanup.policy')?.split(',') ?? defaults['log.cleanup.policy']),
    messageTimestampType:
      (own?.get('message.timestamp.type') ?? defaults['log.message.timestamp.type']) === 'LogAppendTime'
        ? 'LogAppendTime'
        : 'CreateTime',
    messageTimestampBeforeMaxMs: number(
      'message.timestamp.before.max.ms',
      defaults['log.message.timestamp.before.max.ms'],
    ),
    messageTimestampAfterMaxMs: number(
      'message.timestamp.after.max.ms',
      defaults['log.message.timestamp.after.max.ms'],
    ),
    maxMessageBytes: number('max.message.bytes', defaults['message.max.bytes']),
    flushMessages: number('flush.messages', defaults['log.flush.interval.messages']),
    flushMs: number('flush.ms', defaults['log.flush.interval.ms'] ?? Number(NEVER)),
  };
}

function retentionMsOf(defaults: TopicDefaults): number {
  const ms = defaults['log.retention.ms'];
  if (ms !== null) return ms;
  const minutes = defaults['log.retention.minutes'];
  if (minutes !== null) return minutes < 0 ? -1 : minutes * 60_000;
  const hours = defaults['log.retention.hours'];
  return hours < 0 ? -1 : hours * 3_600_000;
}

function cleanupPolicyOf(items: readonly string[]): LogConfig['cleanupPolicy'] {
  return items
    .map((item) => item.trim())
    .filter((item): item is 'delete' | 'compact' => item === 'delete' || item === 'compact');
}
