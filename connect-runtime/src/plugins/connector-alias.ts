import { type ConfigProblem, MillraceError } from '@millrace/foundation';
import type { AnyConnector } from '@millrace/sdk';
import type { ConnectorConfig } from '../core/config/cluster-config.ts';
import { answersTo } from './plugin-directory.ts';

export interface TranslatedConfig {
  readonly config: ConnectorConfig;
  readonly problems: readonly ConfigProblem[];
  /** Where an option of ours was written under another name: that name. */
  readonly keys: Readonly<Record<string, string>>;
}

/**
 * The config in the connector's own terms. One that names another product's class is stored and shown as it was written, and translated
 * here whenever it is used; every other one is what it is.
 */
export function translateAlias(connector: AnyConnector, config: ConnectorConfig): TranslatedConfig {
  const name = config['connector.class'] ?? '';
  const alias =
    name === connector.class
      ? undefined
      : connector.aliases?.find((candidate) => answersTo(candidate.class, name, connector.type));
  const { config: own, problems, keys = {} } = alias ? alias.translate(config) : { config, problems: [] };
  return { config: { ...own, 'connector.class': connector.class }, problems, keys };
}

/** As `translateAlias`, for what is to run. @throws {MillraceError} INVALID_CONFIG for the first problem */
export function requireTranslated(connector: AnyConnector, config: ConnectorConfig): ConnectorConfig {
  const translated = translateAlias(connector, config);
  const first = translated.problems[0];
  if (!first) return translated.config;
  throw new MillraceError(translated.problems.map(({ message }) => message).join(' '), {
    code: 'INVALID_CONFIG',
    class: 'config',
    path: first.key,
    hint: `Correct "${first.key}" and try again.`,
  });
}
