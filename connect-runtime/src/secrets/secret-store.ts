import type { Json, JsonObject } from '@millrace/foundation';
import { jsonBytes, readJson } from '../storage/json-record.ts';
import type { OpenLog, RecordLog } from '../storage/record-log.ts';
import type { SealedValue } from './sealed-value.ts';

/** The secrets of one connector, sealed, by config key. */
export interface SealedSecrets {
  /** Rises with each change. A stored config says which one it means, so that its tasks start again with the new values. */
  readonly revision: number;
  readonly values: { readonly [key: string]: SealedValue };
}

const none: SealedSecrets = { revision: 0, values: {} };
const PREFIX = 'secrets-';

/**
 * The sealed secrets of the group's connectors, from `secrets.storage.topic`: one record for each connector, so that its
 * secrets change as one whole and go with one tombstone. What can open them is not in any topic.
 */
export class SecretStore {
  readonly #log: RecordLog;
  readonly #secrets = new Map<string, SealedSecrets>();

  constructor(open: OpenLog) {
    this.#log = open((record) => this.#replay(record.key?.toString('utf8') ?? '', readJson(record.value)));
  }

  start(): Promise<void> {
    return this.#log.start();
  }

  /** Why the topic cannot be read or written at present; null where it can. */
  get failure(): Error | null {
    return this.#log.failure;
  }

  connectors(): readonly string[] {
    return [...this.#secrets.keys()].sort();
  }

  of(connector: string): SealedSecrets {
    return this.#secrets.get(connector) ?? none;
  }

  /** As `of`, at least as new as that revision: its config came by another topic, and may have come first. */
  async atLeast(connector: string, revision: number): Promise<SealedSecrets> {
    if (this.of(connector).revision < revision) await this.#log.readToEnd();
    return this.of(connector);
  }

  /** Resolves when this worker has read everything that was written up to now. */
  refresh(): Promise<void> {
    return this.#log.readToEnd();
  }

  async put(connector: string, secrets: SealedSecrets | null): Promise<void> {
    const value = secrets && { revision: secrets.revision, secrets: secrets.values };
    await this.#log.write(`${PREFIX}${connector}`, jsonBytes(value));
    await this.#log.readToEnd();
  }

  close(): Promise<void> {
    return this.#log.close();
  }

  #replay(key: string, value: Json): void {
    if (!key.startsWith(PREFIX)) return;
    const connector = key.slice(PREFIX.length);
    const secrets = readSecrets(value);
    if (secrets) this.#secrets.set(connector, secrets);
    else this.#secrets.delete(connector);
  }
}

function readSecrets(value: Json): SealedSecrets | null {
  if (!isObject(value) || !isObject(value.secrets ?? null)) return null;
  const { revision } = value;
  const entries = Object.entries(value.secrets as JsonObject).filter(([, text]) => typeof text === 'string');
  return {
    revision: typeof revision === 'number' ? revision : 0,
    values: Object.fromEntries(entries) as { [key: string]: string },
  };
}

function isObject(value: Json): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
