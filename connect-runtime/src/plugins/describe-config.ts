import type { ConfigDef, ConfigKey, ConfigValue } from '@millrace/foundation';
import type { ConfigKeyDescription } from '../tasks/host-protocol.ts';

/** A definition as Kafka Connect's REST describes it: one row a key, in order within its group. */
export function describeConfig(definition: ConfigDef): readonly ConfigKeyDescription[] {
  const orders = new Map<string | null, number>();
  return Object.entries(definition).map(([name, key]) => {
    const group = key.group ?? null;
    const order = (orders.get(group) ?? 0) + 1;
    orders.set(group, order);
    return describeKey(name, key, order);
  });
}

function describeKey(name: string, key: ConfigKey, order: number): ConfigKeyDescription {
  return {
    name,
    type: key.type.toUpperCase(),
    required: key.default === undefined,
    defaultValue: key.default === undefined ? null : configText(key.default),
    importance: key.importance.toUpperCase(),
    docs: key.docs,
    group: key.group ?? null,
    order: key.group === undefined ? -1 : order,
    width: (key.width ?? 'none').toUpperCase(),
    displayName: key.displayName ?? name,
    dependents: key.dependents ?? [],
  };
}

/** A value as it would be written in a config; null stays null. */
export function configText(value: ConfigValue): string | null {
  if (value === null) return null;
  return typeof value === 'object' ? value.join(',') : String(value);
}
