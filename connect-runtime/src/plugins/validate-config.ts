import {
  type ConfigDef,
  type ConfigProblem,
  type ConfigValue,
  isMillraceError,
  MillraceError,
  parseConfig,
} from '@millrace/foundation';
import type { AnyConnector } from '@millrace/sdk';
import type { ConnectorConfig } from '../core/config/cluster-config.ts';
import { sharesRecords } from '../core/delivery/guarantees.ts';
import type { ConfigValueDescription, ValidationResult } from '../tasks/host-protocol.ts';
import { translateAlias } from './connector-alias.ts';
import { connectorProblems, sinkConnectorConfig, sourceConnectorConfig } from './connector-config.ts';
import { configText, describeConfig } from './describe-config.ts';
import { exactlyOnceProblems } from './exactly-once-config.ts';
import { type OptionSection, type StepCheck, stepOptions } from './step-options.ts';

/** What stands where a password would be read back. */
const REDACTED = '[hidden]';

/** The whole definition of a connector: the keys that all have, then its own. */
export function definitionOf(connector: AnyConnector): ConfigDef {
  const shared: ConfigDef = connector.type === 'source' ? sourceConnectorConfig : sinkConnectorConfig;
  return { ...shared, ...connector.config };
}

export interface ConfigCheck extends StepCheck {
  readonly connector: AnyConnector;
  readonly signal: AbortSignal;
  /** Whether the worker's sources write in transactions. */
  readonly exactlyOnce: boolean;
  /** What was found before: then the outside world is not asked. */
  readonly problems?: readonly ConfigProblem[];
}

/**
 * All that can be said of a config before it runs: the definition's own checks, those of the transforms, predicates and converters that
 * it names, the keys that are not served, and, where these passed, what the connector finds when it looks at the outside world.
 * Problems stand at the keys that the user wrote, also where these are another product's.
 */
export async function validateConfig(check: ConfigCheck): Promise<Omit<ValidationResult, 'secretKeys'>> {
  const { connector } = check;
  const translated = translateAlias(connector, check.config);
  const config = translated.config;
  const definition = definitionOf(connector);
  const parsed = parseConfig(definition, config);
  const steps = await stepOptions({ ...check, config });
  const problems: ConfigProblem[] = [
    ...(check.problems ?? []),
    ...translated.problems,
    ...parsed.problems,
    ...connectorProblems(connector.type, config),
    ...steps.flatMap((step) => step.problems),
  ];
  if (problems.length === 0 && connector.type === 'source') {
    const own = parseConfig(connector.config, config).values;
    problems.push(...exactlyOnceProblems(connector, config, own, check));
  }
  if (problems.length === 0 && connector.type === 'sink' && sharesRecords(config)) {
    const own = parseConfig(connector.config, config).values;
    if (connector.exactlyOnce?.(own)) problems.push(KEEPS_OFFSETS);
  }
  if (problems.length === 0) problems.push(...(await foundOutside({ ...check, config })));
  const atKeys = problems.map((problem) => atKeyOf(problem, check.config, translated.keys));
  const values = parsed.values as Readonly<Record<string, ConfigValue>>;
  // Keys that both have are shown as they were written.
  const written = { ...config, ...check.config };
  const rows = [{ prefix: '', definition, raw: written, values }, ...steps].flatMap((section) =>
    rowsOf(section, atKeys),
  );
  const known = new Set(rows.map(({ value }) => value.name));
  const foreign = new Map(
    atKeys.filter(({ key }) => !known.has(key)).map((problem) => [problem.key, problem]),
  );
  return {
    errorCount: problems.length,
    groups: [...new Set(rows.flatMap(({ definition: { group } }) => (group === null ? [] : [group])))],
    configs: [...rows, ...[...foreign.keys()].map((key) => foreignKey(key, check.config, atKeys))],
  };
}

