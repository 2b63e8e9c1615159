import type { ConnectorConfig } from './cluster-config.ts';

/** `${provider:path:key}` of a config's value, or `${provider:key}` with an empty path (KIP-297). */
export interface Placeholder {
  /** As it is written, with the braces. */
  readonly text: string;
  readonly provider: string;
  readonly path: string;
  readonly key: string;
}

/** The provider of secrets that were given inline: the worker's own, beside those of `config.providers`. */
export const SECRETS_PROVIDER = 'secrets';

/** The key of a stored config that says which revision of its connector's secrets it means; shown to nobody. */
export const SECRETS_REVISION = 'secrets.revision';

/** Kafka Connect's own pattern: what has no colon inside the braces, such as a table name's `${topic}`, is no placeholder. */
const PATTERN = /\$\{([^}]*?):(?:([^}]*?):)?([^}]*?)\}/g;

export function placeholdersIn(value: string): readonly Placeholder[] {
  return Array.from(value.matchAll(PATTERN), placeholderOf);
}

/** The value with its placeholders replaced; where `provide` answers null, as text that is meant as it stands, it stays. */
export function replacePlaceholders(
  value: string,
  provide: (placeholder: Placeholder) => string | null,
): string {
  return value.replace(PATTERN, (text, ...groups) => {
    const [provider, path, key] = groups as [string, string | undefined, string];
    return provide({ text, provider, path: path ?? '', key }) ?? text;
  });
}

function placeholderOf(match: RegExpExecArray): Placeholder {
  const [text, provider = '', path = '', key = ''] = match;
  return { text, provider, path, key };
}

/** What stands in a stored config for a secret that was given inline. */
export function secretPlaceholder(connector: string, key: string): string {
  return `\${${SECRETS_PROVIDER}:${escaped(connector)}:${escaped(key)}}`;
}

/** Of a config, the keys whose secret is stored apart. */
export function secretKeysIn(connector: string, config: ConnectorConfig): readonly string[] {
  return Object.keys(config).filter((key) => config[key] === secretPlaceholder(connector, key));
}

/** Whether any value refers to a stored secret, of whatever connector. */
export function usesSecrets(config: ConnectorConfig): boolean {
  return Object.values(config).some((value) =>
    placeholdersIn(value).some(({ provider }) => provider === SECRETS_PROVIDER),
  );
}

export function secretsRevisionOf(config: ConnectorConfig): number {
  const revision = Number(config[SECRETS_REVISION] ?? 0);
  return Number.isSafeInteger(revision) && revision > 0 ? revision : 0;
}

/** The config as people wrote it. */
export function withoutRevision(config: ConnectorConfig): ConnectorConfig {
  if (!(SECRETS_REVISION in config)) return config;
  const { [SECRETS_REVISION]: _revision, ...written } = config;
  return written;
}

/** Names may hold what ends a placeholder or parts it. */
function escaped(name: string): string {
  return name.replace(/[%:{}]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
}
