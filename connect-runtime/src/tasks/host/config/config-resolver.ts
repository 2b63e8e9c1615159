import { isMillraceError, MillraceError, requireConfig, toMillraceError } from '@millrace/foundation';
import type { ConfigProvider, ProvidedValues } from '@millrace/sdk';
import type { ConnectorConfig } from '../../../core/config/cluster-config.ts';
import {
  placeholdersIn,
  replacePlaceholders,
  SECRETS_PROVIDER,
  secretPlaceholder,
} from '../../../core/config/placeholders.ts';
import { credentialsIn } from '../../../core/config/secret-names.ts';
import { PluginDirectory } from '../../../plugins/plugin-directory.ts';
import type { PluginLoader } from '../../../plugins/plugin-loader.ts';
import { type KeyRing, readKeyRing } from '../../../secrets/key-ring.ts';
import { unseal } from '../../../secrets/sealed-value.ts';
import type { ConfigSources } from '../../host-protocol.ts';
import { settledWithin } from '../wait.ts';
import { formOf, withoutForm } from './placeholder-form.ts';
import type { Redactor } from './redactor.ts';

/** How long a provider may take for one path, ms. */
const PROVIDER_TIMEOUT_MS = 10_000;

/** Whose config it is. */
export interface ConfigPlace {
  readonly connector: string;
  /** Whether it is a task's, as the connector made it: there its secrets may stand anywhere. */
  readonly isTask?: boolean;
}

export interface ResolvedConfig {
  readonly config: ConnectorConfig;
  /** The values that were put in, by the text of their placeholder. */
  readonly provided: ReadonlyMap<string, string>;
  /** After this the values may be others, ms; null: they hold for good. */
  readonly ttlMs: number | null;
}

/**
 * Puts values in the places of a config's placeholders: secrets that were given inline, and what config providers stand for. Runs in
 * task hosts alone; each value it finds is from then on taken out of what the host tells.
 */
export class ConfigResolver {
  readonly #loader: PluginLoader;
  readonly #redactor: Redactor;
  /** By name, class and parameters: a provider may hold a connection. */
  readonly #providers = new Map<string, Promise<ConfigProvider>>();

  constructor(loader: PluginLoader, redactor: Redactor) {
    this.#loader = loader;
    this.#redactor = redactor;
  }

  /**
   * @throws {MillraceError} with the config key as path: SECRET_NOT_STORED, SECRET_OF_ANOTHER_PLACE, what unsealing throws,
   *   CONFIG_VALUE_NOT_PROVIDED, CONFIG_PROVIDER_FAILED (class config), CONFIG_PROVIDER_TIMED_OUT (class transient)
   */
  async resolve(
    place: ConfigPlace,
    config: ConnectorConfig,
    sources: ConfigSources,
  ): Promise<ResolvedConfig> {
    const provided = new Map<string, string>();
    try {
      const opened = await openSecrets(place, config, sources, provided);
      const ttlMs = await this.#provide(opened, sources, provided);
      const resolved = mapValues(opened, (value) =>
        replacePlaceholders(value, ({ text }) => provided.get(text) ?? null),
      );
      // A secret may itself refer to a provider: what was put in is what came out of both.
      for (const [key, value] of Object.entries(config)) {
        if (placeholdersIn(value)[0]?.text === value) provided.set(value, resolved[key] ?? '');
      }
      return { config: resolved, provided, ttlMs };
    } finally {
      const values = [...provided.values()];
      this.#redactor.add([...values, ...values.flatMap(credentialsIn)], new Set(Object.values(config)));
    }
  }

  async #provide(
    config: ConnectorConfig,
    sources: ConfigSources,
    provided: Map<string, string>,
  ): Promise<number | null> {
    let ttlMs: number | null = null;
    for (const group of groupsOf(config, sources).values()) {
      const { provider: name, path } = group;
      const { values, ttlMs: holdsMs } = await this.#ask(name, group, sources);
      for (const [key, texts] of group.keys) {
        const value = values[key];
        if (value === undefined) throw notProvided(group.configKey, name, path, key);
        for (const text of texts) provided.set(text, formOf(text).encode(value));
      }
      if (holdsMs !== undefined) ttlMs = Math.min(ttlMs ?? holdsMs, holdsMs);
    }
    return ttlMs;
  }

  async #ask(name: string, group: Group, sources: ConfigSources): Promise<ProvidedValues> {
    const { configKey, path, keys } = group;
    try {
      const asked = this.#provider(name, sources).then((provider) => provider.get(path, [...keys.keys()]));
      if (await settledWithin(asked, PROVIDER_TIMEOUT_MS)) return await asked;
    } catch (error) {
      const fallback = { code: 'CONFIG_PROVIDER_FAILED', class: 'config' } as const;
      const known = toMillraceError(error, fallback);
      throw new MillraceError(`"${configKey}" could not be resolved: ${known.message}`, {
        ...(isMillraceError(error) ? known.details : fallback),
        path: configKey,
        cause: error,
      });
    }
    throw new MillraceError(
      `"${configKey}" could not be resolved: config provider "${name}" did not answer within ${PROVIDER_TIMEOUT_MS} ms.`,
      { code: 'CONFIG_PROVIDER_TIMED_OUT', class: 'transient', path: configKey },
    );
  }

  #provider(name: string, { providers, plugins }: ConfigSources): Promise<ConfigProvider> {
    const spec = providers.find((candidate) => candidate.name === name);
    const cacheKey = JSON.stringify(spec);
    const known = this.#providers.get(cacheKey);
    if (known) return known;
    const path = `config.providers.${name}.class`;
    const made = this.#loader
      .find('config-provider', new PluginDirectory(plugins), { class: spec?.class ?? '', path })
      .then((plugin) => plugin.create(requireConfig(plugin.config, spec?.params ?? {})));
    this.#providers.set(cacheKey, made);
    made.catch(() => this.#providers.delete(cacheKey));
    return made;
  }
}

