import type { Logger, RawConfig } from '@millrace/foundation';
import type { ConfigChange } from './core/config/cluster-config.ts';
import { WorkerSecrets, type WorkerSecretsOptions } from './secrets/worker-secrets.ts';
import { ConfigHistory } from './storage/config-history.ts';
import { ConfigStore } from './storage/config-store.ts';
import { OffsetStore } from './storage/offset-store.ts';
import { OffsetStores } from './storage/offset-stores.ts';
import type { OpenNamedLog } from './storage/record-log.ts';
import { StatusStore } from './storage/status-store.ts';
import type { WorkerConfig } from './worker-config.ts';

export interface WorkerStorageOptions {
  readonly config: WorkerConfig;
  readonly raw: RawConfig;
  readonly logger: Logger;
  /** Opens what the worker's own keys name: topics, or what stands in for them. */
  readonly storage: OpenNamedLog;
  /** Opens topics, for connectors that have offset topics of their own. */
  readonly topics: OpenNamedLog;
  readonly plugins: WorkerSecretsOptions['plugins'];
  readonly onConfigChange: (change: ConfigChange) => void;
  readonly onStatus: (connector: string) => void;
}

/** The topic that keeps the configs that connectors had. */
function historyTopicOf(config: WorkerConfig): string {
  return config['config.history.topic'] ?? `${config['group.id']}-config-history`;
}

/** Topics that workers of this config keep for themselves. */
export function storageTopics(config: WorkerConfig): readonly string[] {
  return [
    config['config.storage.topic'],
    config['offset.storage.topic'],
    config['status.storage.topic'],
    config['secrets.storage.topic'],
    historyTopicOf(config),
  ].filter((topic) => topic !== null);
}

/** What a worker keeps outside itself: configs, statuses, offsets, and secrets where it has keys for them. */
export class WorkerStorage {
  readonly configs: ConfigStore;
  readonly statuses: StatusStore;
  readonly offsets: OffsetStores;
  readonly secrets: WorkerSecrets;
  readonly history: ConfigHistory;
  readonly #config: WorkerConfig;

  /** @throws {MillraceError} INVALID_CONFIG for what is wrong with `config.providers` */
  constructor(options: WorkerStorageOptions) {
    const { config, storage } = options;
    this.#config = config;
    this.configs = new ConfigStore(
      storage(config['config.storage.topic'], 1, config['config.storage.replication.factor'], 'in one order'),
      options.onConfigChange,
    );
    this.statuses = new StatusStore(
      storage(
        config['status.storage.topic'],
        config['status.storage.partitions'],
        config['status.storage.replication.factor'],
      ),
      options.onStatus,
    );
    const offsetStore = (open: OpenNamedLog) => (topic: string) =>
      new OffsetStore(
        open(topic, config['offset.storage.partitions'], config['offset.storage.replication.factor']),
      );
    this.offsets = new OffsetStores({
      shared: offsetStore(storage)(config['offset.storage.topic']),
      open: offsetStore(options.topics),
      topicOf: (connector) => this.#ownOffsetTopic(connector),
    });
    const { raw, logger, plugins } = options;
    const replicas = config['config.storage.replication.factor'];
    this.history = new ConfigHistory(storage(historyTopicOf(config), 1, replicas), logger);
    this.secrets = new WorkerSecrets({ config, raw, storage, logger, plugins });
  }

  /**
   * Reads all of it.
   * @throws {MillraceError} STORAGE_TOPIC_NOT_COMPACTED (class config), STORAGE_TOPIC_UNREAD, SECRET_KEYS_UNREADABLE
   */
  async start(): Promise<void> {
    await Promise.all([
      this.offsets.start(),
      this.statuses.start(),
      this.configs.start(),
      this.secrets.start(),
    ]);
  }

  async close(): Promise<void> {
    await Promise.all([
      this.configs.close(),
      this.statuses.close(),
      this.offsets.close(),
      this.secrets.close(),
      this.history.close(),
    ]);
  }

  /** What cannot be read or written at present, as a sentence; null where all can. */
  failure(): string | null {
    const stores = [
      { key: 'config.storage.topic', store: this.configs },
      { key: 'status.storage.topic', store: this.statuses },
      { key: 'offset.storage.topic', store: this.offsets },
      { key: 'secrets.storage.topic', store: this.secrets },
    ] as const;
    for (const { key, store } of stores) {
      const { failure } = store;
      if (failure)
        return `Worker cannot use "${this.#config[key]}", its ${key}, and tries again: ${failure.message}`;
    }
    return null;
  }

  #ownOffsetTopic(connector: string): string | null {
    const own = this.configs.config.connector(connector)?.['offsets.storage.topic']?.trim();
    return own && own !== this.#config['offset.storage.topic'] ? own : null;
  }
}
