import {
  type ConfigDef,
  type ConfigProblem,
  type ConfigValue,
  isMillraceError,
  parseConfig,
} from '@millrace/foundation';
import type { AnyConnector } from '@millrace/sdk';
import type { ConnectorConfig } from '../core/config/cluster-config.ts';
import type { ConfigValueDescription, ValidationResult } from '../tasks/host-protocol.ts';
import { connectorProblems, sinkConnectorConfig, sourceConnectorConfig } from './connector-config.ts';
import { configText, describeConfig } from './describe-config.ts';
import { simpleHeaderConverters } from './simple-header-converters.ts';

/** What stands where a password would be read back. */
const REDACTED = '[hidden]';

/** The whole definition of a connector: the keys that all have, then its own. */
export function definitionOf(connector: AnyConnector): ConfigDef {
  const shared: ConfigDef = connector.type === 'source' ? sourceConnectorConfig : sinkConnectorConfig;
  return { ...shared, ...connector.config };
}

export interface ConfigCheck {
  readonly connector: AnyConnector;
  readonly config: ConnectorConfig;
  /** Names that `key.converter` and its kin may have. */
  readonly converters: readonly string[];
  readonly signal: AbortSignal;
}

/**
 * All that can be said of a config before it runs: the definition's own checks, the keys that are not served, and, where
 * these passed, what the connector finds when it looks at the outside world.
 */
export async function validateConfig(check: ConfigCheck): Promise<ValidationResult> {
  const { connector, config } = check;
  const definition = definitionOf(connector);
  const parsed = parseConfig(definition, config);
  const problems: ConfigProblem[] = [
    ...parsed.problems,
    ...connectorProblems(connector.type, config),
    ...converterProblems(config, check.converters),
  ];
  if (problems.length === 0) problems.push(...(await foundOutside(check)));
  const values = parsed.values as Readonly<Record<string, ConfigValue>>;
  const configs = describeConfig(definition).map((key) => ({
    definition: key,
    value: describeValue(key.name, definition, config, values, problems),
  }));
  const foreign = problems.filter((problem) => !Object.hasOwn(definition, problem.key));
  return {
    errorCount: problems.length,
    groups: [...new Set(configs.flatMap(({ definition: { group } }) => (group === null ? [] : [group])))],
    configs: [...configs, ...foreign.map((problem) => foreignKey(problem, config))],
  };
}

async function foundOutside({ connector, config, signal }: ConfigCheck): Promise<readonly ConfigProblem[]> {
  try {
    return (await connector.validate?.(parseConfig(connector.config, config).values, signal)) ?? [];
  } catch (error) {
    // A connector may throw what it finds; what names the key at fault is as good as a problem.
    if (!isMillraceError(error) || error.details.path === undefined) throw error;
    return [{ key: error.details.path, message: error.message }];
  }
}

function converterProblems(config: ConnectorConfig, known: readonly string[]): readonly ConfigProblem[] {
  return ['key.converter', 'value.converter', 'header.converter'].flatMap((key) => {
    const name = config[key]?.trim();
    if (!name || known.includes(name)) return [];
    if (key === 'header.converter' && simpleHeaderConverters.includes(name)) return [];
    return [
      { key, message: `"${key}" names no installed converter: ${name}. Installed: ${known.join(', ')}.` },
    ];
  });
}

function describeValue(
  name: string,
  definition: ConfigDef,
  config: ConnectorConfig,
  values: Readonly<Record<string, ConfigValue>>,
  problems: readonly ConfigProblem[],
): ConfigValueDescription {
  const key = definition[name];
  const given = config[name] ?? configText(values[name] ?? null);
  return {
    name,
    value: key?.type === 'password' && given !== null ? REDACTED : given,
    recommended: key?.recommend ?? [],
    errors: problems.filter((problem) => problem.key === name).map((problem) => problem.message),
    visible: key?.visible?.(values) ?? true,
  };
}

/** A problem of a key that the definition does not have still needs a row to stand in. */
function foreignKey(problem: ConfigProblem, config: ConnectorConfig): ValidationResult['configs'][number] {
  return {
    definition: {
      name: problem.key,
      type: 'STRING',
      required: false,
      defaultValue: null,
      importance: 'LOW',
      docs: '',
      group: null,
      order: -1,
      width: 'NONE',
      displayName: problem.key,
      dependents: [],
    },
    value: {
      name: problem.key,
      value: config[problem.key] ?? null,
      recommended: [],
      errors: [problem.message],
      visible: true,
    },
  };
}
