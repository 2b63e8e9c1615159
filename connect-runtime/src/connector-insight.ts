import type { Admin } from '@millrace/client';
import { type Clock, isMillraceError, type Logger } from '@millrace/foundation';
import type { ConnectorConfig } from './core/config/cluster-config.ts';
import type { ConfigVersion } from './core/config/config-versions.ts';
import { withoutRevision } from './core/config/placeholders.ts';
import { type Guarantees, guaranteesOf, sharesRecords } from './core/delivery/guarantees.ts';
import { sinkGroupId } from './core/offsets/sink-offset.ts';
import { DeadLetters } from './dead-letters/dead-letters.ts';
import type { ConnectorCommands } from './herder/connector-commands.ts';
import type { ConnectorView } from './herder/connector-view.ts';
import { sinkPositions } from './herder/group-positions.ts';
import { errorPolicyOf } from './plugins/error-config.ts';
import type { PluginCatalog } from './plugins/plugin-catalog.ts';
import { Previews } from './preview/previews.ts';
import type { SecretUse, WorkerSecrets } from './secrets/worker-secrets.ts';
import type { ConfigHistory } from './storage/config-history.ts';
import type { ConfigStore } from './storage/config-store.ts';
import type { HostPool } from './tasks/host-pool.ts';
import type { TaskWorkerSettings } from './tasks/host-protocol.ts';
import type { WorkerConfig } from './worker-config.ts';

export interface ConnectorInsightOptions {
  readonly config: WorkerConfig;
  readonly admin: Admin;
  readonly configs: ConfigStore;
  readonly view: ConnectorView;
  readonly commands: ConnectorCommands;
  readonly catalog: PluginCatalog;
  readonly hosts: HostPool;
  readonly secrets: WorkerSecrets;
  readonly history: ConfigHistory;
  readonly settings: () => Promise<TaskWorkerSettings>;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Kinds of plugins as Kafka Connect calls them. */
const KINDS = {
  source: 'source',
  sink: 'sink',
  converter: 'converter',
  predicate: 'predicate',
  transform: 'transformation',
  'config-provider': 'config_provider',
} as const;

/** What Millrace tells of a connector beyond Kafka Connect: previews, dead letters, guarantees, secrets. */
export class ConnectorInsight {
  readonly #options: ConnectorInsightOptions;
  readonly #previews: Previews;
  readonly deadLetters: DeadLetters;

  constructor(options: ConnectorInsightOptions) {
    this.#options = options;
    const { config, admin, view, commands, secrets, clock, logger } = options;
    this.#previews = new Previews({
      ...options,
      sources: (connectorConfig) => secrets.sources(connectorConfig),
      timeoutMs: config['preview.timeout.ms'],
    });
    this.deadLetters = new DeadLetters({
      bootstrapServers: config['bootstrap.servers'],
      connector: (name) => view.connector(name),
      positions: (name, connectorConfig) => sinkPositions(admin, name, connectorConfig).all(),
      lead: () => commands.lead(),
      restartTasks: (name) => commands.restartConnector(name, { includeTasks: true, onlyFailed: false }),
      ...{ admin, clock, logger },
    });
  }

  /**
   * Shows on real records what a connector would do; nothing is written, no offset moves.
   * @param name of a connector that exists, whose config is used where none is given, or of one that is only thought of
   * @throws {MillraceError} NOT_FOUND, PREVIEWS_BUSY, UNKNOWN_CONNECTOR_CLASS, INVALID_CONFIG, TASK_HOST_TIMEOUT
   */
  preview(name: string, config: ConnectorConfig | null, limit: number) {
    const { configs, view } = this.#options;
    const stored = configs.config.connector(name);
    // A stored config says which revision of its secrets it means; one that was sent may have placeholders of them.
    const used = config ? { ...withoutRevision(config), name } : (stored ?? view.connector(name).config);
    return this.#previews.run({ ...used, name }, limit);
  }

  /** @throws {MillraceError} NOT_FOUND, UNKNOWN_CONNECTOR_CLASS; what the connector throws */
  async guarantees(
    name: string,
  ): Promise<Guarantees & { readonly connector: string; readonly type: 'source' | 'sink' }> {
    const { configs, view, catalog, config: worker } = this.#options;
    const config = configs.config.connector(name) ?? view.connector(name).config;
    const traits = await catalog.traits({ ...config, name });
    const workerWritesExactlyOnce = worker['exactly.once.source.support'] === 'enabled';
    const { deadLetters, toleratesAll } = errorPolicyOf(config);
    const brokers = {
      transactions:
        traits.type === 'source' && workerWritesExactlyOnce ? await this.#brokersHaveTransactions() : null,
      shareGroups:
        traits.type === 'sink' && sharesRecords(config)
          ? await this.#brokersHaveShareGroups(sinkGroupId(name, config))
          : null,
    };
    const facts = {
      ...{ config, traits, workerWritesExactlyOnce, brokers, toleratesAll },
      deadLetterTopic: deadLetters?.topic ?? null,
    };
    return { connector: name, type: traits.type, ...guaranteesOf(facts) };
  }

  /** Plugins of all kinds, and what could not be loaded. */
  async plugins() {
    const { catalog } = this.#options;
    const plugins = await catalog.all();
    return {
      plugins: plugins.map(({ module, class: name, aliases, type, version, docs }) => ({
        ...{ module, class: name, aliases, version, docs },
        type: KINDS[type],
      })),
      failures: catalog.failures,
    };
  }

  /** The configs that a connector had, oldest first; of one that was deleted too. */
  async history(connector: string): Promise<readonly ConfigVersion[]> {
    const versions = await this.#options.history.of(connector);
    // As people wrote them, and so as the connector itself is shown: the two are compared.
    return versions.map((version) => ({ ...version, config: withoutRevision(version.config) }));
  }

  /** Connectors whose configs keep values elsewhere, those with secrets that were given inline first. */
  secretUses(): readonly SecretUse[] {
    const { config } = this.#options.configs;
    const configs = config.connectors().map((name) => [name, config.connector(name) ?? {}] as const);
    return this.#options.secrets.uses(new Map(configs));
  }

  /**
   * Encrypts all secrets with the newest key of the key file, so that older ones may leave it.
   * @throws {MillraceError} REBALANCE_IN_PROGRESS where another worker leads, SECRET_KEYS_UNREADABLE
   */
  renewSecrets(): Promise<{ readonly renewed: number; readonly unreadable: readonly string[] }> {
    const { commands, secrets } = this.#options;
    return commands.inTurnOfAll(() => secrets.configs.renew());
  }

  async close(): Promise<void> {
    await this.deadLetters.close();
  }

  #brokersHaveTransactions(): Promise<boolean | null> {
    const known = { refusal: 'TRANSACTIONS_UNSUPPORTED' };
    return answersTo(() => this.#options.admin.listTransactions(), known);
  }

  /** Whether they know the group does not matter. */
  #brokersHaveShareGroups(groupId: string): Promise<boolean | null> {
    const known = { refusal: 'SHARE_GROUPS_UNSUPPORTED', consent: 'GROUP_ID_NOT_FOUND' };
    return answersTo(() => this.#options.admin.describeShareGroups([groupId]), known);
  }
}

/** Whether the brokers can do what is asked; null where they do not say. An error with the code `consent` says that they can. */
async function answersTo(
  ask: () => Promise<unknown>,
  known: { readonly refusal: string; readonly consent?: string },
): Promise<boolean | null> {
  try {
    await ask();
    return true;
  } catch (error) {
    if (!isMillraceError(error)) return null;
    if (error.code === known.consent) return true;
    return error.code === known.refusal ? false : null;
  }
}
