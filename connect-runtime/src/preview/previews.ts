import { MillraceError } from '@millrace/foundation';
import type { ConnectorConfig } from '../core/config/cluster-config.ts';
import type { PluginCatalog } from '../plugins/plugin-catalog.ts';
import type { HostPool } from '../tasks/host-pool.ts';
import type { ConfigSources, TaskWorkerSettings } from '../tasks/host-protocol.ts';
import type { PreviewResult } from '../tasks/preview-protocol.ts';

/** Previews under way at once: each has a process of its own. */
const MAX_RUNNING = 2;
/** Of a preview's time, the part after which the plugin hears that it is over; the rest is for the answer. */
const PLUGIN_SHARE = 0.8;

export interface PreviewsOptions {
  readonly hosts: Pick<HostPool, 'callApart'>;
  readonly catalog: Pick<PluginCatalog, 'connector'>;
  readonly sources: (config: ConnectorConfig) => Promise<ConfigSources>;
  readonly settings: () => Promise<TaskWorkerSettings>;
  readonly timeoutMs: number;
}

/** Runs previews, each in a task host of its own that ends with it: whatever the plugin does there, it does to nobody else. */
export class Previews {
  readonly #options: PreviewsOptions;
  #running = 0;
  #number = 0;

  constructor(options: PreviewsOptions) {
    this.#options = options;
  }

  /**
   * @param config with its `name`; need not be one that exists
   * @throws {MillraceError} PREVIEWS_BUSY (class throttled), UNKNOWN_CONNECTOR_CLASS, INVALID_CONFIG, TASK_HOST_TIMEOUT
   */
  async run(config: ConnectorConfig, limit: number): Promise<PreviewResult & { readonly class: string }> {
    if (this.#running >= MAX_RUNNING) throw busy();
    this.#running++;
    try {
      const { hosts, catalog, sources, settings, timeoutMs } = this.#options;
      const plugin = await catalog.connector(config);
      const request = {
        module: plugin.module,
        class: plugin.class,
        connector: config.name ?? '',
        config,
        sources: await sources(config),
        worker: await settings(),
        limit,
        timeoutMs: Math.ceil(timeoutMs * PLUGIN_SHARE),
      };
      const result = await hosts.callApart('preview', request, `preview-${++this.#number}`, timeoutMs);
      return { class: plugin.class, ...result };
    } finally {
      this.#running--;
    }
  }
}

function busy(): MillraceError {
  return new MillraceError(`${MAX_RUNNING} previews are under way on this worker already.`, {
    code: 'PREVIEWS_BUSY',
    class: 'throttled',
    hint: 'Try again when one of them has ended.',
  });
}
