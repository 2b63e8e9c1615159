import type { ConfigDef, ConfigOf } from '@millrace/foundation';

/** What `${provider:path:key}` of a config stands for. Asked in task hosts only: a value never reaches the worker's own process. */
export interface ConfigProvider {
  /**
   * The values of these keys at a path; a key that is not there is left out, and the runtime names it. The empty path stands for
   * `${provider:key}`.
   * @throws {MillraceError} class config where the path can't be read, with a hint; never with a value
   */
  get(path: string, keys: readonly string[]): Promise<ProvidedValues>;
}

export interface ProvidedValues {
  readonly values: { readonly [key: string]: string };
  /** How long they hold, ms; after it, connectors that use them are started again. Left out: for good. */
  readonly ttlMs?: number;
}

export interface ConfigProviderPlugin<D extends ConfigDef = ConfigDef> {
  readonly type: 'config-provider';
  /** What `config.providers.NAME.class` names, such as `FileConfigProvider`. */
  readonly class: string;
  readonly aliases?: readonly string[];
  readonly version: string;
  readonly docs: string;
  /** Of `config.providers.NAME.param.*`. */
  readonly config: D;
  readonly create: (config: ConfigOf<D>) => ConfigProvider;
}

/** Declares a provider of config values. */
export function defineConfigProvider<const D extends ConfigDef>(
  provider: Omit<ConfigProviderPlugin<D>, 'type'>,
): ConfigProviderPlugin<D> {
  return { type: 'config-provider', ...provider };
}
