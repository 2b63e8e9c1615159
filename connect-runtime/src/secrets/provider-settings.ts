import { MillraceError, type RawConfig } from '@millrace/foundation';
import { SECRETS_PROVIDER } from '../core/config/placeholders.ts';
import type { ConfigSources } from '../tasks/host-protocol.ts';

/**
 * The worker's `config.providers`, each with its `config.providers.NAME.class` and `config.providers.NAME.param.*` (KIP-297).
 * @throws {MillraceError} INVALID_CONFIG for one without a class, or with a name that is taken
 */
export function providerSettings(raw: RawConfig, names: readonly string[]): ConfigSources['providers'] {
  return names.map((name) => {
    if (name === SECRETS_PROVIDER)
      throw invalid(
        'config.providers',
        `A config provider can't be named "${name}": that is the worker's own.`,
      );
    const className = textOf(raw[`config.providers.${name}.class`]);
    if (className === '') {
      const key = `config.providers.${name}.class`;
      throw invalid(key, `"${key}" is required and has no value.`);
    }
    const prefix = `config.providers.${name}.param.`;
    const params = Object.entries(raw).flatMap(([key, value]) =>
      key.startsWith(prefix) ? [[key.slice(prefix.length), textOf(value)]] : [],
    );
    return { name, class: className, params: Object.fromEntries(params) };
  });
}

/**
 * Whether these are settings that a worker can start with.
 * @throws {MillraceError} INVALID_CONFIG, as {@link providerSettings}
 */
export function checkConfigProviders(raw: RawConfig, names: readonly string[]): void {
  providerSettings(raw, names);
}

/** Whether a key of a worker's config belongs to one of its config providers. */
export function isProviderSetting(key: string): boolean {
  return /^config\.providers\.[^.]+\.(class$|param\.)/.test(key);
}

function textOf(value: unknown): string {
  return value === undefined || value === null ? '' : String(value).trim();
}

function invalid(path: string, message: string): MillraceError {
  return new MillraceError(message, {
    code: 'INVALID_CONFIG',
    class: 'config',
    path,
    hint: 'Name providers in "config.providers", and for each its class in "config.providers.NAME.class".',
  });
}
