import { type Json, type JsonObject, type Logger, pause, toMillraceError } from '@millrace/foundation';
import { type ConfigStep, type ConfigVersion, slotOf, versionsFor } from '../core/config/config-versions.ts';
import { jsonBytes, readJson } from './json-record.ts';
import type { OpenLog, RecordLog } from './record-log.ts';

/** How long a change waits for its note, ms. */
const NOTE_WAIT_MS = 5_000;

/**
 * The configs that connectors had, in a compacted topic of its own: a ring of records for each connector. It is opened when somebody first changes a config or
 * asks for history; a worker runs without it where it can't be used.
 */
export class ConfigHistory {
  readonly #log: RecordLog;
  readonly #logger: Logger;
  /** By connector and slot. */
  readonly #versions = new Map<string, Map<number, ConfigVersion>>();
  #opening: Promise<void> | null = null;
  /** One after the other, so that each counts on from the one before. */
  #noting: Promise<void> = Promise.resolve();

  constructor(open: OpenLog, logger: Logger) {
    this.#logger = logger;
    this.#log = open((record) => this.#replay(record.key?.toString('utf8') ?? '', readJson(record.value)));
  }

  /** Oldest first. @throws {MillraceError} what the brokers answer */
  async of(connector: string): Promise<readonly ConfigVersion[]> {
    await this.#open();
    await this.#log.readToEnd();
    return this.#known(connector);
  }

  /** Notes a change that has taken effect. Where it can't, it logs: the change stands, and is not held up for long. */
  async note(connector: string, step: ConfigStep): Promise<void> {
    this.#noting = this.#noting
      .then(() => this.#note(connector, step))
      .catch((error: unknown) => {
        this.#logger.warn({ connector, err: error }, 'a change of a config is not in its history');
      });
    const waited = new AbortController();
    await Promise.race([this.#noting, pause(NOTE_WAIT_MS, waited.signal)]);
    waited.abort();
  }

  async #note(connector: string, step: ConfigStep): Promise<void> {
    await this.#open();
    const added = versionsFor(this.#known(connector), step);
    if (added.length === 0) return;
    await this.#log.writeAll(
      added.map((version) => ({
        key: Buffer.from(JSON.stringify([connector, slotOf(version.version)]), 'utf8'),
        value: jsonBytes({ ...version }),
      })),
    );
    await this.#log.readToEnd();
  }

  async close(): Promise<void> {
    if (this.#opening === null) return;
    await this.#opening.catch(() => undefined);
    await this.#log.close();
  }

  #open(): Promise<void> {
    this.#opening ??= this.#log.start().catch((error: unknown) => {
      this.#opening = null;
      throw toMillraceError(error, { code: 'CONFIG_HISTORY_UNAVAILABLE', class: 'transient' });
    });
    return this.#opening;
  }

  #known(connector: string): readonly ConfigVersion[] {
    const versions = this.#versions.get(connector)?.values() ?? [];
    return [...versions].sort((a, b) => a.version - b.version);
  }

  #replay(key: string, value: Json): void {
    const place = placeOf(key);
    if (place === null) return;
    const version = readVersion(value);
    const known = this.#versions.get(place.connector) ?? new Map<number, ConfigVersion>();
    if (version) known.set(place.slot, version);
    else known.delete(place.slot);
    this.#versions.set(place.connector, known);
  }
}

function placeOf(key: string): { readonly connector: string; readonly slot: number } | null {
  try {
    const [connector, slot] = JSON.parse(key) as unknown[];
    return typeof connector === 'string' && typeof slot === 'number' ? { connector, slot } : null;
  } catch {
    return null;
  }
}

const KINDS = ['create', 'update', 'restore', 'delete', 'found'] as const;

function readVersion(value: Json): ConfigVersion | null {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return null;
  const { version, atMs, by, what, restored, config } = value as JsonObject;
  const kind = KINDS.find((one) => one === what);
  if (typeof version !== 'number' || typeof atMs !== 'number' || kind === undefined) return null;
  const values = typeof config === 'object' && config !== null && !Array.isArray(config) ? config : {};
  const texts = Object.entries(values).filter(
    (entry): entry is [string, string] => typeof entry[1] === 'string',
  );
  return {
    ...{ version, atMs, what: kind, by: typeof by === 'string' ? by : '' },
    ...(typeof restored === 'number' ? { restored } : {}),
    config: Object.fromEntries(texts),
  };
}
