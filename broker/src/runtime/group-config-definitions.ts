import type { ConfigType } from '@millrace/foundation';
import { assert } from '@millrace/foundation/assert';
import type { MetadataImage } from '../core/metadata/image.ts';
import type { BrokerConfig } from './broker-config.ts';
import { settledText } from './settled-text.ts';

/** One config of a group or of client metrics: Kafka 4.3's name, type and default. Values are texts. */
export interface ResourceConfigDefinition {
  readonly type: ConfigType;
  readonly default: string;
  readonly docs: string;
  /** Kafka's broker key that says the same for all; it is answered as the synonym of the default. */
  readonly brokerKey: string;
  /**
   * @param bounds of a number, where the broker has others than Kafka's by default
   * @returns what is wrong with a value in a fragment that follows the key, or null
   */
  readonly problem: (text: string, bounds?: Bounds) => string | null;
}

export interface Bounds {
  readonly min: number;
  readonly max: number;
}

const INT_MAX = 2_147_483_647;
const KIND_OF_GROUP = /^group\.(consumer|share|streams)\./;

function between(min: number, max = INT_MAX): ResourceConfigDefinition['problem'] {
  const byDefault = { min, max };
  return (text, bounds = byDefault) => {
    if (!/^[+-]?\d{1,10}$/.test(text.trim())) return 'must be a whole number';
    const value = Number(text.trim());
    return value < bounds.min || value > bounds.max ? `must be from ${bounds.min} to ${bounds.max}` : null;
  };
}

const oneOf =
  (...allowed: readonly string[]): ResourceConfigDefinition['problem'] =>
  (text) =>
    allowed.includes(text.trim().toLowerCase()) ? null : `must be one of ${allowed.join(', ')}`;

/** ISO 8601 as Java's Duration reads it; not negative. */
const DURATION = /^by_duration:P(?=.)(?:\d+D)?(?:T(?=.)(?:\d+H)?(?:\d+M)?(?:\d+(?:\.\d{1,9})?S)?)?$/i;

const offsetReset: ResourceConfigDefinition['problem'] = (text) =>
  text === 'earliest' || text === 'latest' || DURATION.test(text)
    ? null
    : 'must be earliest, latest or by_duration:PnDTnHnMn.nS';

function int(
  byDefault: number,
  brokerKey: string,
  min: number,
  max: number,
  docs: string,
): ResourceConfigDefinition {
  return { type: 'int', default: String(byDefault), brokerKey, docs, problem: between(min, max) };
}

/** A config of a group: its own, else what the broker says for all. */
export function groupSetting(
  { image, values }: { readonly image: MetadataImage; readonly values: BrokerConfig['values'] },
  group: string,
  name: string,
): string {
  const definition = groupConfigDefinitions.get(name);
  assert(definition !== undefined, `${name} is a config of groups`);
  const own = image.configs.get('group', group)?.get(name);
  if (own !== undefined) return settledText(definition.type, own);
  return numberOf(values, definition.brokerKey)?.toString() ?? definition.default;
}

/** Within which bounds the broker lets groups set a config (`group.share.min.…`); undefined where it has none of its own. */
export function groupConfigBounds(
  values: BrokerConfig['values'],
  { brokerKey }: ResourceConfigDefinition,
): Bounds | undefined {
  const min = numberOf(values, brokerKey.replace(KIND_OF_GROUP, '$&min.'));
  const max = numberOf(values, brokerKey.replace(KIND_OF_GROUP, '$&max.'));
  return min === undefined || max === undefined ? undefined : { min, max };
}

function numberOf(values: Readonly<Record<string, unknown>>, name: string): number | undefined {
  const value = Object.hasOwn(values, name) ? values[name] : undefined;
  return typeof value === 'number' ? value : undefined;
}

/**
 * Configs of groups, sorted by name, within the bounds that Kafka's brokers have by default. The classic protocol reads
 * none of them.
 */
export const groupConfigDefinitions: ReadonlyMap<string, ResourceConfigDefinition> = new Map(
  Object.entries({
    'consumer.assignment.interval.ms': int(
      1000,
      'group.consumer.assignment.interval.ms',
      0,
      15_000,
      'Shortest time between two assignments of a consumer group.',
    ),
    'consumer.heartbeat.interval.ms': int(
      5000,
      'group.consumer.heartbeat.interval.ms',
      5000,
      15_000,
      'Time between two heartbeats of a member of a consumer group.',
    ),
    'consumer.session.timeout.ms': int(
      45_000,
      'group.consumer.session.timeout.ms',
      45_000,
      60_000,
      'A member of a consumer group unheard of for so long is out.',
    ),
    'share.assignment.interval.ms': int(
      1000,
      'group.share.assignment.interval.ms',
      0,
      15_000,
      'Shortest time between two assignments of a share group.',
    ),
    'share.auto.offset.reset': {
      type: 'string',
      default: 'latest',
      brokerKey: 'share.auto.offset.reset',
      docs: 'Where a share group begins in a partition: earliest, latest or by_duration:PnDTnHnMn.nS back.',
      problem: offsetReset,
    },
    'share.delivery.count.limit': int(
      5,
      'group.share.delivery.count.limit',
      2,
      10,
      'How often a record is delivered to a share group at most.',
    ),
    'share.heartbeat.interval.ms': int(
      5000,
      'group.share.heartbeat.interval.ms',
      5000,
      15_000,
      'Time between two heartbeats of a member of a share group.',
    ),
    'share.isolation.level': {
      type: 'string',
      default: 'read_uncommitted',
      brokerKey: 'share.isolation.level',
      docs: 'Whether a share group gets records of transactions only once they are committed.',
      problem: oneOf('read_uncommitted', 'read_committed'),
    },
    'share.partition.max.record.locks': int(
      2000,
      'group.share.partition.max.record.locks',
      100,
      4000,
      'Records of a partition that a share group may have in flight.',
    ),
    'share.record.lock.duration.ms': int(
      30_000,
      'group.share.record.lock.duration.ms',
      15_000,
      60_000,
      'How long a record belongs to the consumer that it was delivered to.',
    ),
    'share.renew.acknowledge.enable': {
      type: 'boolean',
      default: 'true',
      brokerKey: 'share.renew.acknowledge.enable',
      docs: 'Whether consumers of a share group may prolong the lock of a record.',
      problem: oneOf('true', 'false'),
    },
    'share.session.timeout.ms': int(
      45_000,
      'group.share.session.timeout.ms',
      45_000,
      60_000,
      'A member of a share group unheard of for so long is out.',
    ),
    'streams.assignment.interval.ms': int(
      1000,
      'group.streams.assignment.interval.ms',
      0,
      15_000,
      'Shortest time between two assignments of a Streams group.',
    ),
    'streams.heartbeat.interval.ms': int(
      5000,
      'group.streams.heartbeat.interval.ms',
      5000,
      15_000,
      'Time between two heartbeats of a member of a Streams group.',
    ),
    'streams.initial.rebalance.delay.ms': int(
      3000,
      'group.streams.initial.rebalance.delay.ms',
      0,
      INT_MAX,
      'How long a new Streams group waits for more members.',
    ),
    'streams.num.standby.replicas': int(
      0,
      'group.streams.num.standby.replicas',
      0,
      2,
      'Standby copies of each task of a Streams group.',
    ),
    'streams.session.timeout.ms': int(
      45_000,
      'group.streams.session.timeout.ms',
      45_000,
      60_000,
      'A member of a Streams group unheard of for so long is out.',
    ),
  } satisfies Record<string, ResourceConfigDefinition>),
);
