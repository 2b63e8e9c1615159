import type { ConnectorConfig } from '@millrace/connect-runtime/core/config/cluster-config';

/** The plugin: as many tasks as are asked for, each with its own value where there is one. */
export function splitOf(config: ConnectorConfig): readonly ConnectorConfig[] {
  return Array.from({ length: Number(config.tasks ?? 1) }, (_, part) => ({ part: String(part) }));
}