/** Placeholders of one provider and path, asked for together. */
interface Group {
  /** The first config key that has one of them, for messages. */
  readonly configKey: string;
  readonly provider: string;
  readonly path: string;
  /** Keys at the path, with the texts of their placeholders. */
  readonly keys: Map<string, readonly string[]>;
}

function groupsOf(config: ConnectorConfig, { providers }: ConfigSources): ReadonlyMap<string, Group> {
  const names = new Set(providers.map(({ name }) => name));
  const groups = new Map<string, Group>();
  for (const [configKey, value] of Object.entries(config)) {
    for (const placeholder of placeholdersIn(value)) {
      // As in Kafka Connect: what no provider stands for is text that means itself.
      const provider = withoutForm(placeholder.provider);
      if (!names.has(provider)) continue;
      const id = JSON.stringify([provider, placeholder.path]);
      const group = groups.get(id) ?? { configKey, provider, path: placeholder.path, keys: new Map() };
      group.keys.set(placeholder.key, [...(group.keys.get(placeholder.key) ?? []), placeholder.text]);
      groups.set(id, group);
    }
  }
  return groups;
}

/**
 * The config with its sealed secrets opened. In what a person wrote, a secret stands only where it was given: whoever may edit a
 * connector must not be able to have its password written into a file name, or another connector's into his own.
 */
async function openSecrets(
  place: ConfigPlace,
  config: ConnectorConfig,
  sources: ConfigSources,
  provided: Map<string, string>,
): Promise<ConnectorConfig> {
  const secrets = new SealedLookup(place.connector, sources);
  const opened: Record<string, string> = { ...config };
  for (const [key, value] of Object.entries(config)) {
    for (const { text, provider } of placeholdersIn(value)) {
      if (withoutForm(provider) !== SECRETS_PROVIDER) continue;
      if (!place.isTask && value !== secretPlaceholder(place.connector, key))
        throw elsewhere(key, place.connector);
      provided.set(text, await secrets.open(text, key));
    }
    opened[key] = replacePlaceholders(value, ({ text }) => provided.get(text) ?? null);
  }
  return opened;
}

/** The connector's own secrets, by the placeholders that stand for them. */
class SealedLookup {
  readonly #connector: string;
  readonly #secrets: ConfigSources['secrets'];
  readonly #keys: ReadonlyMap<string, string>;
  #ring: KeyRing | null = null;

  constructor(connector: string, { secrets }: ConfigSources) {
    this.#connector = connector;
    this.#secrets = secrets;
    const sealed = Object.keys(secrets?.sealed ?? {});
    this.#keys = new Map(sealed.map((key) => [secretPlaceholder(connector, key), key]));
  }

  async open(text: string, configKey: string): Promise<string> {
    const { plain, encode } = formOf(text);
    const key = this.#keys.get(plain);
    const sealed = key === undefined ? undefined : this.#secrets?.sealed[key];
    if (!this.#secrets || key === undefined || sealed === undefined)
      throw notStored(configKey, this.#connector, this.#secrets !== null);
    this.#ring ??= await readKeyRing(this.#secrets.keyFile);
    return encode(unseal(this.#ring, { connector: this.#connector, key }, sealed));
  }
}

function mapValues(config: ConnectorConfig, map: (value: string, key: string) => string): ConnectorConfig {
  return Object.fromEntries(Object.entries(config).map(([key, value]) => [key, map(value, key)]));
}

function elsewhere(key: string, connector: string): MillraceError {
  return new MillraceError(
    `"${key}" refers to a stored secret that belongs to another key or another connector.`,
    {
      code: 'SECRET_OF_ANOTHER_PLACE',
      class: 'config',
      path: key,
      hint: `Give the value itself: it is encrypted and becomes ${secretPlaceholder(connector, key)}.`,
    },
  );
}

function notStored(key: string, connector: string, hasKeyFile: boolean): MillraceError {
  return new MillraceError(`"${key}" refers to a secret that is not stored for connector ${connector}.`, {
    code: 'SECRET_NOT_STORED',
    class: 'config',
    path: key,
    hint: hasKeyFile
      ? 'Give the value itself.'
      : 'This worker has no secrets.key.file; the others of its group may.',
  });
}

function notProvided(configKey: string, name: string, path: string, key: string): MillraceError {
  return new MillraceError(
    `"${configKey}" could not be resolved: config provider "${name}" has no "${key}"${path === '' ? '' : ` at ${path}`}.`,
    {
      code: 'CONFIG_VALUE_NOT_PROVIDED',
      class: 'config',
      path: configKey,
      hint: 'Add it there, or correct the placeholder.',
    },
  );
}
