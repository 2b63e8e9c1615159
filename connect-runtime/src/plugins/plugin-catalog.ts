import { isMillraceError, type Logger, MillraceError, toMillraceError } from '@millrace/foundation';
import type { ConnectorConfig } from '../core/config/cluster-config.ts';
import type { HostPool } from '../tasks/host-pool.ts';
import type { HostCalls, PluginDescription, ValidationResult } from '../tasks/host-protocol.ts';

/**
 * What plugins are installed, as their hosts describe them. Hosts are started on the first question, not with the worker: an idle
 * worker costs nothing for plugins that nobody uses.
 */
export class PluginCatalog {
  readonly #modules: readonly string[];
  readonly #hosts: HostPool;
  readonly #logger: Logger;
  readonly #validateTimeoutMs: number;
  #described: Promise<readonly PluginDescription[]> | null = null;

  constructor(options: {
    readonly modules: readonly string[];
    readonly hosts: HostPool;
    readonly logger: Logger;
    readonly validateTimeoutMs: number;
  }) {
    this.#modules = options.modules;
    this.#hosts = options.hosts;
    this.#logger = options.logger;
    this.#validateTimeoutMs = options.validateTimeoutMs;
  }

  /** Every plugin that could be loaded; those that could not are logged once, with the reason. */
  all(): Promise<readonly PluginDescription[]> {
    this.#described ??= this.#describe().catch((error) => {
      this.#described = null;
      throw error;
    });
    return this.#described;
  }

  /** Packages that bring converters. */
  async converterModules(): Promise<readonly string[]> {
    const plugins = await this.all();
    return [
      ...new Set(plugins.filter((plugin) => plugin.type === 'converter').map((plugin) => plugin.module)),
    ];
  }

  /**
   * Finds a plugin by class, or by one of its aliases.
   * @throws {MillraceError} UNKNOWN_CONNECTOR_CLASS (class config, path `connector.class`)
   */
  async find(className: string): Promise<PluginDescription> {
    const plugins = await this.all();
    const found = plugins.find((plugin) => plugin.class === className || plugin.aliases.includes(className));
    if (found) return found;
    const known = plugins.filter(isConnector).map((plugin) => plugin.class);
    throw new MillraceError(`"connector.class" names no installed plugin: ${className}.`, {
      code: 'UNKNOWN_CONNECTOR_CLASS',
      class: 'config',
      path: 'connector.class',
      hint: `Installed connectors: ${known.join(', ') || 'none'}.`,
    });
  }

  async configKeys(className: string) {
    const plugin = await this.find(className);
    return this.#hosts.call('configKeys', { module: plugin.module, class: plugin.class });
  }

  /** @throws {MillraceError} UNKNOWN_CONNECTOR_CLASS; TASK_HOST_TIMEOUT where the plugin hangs */
  async validate(className: string, config: ConnectorConfig): Promise<ValidationResult> {
    const plugin = await this.find(className);
    if (!isConnector(plugin)) {
      throw new MillraceError(`${className} is a ${plugin.type}, not a connector.`, {
        code: 'BAD_REQUEST',
        class: 'config',
        path: 'connector.class',
      });
    }
    const converters = (await this.all()).flatMap((candidate) =>
      candidate.type === 'converter' ? [candidate.class, ...candidate.aliases] : [],
    );
    return this.#hosts.call('validate', {
      module: plugin.module,
      class: plugin.class,
      config,
      converters,
      // The plugin hears of the end of its time before its process does.
      timeoutMs: Math.ceil(this.#validateTimeoutMs * 0.8),
    });
  }

  /** The connector's work split into task configs. */
  async taskConfigs(config: ConnectorConfig): Promise<readonly ConnectorConfig[]> {
    const plugin = await this.find(config['connector.class'] ?? '');
    return this.#hosts.call('taskConfigs', {
      module: plugin.module,
      config: { ...config, 'connector.class': plugin.class },
    });
  }

  async #describe(): Promise<readonly PluginDescription[]> {
    const { plugins, failures } = await this.#describeTogether();
    for (const { module, error } of failures)
      this.#logger.error({ module, error }, 'a plugin package was left out');
    return plugins;
  }

  /** In one host, as all of them usually load; where one of them hangs or ends it, each in a host of its own. */
  async #describeTogether(): Promise<Described> {
    try {
      return await this.#hosts.call('describe', { modules: this.#modules });
    } catch (error) {
      if (!isMillraceError(error) || error.code === 'WORKER_STOPPING') throw error;
      const described = await Promise.all(this.#modules.map((module) => this.#describeApart(module)));
      return {
        plugins: described.flatMap(({ plugins }) => plugins),
        failures: described.flatMap(({ failures }) => failures),
      };
    }
  }

  async #describeApart(module: string): Promise<Described> {
    try {
      return await this.#hosts.callApart('describe', { modules: [module] }, module);
    } catch (error) {
      const known = toMillraceError(error, { code: 'PLUGIN_NOT_LOADED', class: 'config' });
      return { plugins: [], failures: [{ module, error: known.report() }] };
    }
  }
}

type Described = HostCalls['describe']['result'];

function isConnector(plugin: PluginDescription): boolean {
  return plugin.type === 'source' || plugin.type === 'sink';
}
