import type { Logger, RawConfig } from '@millrace/foundation';
import type { ConnectorConfig } from '../core/config/cluster-config.ts';
import {
  placeholdersIn,
  SECRETS_PROVIDER,
  secretsRevisionOf,
  usesSecrets,
} from '../core/config/placeholders.ts';
import { credentialsIn, isSecretByName } from '../core/config/secret-names.ts';
import type { OpenNamedLog } from '../storage/record-log.ts';
import type { ConfigSources, PluginDescription } from '../tasks/host-protocol.ts';
import type { WorkerConfig } from '../worker-config.ts';
import { ConfigSecrets } from './config-secrets.ts';
import { isOpenToOthers, readKeyRing } from './key-ring.ts';
import { providerSettings } from './provider-settings.ts';
import { SecretStore } from './secret-store.ts';

export interface WorkerSecretsOptions {
  readonly config: WorkerConfig;
  readonly raw: RawConfig;
  readonly storage: OpenNamedLog;
  /** Installed config providers. */
  readonly plugins: () => Promise<readonly PluginDescription[]>;
  readonly logger: Logger;
}

/** What a connector's config keeps somewhere else. */
export interface SecretUse {
  readonly connector: string;
  /** Config keys whose values were given inline and are stored encrypted: a Java worker that takes over cannot read them. */
  readonly inlined: readonly string[];
  /** Keys whose names, or URLs, say that they are secrets, and which are stored in clear: a Java worker did. Put the config again to seal them. */
  readonly inClear: readonly string[];
  /** Names of the config providers that it refers to. */
  readonly providers: readonly string[];
}

/**
 * The worker's part in secrets: it keeps them sealed, and hands hosts what they need to open them. Without `secrets.key.file` there is
 * no topic of secrets, and inlined ones are refused.
 */
export class WorkerSecrets {
  readonly #options: WorkerSecretsOptions;
  readonly #keyFile: string | null;
  readonly #store: SecretStore | null;
  readonly #providers: ConfigSources['providers'];
  readonly configs: ConfigSecrets;

  /** @throws {MillraceError} INVALID_CONFIG for what is wrong with `config.providers` */
  constructor(options: WorkerSecretsOptions) {
    const { config, raw, storage } = options;
    this.#options = options;
    this.#providers = providerSettings(raw, config['config.providers']);
    this.#keyFile = config['secrets.key.file'];
    const topic = secretsTopic(config);
    this.#store =
      this.#keyFile === null
        ? null
        : new SecretStore(storage(topic, 1, config['secrets.storage.replication.factor']));
    const names = this.#providers.map(({ name }) => name);
    this.configs = new ConfigSecrets({ keyFile: this.#keyFile, store: this.#store, providers: names });
  }

  /** Why the topic of secrets cannot be read or written at present; null where it can, or where there is none. */
  get failure(): Error | null {
    return this.#store?.failure ?? null;
  }

  /** @throws {MillraceError} SECRET_KEYS_UNREADABLE (class config); what reading the topic throws */
  async start(): Promise<void> {
    const file = this.#keyFile;
    if (file === null) return;
    await readKeyRing(file);
    if (await isOpenToOthers(file))
      this.#options.logger.warn({ file }, 'others than its owner may read the file of secrets.key.file');
    await this.#store?.start();
  }

  async close(): Promise<void> {
    await this.#store?.close();
  }

  /** What a host needs to resolve this config, as plain data; secrets are still sealed. */
  async sources(config: ConnectorConfig): Promise<ConfigSources> {
    const plugins = this.#providers.length > 0 ? await this.#options.plugins() : [];
    const sealed =
      this.#store && usesSecrets(config)
        ? (await this.#store.atLeast(config.name ?? '', secretsRevisionOf(config))).values
        : {};
    const secrets = this.#keyFile === null ? null : { keyFile: this.#keyFile, sealed };
    return { providers: this.#providers, plugins, secrets };
  }

  /** Of these connectors, those that refer to values kept elsewhere; with inlined secrets first. */
  uses(configs: ReadonlyMap<string, ConnectorConfig>): readonly SecretUse[] {
    const known = new Set(this.#providers.map(({ name }) => name));
    const all = [...configs].map(([connector, config]): SecretUse => {
      const placeholders = Object.entries(config).flatMap(([key, value]) =>
        placeholdersIn(value).map(({ provider }) => ({ key, provider })),
      );
      const inlined = placeholders.filter(({ provider }) => provider === SECRETS_PROVIDER);
      const provided = placeholders.filter(({ provider }) => known.has(provider));
      return {
        connector,
        inlined: unique(inlined.map(({ key }) => key)),
        inClear: Object.keys(config).filter(
          (key) =>
            credentialsIn(config[key] ?? '').length > 0 ||
            (isSecretByName(key) && config[key] !== '' && !placeholders.some((one) => one.key === key)),
        ),
        providers: unique(provided.map(({ provider }) => provider)),
      };
    });
    return all
      .filter(({ inlined, inClear, providers }) => inlined.length + inClear.length + providers.length > 0)
      .sort((a, b) => Number(b.inlined.length > 0) - Number(a.inlined.length > 0));
  }
}

/** One for each group, as its other topics; the name says what it is. */
function secretsTopic(config: WorkerConfig): string {
  return config['secrets.storage.topic'] ?? `${config['group.id']}-secrets`;
}

function unique(texts: readonly string[]): readonly string[] {
  return [...new Set(texts)].sort();
}