/** Records of a share group come in no order, which offsets in a target could not tell apart from repeats. */
const KEEPS_OFFSETS: ConfigProblem = {
  key: 'consumer.protocol',
  message:
    '"consumer.protocol" must be classic where the sink keeps offsets in its target to write exactly once.',
};

type Row = ValidationResult['configs'][number];

/** A section's keys, under its prefix. */
function rowsOf(
  section: Omit<OptionSection, 'problems'>,
  problems: readonly ConfigProblem[],
): readonly Row[] {
  const { prefix, definition, raw, values } = section;
  return describeConfig(definition).map((key) => ({
    definition: {
      ...key,
      name: prefix + key.name,
      displayName: key.displayName === key.name ? prefix + key.name : key.displayName,
      dependents: key.dependents.map((dependent) => prefix + dependent),
    },
    value: describeValue(key.name, { prefix, definition, raw, values }, problems),
  }));
}

/** Our option may have been written under another product's name. */
function atKeyOf(
  problem: ConfigProblem,
  written: ConnectorConfig,
  keys: Readonly<Record<string, string>>,
): ConfigProblem {
  const theirs = keys[problem.key];
  if (theirs === undefined || Object.hasOwn(written, problem.key)) return problem;
  return { key: theirs, message: problem.message.replace(`"${problem.key}"`, `"${theirs}"`) };
}

async function foundOutside({ connector, config, signal }: ConfigCheck): Promise<readonly ConfigProblem[]> {
  try {
    return checkProblems(
      (await connector.validate?.(parseConfig(connector.config, config).values, signal)) ?? [],
    );
  } catch (error) {
    // A connector may throw what it finds; what names the key at fault is as good as a problem.
    if (!isMillraceError(error) || error.details.path === undefined) throw error;
    return [{ key: error.details.path, message: error.message }];
  }
}

/** @throws {MillraceError} INVALID_CONFIG_PROBLEMS: a plugin without types may give anything */
function checkProblems(problems: readonly ConfigProblem[]): readonly ConfigProblem[] {
  const isProblem = (problem: Partial<ConfigProblem> | null) =>
    typeof problem?.key === 'string' && typeof problem.message === 'string';
  if (Array.isArray(problems) && problems.every(isProblem)) return problems;
  throw new MillraceError("The connector's validate gave something else than a list of problems.", {
    code: 'INVALID_CONFIG_PROBLEMS',
    class: 'bug',
    hint: "Each is {key, message}, and the list is empty where all is well; report this to the connector's author.",
  });
}

function describeValue(
  name: string,
  { prefix, definition, raw, values }: Omit<OptionSection, 'problems'>,
  problems: readonly ConfigProblem[],
): ConfigValueDescription {
  const key = definition[name];
  const given = raw[name] ?? configText(values[name] ?? null);
  return {
    name: prefix + name,
    value: key?.type === 'password' && given !== null ? REDACTED : given,
    recommended: key?.recommend ?? key?.validate?.choices ?? [],
    errors: errorsAt(prefix + name, problems),
    visible: key?.visible?.(values) ?? true,
  };
}

function errorsAt(key: string, problems: readonly ConfigProblem[]): readonly string[] {
  return problems.filter((problem) => problem.key === key).map(({ message }) => message);
}

/** A problem of a key that no definition has still needs a row to stand in. Its value may be a secret that nobody told us of. */
function foreignKey(key: string, config: ConnectorConfig, problems: readonly ConfigProblem[]): Row {
  return {
    definition: {
      name: key,
      type: 'STRING',
      required: false,
      defaultValue: null,
      importance: 'LOW',
      docs: '',
      group: null,
      order: -1,
      width: 'NONE',
      displayName: key,
      dependents: [],
    },
    value: {
      name: key,
      value: /passw|secret|token|credential/i.test(key) ? REDACTED : (config[key] ?? null),
      recommended: [],
      errors: errorsAt(key, problems),
      visible: true,
    },
  };
}
