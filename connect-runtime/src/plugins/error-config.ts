import { type ConfigOf, defineConfig, oneOf, range, requireConfig } from '@millrace/foundation';
import type { ConnectorConfig } from '../core/config/cluster-config.ts';

const group = 'Error Handling';
const REPLICATION_FACTOR = 'errors.deadletterqueue.topic.replication.factor';

/**
 * What becomes of records that fail: Kafka Connect's keys and defaults (KIP-298). It has the dead letters for sinks alone, here
 * sources have them too.
 */
export const errorConfig = defineConfig({
  'errors.retry.timeout': {
    type: 'long',
    default: 0,
    importance: 'medium',
    group,
    docs:
      'How long a failure that can pass is tried again in place, ms, before the task starts again with growing waits. ' +
      '0: a few times within two seconds; -1: without an end.',
    validate: range(-1),
  },
  'errors.retry.delay.max.ms': {
    type: 'long',
    default: 60_000,
    importance: 'medium',
    group,
    docs: 'The longest wait between two tries, ms.',
    validate: range(1),
  },
  'errors.tolerance': {
    type: 'string',
    default: 'none',
    importance: 'medium',
    group,
    docs: 'What a record does that can never be processed: `none`, it fails the task; `all`, it is passed over, and kept as a dead letter where a topic for them is named.',
    validate: oneOf('none', 'all'),
  },
  'errors.log.enable': {
    type: 'boolean',
    default: false,
    importance: 'medium',
    group,
    docs: 'Whether each record that is passed over is logged with its error.',
  },
  'errors.log.include.messages': {
    type: 'boolean',
    default: false,
    importance: 'medium',
    group,
    docs: "Whether these lines name the record: its topic, partition, offset and timestamp, and a source's own position. Keys and values are in no log.",
  },
  'errors.deadletterqueue.topic.name': {
    type: 'string',
    default: '',
    importance: 'medium',
    group,
    docs: 'The topic for dead letters, made where it is missing. Empty: records that are passed over are counted and kept nowhere.',
  },
  'errors.deadletterqueue.topic.replication.factor': {
    type: 'int',
    default: 3,
    importance: 'medium',
    group,
    docs: "Replication factor of that topic where it is made; -1: the broker's own default. Left out: 3, or as many as there are brokers.",
    validate: (value) => (value === 0 || Number(value) < -1 ? 'must be -1 or at least 1' : null),
  },
  'errors.deadletterqueue.context.headers.enable': {
    type: 'boolean',
    default: false,
    importance: 'medium',
    group,
    docs: 'Whether dead letters carry headers that say where they come from and what was wrong.',
  },
});

/** What a connector says about records that fail. */
export interface ErrorPolicy {
  readonly toleratesAll: boolean;
  /** Ms; 0: a few tries; -1: without an end. */
  readonly retryTimeoutMs: number;
  readonly retryDelayMaxMs: number;
  readonly logs: boolean;
  readonly logsCoordinates: boolean;
  readonly deadLetters: DeadLetterPolicy | null;
}

export interface DeadLetterPolicy {
  readonly topic: string;
  readonly replicationFactor: number;
  /** Whether nobody has asked for that many: fewer brokers make do with fewer. */
  readonly isDefaultFactor: boolean;
  readonly contextHeaders: boolean;
}

/** @throws {MillraceError} INVALID_CONFIG */
export function errorPolicyOf(config: ConnectorConfig): ErrorPolicy {
  const own = Object.fromEntries(Object.entries(config).filter(([key]) => Object.hasOwn(errorConfig, key)));
  const values: ConfigOf<typeof errorConfig> = requireConfig(errorConfig, own);
  const topic = values['errors.deadletterqueue.topic.name'];
  return {
    toleratesAll: values['errors.tolerance'] === 'all',
    retryTimeoutMs: values['errors.retry.timeout'],
    retryDelayMaxMs: values['errors.retry.delay.max.ms'],
    logs: values['errors.log.enable'],
    logsCoordinates: values['errors.log.include.messages'],
    deadLetters:
      topic === ''
        ? null
        : {
            topic,
            replicationFactor: values[REPLICATION_FACTOR],
            isDefaultFactor: (own[REPLICATION_FACTOR] ?? '').trim() === '',
            contextHeaders: values['errors.deadletterqueue.context.headers.enable'],
          },
  };
}
