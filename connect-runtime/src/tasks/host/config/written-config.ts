import { type ConfigProblem, isMillraceError } from '@millrace/foundation';
import type { AnyConnector } from '@millrace/sdk';
import type { ConnectorConfig } from '../../../core/config/cluster-config.ts';
import { placeholdersIn } from '../../../core/config/placeholders.ts';
import { credentialsIn } from '../../../core/config/secret-names.ts';
import type { ConfigSources, ValidationResult } from '../../host-protocol.ts';
import type { ConfigResolver, ResolvedConfig } from './config-resolver.ts';
import { withPlaceholders } from './placeholder-form.ts';
import { REDACTED, type Redactor } from './redactor.ts';
import { ownSecretKeys, secretKeysOf } from './secret-keys.ts';

export interface WrittenConfig {
  readonly connector: AnyConnector;
  readonly config: ConnectorConfig;
  readonly sources: ConfigSources;
  readonly resolver: ConfigResolver;
  readonly redactor: Redactor;
}

/**
 * Validates a config as it was written: with the values that its placeholders stand for, answered with the placeholders. A placeholder
 * that cannot be resolved is a problem of its key; then nothing is asked of the outside world.
 */
export async function validateWritten(
  written: WrittenConfig,
  validate: (
    config: ConnectorConfig,
    problems: readonly ConfigProblem[],
  ) => Promise<Omit<ValidationResult, 'secretKeys'>>,
): Promise<ValidationResult> {
  const { connector, config, redactor } = written;
  const inClear = ownSecretKeys(connector, config);
  redactor.add(valuesAt(config, inClear), valuesBeside(config, inClear));
  const { resolved, problems } = await tryToResolve(written);
  const result = await validate(resolved.config, problems);
  const secretKeys = secretKeysOf(connector, config, result.configs);
  redactor.add(valuesAt(config, secretKeys), valuesBeside(config, secretKeys));
  const configs = result.configs.map(({ definition, value }) => {
    const { [value.name]: shown = value.value } = withPlaceholders(
      value.value === null ? {} : { [value.name]: value.value },
      config,
      resolved,
      secretKeys,
    );
    const answered = isInClear(shown, secretKeys.includes(value.name)) ? REDACTED : shown;
    return { definition, value: { ...value, value: answered, errors: redactor.deep(value.errors) } };
  });
  return { ...result, configs, secretKeys };
}

/** A value that is a secret, or one that another product's option put into a URL, must not be read back. */
function isInClear(shown: string | null, isSecret: boolean): boolean {
  if (!shown) return false;
  return (isSecret && placeholdersIn(shown).length === 0) || credentialsIn(shown).length > 0;
}

/** Secrets that stand in a config in clear, as in one that Kafka Connect's own workers stored: kept out of what the host tells.
 * Answers the keys of all secrets. */
export function redactInlined(
  connector: AnyConnector,
  config: ConnectorConfig,
  redactor: Redactor,
): readonly string[] {
  const keys = ownSecretKeys(connector, config);
  redactor.add(valuesAt(config, keys), valuesBeside(config, keys));
  return keys;
}

async function tryToResolve({
  config,
  sources,
  resolver,
}: WrittenConfig): Promise<{ resolved: ResolvedConfig; problems: readonly ConfigProblem[] }> {
  try {
    const resolved = await resolver.resolve({ connector: config.name ?? '' }, config, sources);
    return { resolved, problems: [] };
  } catch (error) {
    if (!isMillraceError(error) || error.details.path === undefined) throw error;
    const { path, hint } = error.details;
    const message = hint === undefined ? error.message : `${error.message} ${hint}`;
    return {
      resolved: { config, provided: new Map(), ttlMs: null },
      problems: [{ key: path, message }],
    };
  }
}

function valuesAt(config: ConnectorConfig, keys: readonly string[]): readonly string[] {
  return keys.flatMap((key) => {
    const value = config[key];
    return value === undefined ? [] : [value, ...credentialsIn(value)];
  });
}

function valuesBeside(config: ConnectorConfig, keys: readonly string[]): ReadonlySet<string> {
  return new Set(Object.keys(config).flatMap((key) => (keys.includes(key) ? [] : (config[key] ?? []))));
}
