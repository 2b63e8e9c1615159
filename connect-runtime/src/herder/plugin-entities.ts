import type { ConfigKeyDescription, PluginDescription, ValidationResult } from '../tasks/host-protocol.ts';

/** Plugins and their configs in the shapes of Kafka Connect's REST entities (ConfigInfos, ConfigKeyInfo, ConfigValueInfo). */
export function pluginInfo(plugin: PluginDescription) {
  // Kafka Connect lists no config providers, and says `transformation`.
  const type =
    plugin.type === 'transform' || plugin.type === 'config-provider'
      ? ('transformation' as const)
      : plugin.type;
  return { class: plugin.class, type, version: plugin.version, docs: plugin.docs };
}

export function configKeyInfo(key: ConfigKeyDescription) {
  return {
    name: key.name,
    type: key.type as 'STRING' | 'INT' | 'LONG' | 'DOUBLE' | 'BOOLEAN' | 'LIST' | 'CLASS' | 'PASSWORD',
    required: key.required,
    default_value: key.defaultValue,
    importance: key.importance as 'HIGH' | 'MEDIUM' | 'LOW',
    documentation: key.docs,
    group: key.group,
    order_in_group: key.order,
    width: key.width as 'NONE' | 'SHORT' | 'MEDIUM' | 'LONG',
    display_name: key.displayName,
    dependents: key.dependents,
  };
}

export function validationInfo(name: string, result: ValidationResult) {
  return {
    name,
    error_count: result.errorCount,
    groups: result.groups,
    configs: result.configs.map(({ definition, value }) => ({
      definition: configKeyInfo(definition),
      value: {
        name: value.name,
        value: value.value,
        recommended_values: value.recommended,
        errors: value.errors,
        visible: value.visible,
      },
    })),
  };
}
