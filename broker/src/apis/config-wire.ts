import type { ConfigType } from '@millrace/foundation';
import type { ConfigSource } from '../runtime/config-description.ts';

/** ConfigSource's numbers in DescribeConfigs and CreateTopics. */
export const configSourceIds: Readonly<Record<ConfigSource, number>> = {
  DYNAMIC_TOPIC_CONFIG: 1,
  STATIC_BROKER_CONFIG: 4,
  DEFAULT_CONFIG: 5,
};

/** ConfigType's numbers in DescribeConfigs (KIP-569). */
export const configTypeIds: Readonly<Record<ConfigType, number>> = {
  boolean: 1,
  string: 2,
  int: 3,
  long: 5,
  double: 6,
  list: 7,
  class: 8,
  password: 9,
};
