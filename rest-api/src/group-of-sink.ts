import type { ConnectorInfo } from './ports.ts';

/** The group that a sink reads with, by Kafka Connect's rule: `connect-NAME`, or what its config says. */
export function groupOfSink({ name, config }: Pick<ConnectorInfo, 'name' | 'config'>): string {
  return config['consumer.override.group.id'] ?? `connect-${name}`;
}
