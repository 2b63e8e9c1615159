import type { ConfigValue } from '@millrace/foundation';

type Values = Readonly<Record<string, ConfigValue>>;

/** The first must not be above the second. */
const NOT_ABOVE: readonly (readonly [lower: string, upper: string])[] = [
  ['replica.fetch.wait.max.ms', 'replica.lag.time.max.ms'],
  ...within('group.consumer', ['heartbeat.interval.ms', 'session.timeout.ms', 'assignment.interval.ms']),
  ...within('group.share', [
    'heartbeat.interval.ms',
    'session.timeout.ms',
    'assignment.interval.ms',
    'record.lock.duration.ms',
    'delivery.count.limit',
    'partition.max.record.locks',
  ]),
  ['group.share.max.size', 'group.share.max.share.sessions'],
];

/** The first must be below the second. */
const BELOW: readonly (readonly [lower: string, upper: string])[] = [
  ['broker.heartbeat.interval.ms', 'broker.session.timeout.ms'],
  ['group.consumer.heartbeat.interval.ms', 'group.consumer.session.timeout.ms'],
  ['group.share.heartbeat.interval.ms', 'group.share.session.timeout.ms'],
];

export interface BrokerConfigRelationProblem {
  /** The key that somebody has set; where both are, the one that is too large. */
  readonly key: string;
  /** A fragment that follows the key. */
  readonly problem: string;
}

/** @returns the first pair of settings that do not go together, by Kafka's rules; null where all do */
export function brokerConfigRelationProblem(
  values: Values,
  isGiven: (name: string) => boolean,
): BrokerConfigRelationProblem | null {
  const numberOf = (name: string): number => Number(values[name]);
  for (const [lower, upper] of NOT_ABOVE) {
    if (numberOf(lower) <= numberOf(upper)) continue;
    return isGiven(lower)
      ? { key: lower, problem: `must not be above ${upper}, ${numberOf(upper)}` }
      : { key: upper, problem: `must not be below ${lower}, ${numberOf(lower)}` };
  }
  for (const [lower, upper] of BELOW) {
    if (numberOf(lower) < numberOf(upper)) continue;
    return isGiven(lower)
      ? { key: lower, problem: `must be below ${upper}, ${numberOf(upper)}` }
      : { key: upper, problem: `must be above ${lower}, ${numberOf(lower)}` };
  }
  return null;
}

/** A setting of the broker lies within the bounds that it gives to groups. */
function within(prefix: string, names: readonly string[]): (readonly [string, string])[] {
  return names.flatMap((name) => [
    [`${prefix}.min.${name}`, `${prefix}.${name}`] as const,
    [`${prefix}.${name}`, `${prefix}.max.${name}`] as const,
    [`${prefix}.min.${name}`, `${prefix}.max.${name}`] as const,
  ]);
}
