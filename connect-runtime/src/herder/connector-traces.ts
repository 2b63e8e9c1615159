import type { Logger } from '@millrace/foundation';
import type { ConnectorConfig } from '../core/config/cluster-config.ts';
import type { PluginCatalog } from '../plugins/plugin-catalog.ts';

/** What connectors leave in other systems, such as a replication slot: cleaned up by themselves when they are deleted. */
export class ConnectorTraces {
  readonly #catalog: Pick<PluginCatalog, 'forget'>;
  readonly #logger: Logger;
  readonly #under = new Set<Promise<void>>();

  constructor(catalog: Pick<PluginCatalog, 'forget'>, logger: Logger) {
    this.#catalog = catalog;
    this.#logger = logger;
  }

  /**
   * Asks the plugin of a connector that is about to be removed for what cleans up, while its secrets are still there. What it answers begins
   * the clean-up, which nobody waits for: a deletion must not hang on a system that is away. A failure is logged.
   */
  async beforeRemoval(connector: string, config: ConnectorConfig): Promise<() => void> {
    const cleanUp = await this.#catalog.forget(config, 'deleted').catch((error) => {
      this.#failed(connector, error);
      return null;
    });
    return () => {
      if (!cleanUp) return;
      const work = cleanUp().catch((error) => this.#failed(connector, error));
      this.#under.add(work);
      void work.finally(() => this.#under.delete(work));
    };
  }

  /** Resolves when no clean-up is under way. */
  async settled(): Promise<void> {
    await Promise.all(this.#under);
  }

  #failed(connector: string, error: unknown): void {
    this.#logger.warn(
      { connector, err: error },
      'a deleted connector could not clean up in its system; a person must',
    );
  }
}
