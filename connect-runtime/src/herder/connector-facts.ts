import type { ConfigStore } from '../storage/config-store.ts';
import type { StatusStore } from '../storage/status-store.ts';

/** Of those connectors that are configured: what they are, and what they do. */
export function connectorFacts(
  names: readonly string[],
  from: {
    readonly configs: ConfigStore;
    readonly statuses: StatusStore;
    readonly typeOf: (connectorClass: string) => string;
  },
) {
  return names.flatMap((name) => {
    const config = from.configs.config.connector(name);
    if (!config) return [];
    const connectorClass = config['connector.class'] ?? '';
    const state = from.statuses.connector(name)?.state ?? 'UNASSIGNED';
    return [{ name, class: connectorClass, type: from.typeOf(connectorClass), state }];
  });
}
