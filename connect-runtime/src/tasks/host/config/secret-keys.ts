import type { AnyConnector } from '@millrace/sdk';
import type { ConnectorConfig } from '../../../core/config/cluster-config.ts';
import { secretKeysIn } from '../../../core/config/placeholders.ts';
import { credentialsIn, isSecretByName } from '../../../core/config/secret-names.ts';
import { translateAlias } from '../../../plugins/connector-alias.ts';
import type { ValidationResult } from '../../host-protocol.ts';

/** What a value is replaced by to see where it gets to; no option takes it for anything. */
const MARK = 'e6f1c7-marked';
/** Secrets by the definition of the connector alone, before anything else was asked: enough to keep them out of messages. */
export function ownSecretKeys(connector: AnyConnector, config: ConnectorConfig): readonly string[] {
  const typed = (key: string) => connector.config[key]?.type === 'password';
  return [
    ...Object.keys(config).filter((key) => typed(key) || isSecretByName(key)),
    ...keysByValue(config),
    ...keysBehindAlias(connector, config),
  ];
}

/**
 * Keys of a config, as it was written, whose values are secrets: those that a definition types so (the connector's, its converters' and
 * transforms'), those that another product's options put into one of these, unknown ones of such a name, and any with a password within a
 * URL.
 */
export function secretKeysOf(
  connector: AnyConnector,
  config: ConnectorConfig,
  rows: ValidationResult['configs'],
): readonly string[] {
  const types = new Map(rows.map(({ definition }) => [definition.name, definition.type]));
  const isSecret = (key: string) => {
    const type = types.get(key);
    return type === undefined ? isSecretByName(key) : type === 'PASSWORD';
  };
  const named = Object.keys(config).filter(isSecret);
  return [...new Set([...named, ...keysByValue(config), ...keysBehindAlias(connector, config)])];
}

/** Values that hold a password, or that were found to be secrets before. */
function keysByValue(config: ConnectorConfig): readonly string[] {
  const sealed = secretKeysIn(config.name ?? '', config);
  const inUrl = Object.keys(config).filter((key) => credentialsIn(config[key] ?? '').length > 0);
  return [...sealed, ...inUrl];
}

/** Found by trying: a key is a secret where another value of it makes another secret, as the password within a JDBC URL does. */
function keysBehindAlias(connector: AnyConnector, config: ConnectorConfig): readonly string[] {
  if (config['connector.class'] === connector.class || !connector.aliases?.length) return [];
  const before = secretsAfterTranslation(connector, config);
  if (before === '') return [];
  return Object.keys(config).filter(
    (key) =>
      key !== 'connector.class' && secretsAfterTranslation(connector, { ...config, [key]: MARK }) !== before,
  );
}

/** The secrets of the translated config as one text; empty where there are none, or where it cannot be translated. */
function secretsAfterTranslation(connector: AnyConnector, config: ConnectorConfig): string {
  try {
    const { config: own } = translateAlias(connector, config);
    const secrets = Object.keys(own).filter((key) => connector.config[key]?.type === 'password' && own[key]);
    return secrets.map((key) => JSON.stringify([key, own[key]])).join();
  } catch {
    return '';
  }
}
