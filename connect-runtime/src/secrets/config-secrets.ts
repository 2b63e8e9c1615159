import { MillraceError } from '@millrace/foundation';
import type { ConnectorConfig } from '../core/config/cluster-config.ts';
import {
  placeholdersIn,
  SECRETS_REVISION,
  secretKeysIn,
  secretPlaceholder,
  withoutRevision,
} from '../core/config/placeholders.ts';
import { type KeyRing, readKeyRing } from './key-ring.ts';
import { isSealedWithNewest, type SealedValue, type SecretPlace, seal, unseal } from './sealed-value.ts';
import type { SecretStore } from './secret-store.ts';

export interface ConfigSecretsOptions {
  /** Null: this worker has none, and refuses secrets that are given inline. */
  readonly keyFile: string | null;
  readonly store: Pick<SecretStore, 'of' | 'put' | 'connectors' | 'refresh'> | null;
  /** Names of the worker's config providers: a value that refers to one of them is no secret itself. */
  readonly providers: readonly string[];
}

/**
 * Keeps inlined secrets out of the config topic: on the way in, each one is sealed, stored apart, and replaced by its
 * placeholder. Used by the leader alone, one config of a connector after the other. A value is opened here only to be compared, or to be sealed
 * again with a newer key, and leaves this file only sealed.
 */
export class ConfigSecrets {
  readonly #options: ConfigSecretsOptions;

  constructor(options: ConfigSecretsOptions) {
    this.#options = options;
  }

  /**
   * The config as it may be stored. Secrets are written before it answers, so that the config never means what is not there;
   * a value that is the same as the stored one changes nothing.
   *
   * @param secretKeys keys whose values are secrets, as validation found them
   * @param inUse configs of this connector that may still run: what they refer to is kept
   * @throws {MillraceError} SECRETS_WITHOUT_KEY_FILE, SECRET_KEYS_UNREADABLE (class config); what the brokers answer
   */
  async protect(
    connector: string,
    config: ConnectorConfig,
    secretKeys: readonly string[],
    inUse: readonly ConnectorConfig[],
  ): Promise<ConnectorConfig> {
    const { keyFile, store, providers } = this.#options;
    const written = withoutRevision(config);
    const inlined = secretKeys.filter((key) => isInlined(written[key] ?? '', { connector, key }, providers));
    if (inlined.length > 0 && (keyFile === null || store === null)) throw withoutKeyFile(inlined);
    if (keyFile === null || store === null) return written;
    const placed: ConnectorConfig = {
      ...written,
      ...Object.fromEntries(inlined.map((key) => [key, secretPlaceholder(connector, key)])),
    };
    if (inlined.length > 0) {
      await store.refresh();
      const keys = await readKeyRing(keyFile);
      await this.#put(store, keys, connector, {
        written,
        inlined,
        kept: keysIn(connector, [placed, ...inUse]),
      });
    }
    const { revision } = store.of(connector);
    const hasSecrets = secretKeysIn(connector, placed).length > 0;
    return hasSecrets ? { ...placed, [SECRETS_REVISION]: String(revision) } : placed;
  }

  /** Forgets the secrets of a connector that was removed. */
  async forget(connector: string): Promise<void> {
    const { store } = this.#options;
    if (!store || store.of(connector).revision === 0) return;
    await store.put(connector, null);
  }

  /**
   * Seals anew what an older key sealed, so that that key may leave the file. Values do not change, nothing starts again. Answers how
   * many connectors had such secrets, and which have some that no key of the file opens.
   */
  async renew(): Promise<{ readonly renewed: number; readonly unreadable: readonly string[] }> {
    const { keyFile, store } = this.#options;
    if (keyFile === null || store === null) return { renewed: 0, unreadable: [] };
    await store.refresh();
    const keys = await readKeyRing(keyFile);
    const unreadable: string[] = [];
    let renewed = 0;
    for (const connector of store.connectors()) {
      const { revision, values } = store.of(connector);
      const entries = Object.entries(values);
      if (entries.every(([, sealed]) => isSealedWithNewest(keys, sealed))) continue;
      const sealedAnew = entries.map(
        ([key, sealed]) => [key, resealed(keys, { connector, key }, sealed)] as const,
      );
      if (sealedAnew.some(([, sealed]) => !isSealedWithNewest(keys, sealed))) unreadable.push(connector);
      await store.put(connector, { revision, values: Object.fromEntries(sealedAnew) });
      renewed++;
    }
    return { renewed, unreadable };
  }

  async #put(
    store: Pick<SecretStore, 'of' | 'put'>,
    keys: KeyRing,
    connector: string,
    change: {
      readonly written: ConnectorConfig;
      readonly inlined: readonly string[];
      readonly kept: ReadonlySet<string>;
    },
  ): Promise<void> {
    const { revision, values } = store.of(connector);
    const next = new Map(Object.entries(values).filter(([key]) => change.kept.has(key)));
    let changed = false;
    for (const key of change.inlined) {
      const value = change.written[key] ?? '';
      const place = { connector, key };
      const before = values[key];
      if (before !== undefined && opensTo(keys, place, before, value)) continue;
      next.set(key, seal(keys, place, value));
      changed = true;
    }
    if (changed) await store.put(connector, { revision: revision + 1, values: Object.fromEntries(next) });
  }
}

/** Whether a secret is there in clear: not empty, not its own placeholder, not wholly what a provider stands for. */
function isInlined(value: string, { connector, key }: SecretPlace, providers: readonly string[]): boolean {
  if (value === '' || value === secretPlaceholder(connector, key)) return false;
  const [placeholder] = placeholdersIn(value);
  return !placeholder || placeholder.text !== value.trim() || !providers.includes(placeholder.provider);
}

function keysIn(connector: string, configs: readonly ConnectorConfig[]): ReadonlySet<string> {
  return new Set(configs.flatMap((config) => secretKeysIn(connector, config)));
}

function opensTo(keys: KeyRing, place: SecretPlace, sealed: SealedValue, value: string): boolean {
  try {
    return unseal(keys, place, sealed) === value;
  } catch {
    // What cannot be opened any more is replaced by what was given.
    return false;
  }
}

function resealed(keys: KeyRing, place: SecretPlace, sealed: SealedValue): SealedValue {
  try {
    return seal(keys, place, unseal(keys, place, sealed));
  } catch {
    // Its key is gone: the task that needs it says so; the others must not wait for it.
    return sealed;
  }
}

function withoutKeyFile(keys: readonly string[]): MillraceError {
  const [first = ''] = keys;
  return new MillraceError(
    `${keys.map((key) => `"${key}"`).join(', ')} ${keys.length === 1 ? 'is a secret' : 'are secrets'} given inline, and this worker has no key to encrypt with.`,
    {
      code: 'SECRETS_WITHOUT_KEY_FILE',
      class: 'config',
      path: first,
      hint: 'Refer to it by a config provider, such as ${file:/path/of/file:key}; or set secrets.key.file in the config of all workers.',
    },
  );
}
