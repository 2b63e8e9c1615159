import { isMillraceError, type Logger, MillraceError, pause, toMillraceError } from '@millrace/foundation';
import type { Forgotten, StoredOffset } from '@millrace/sdk';
import type { ConnectorConfig } from '../core/config/cluster-config.ts';
import type { HostPool } from '../tasks/host-pool.ts';
import type {
  ConfigSources,
  HostCalls,
  PluginDescription,
  PluginFailure,
  PluginType,
  ValidationResult,
  WantedPositions,
} from '../tasks/host-protocol.ts';
import { PluginDirectory, type PluginQuestion } from './plugin-directory.ts';
import { type FoundPlugin, findPlugins } from './plugin-path.ts';

/** How often at most a question looks into the folders of `plugin.path` again, ms. */
const LOOK_AGAIN_MS = 1_000;
/** A package there that could not be loaded may have been on its way, and a busy machine may be quiet by then: it is tried again so often at most, ms. */
const TRY_AGAIN_MS = 10_000;
/** So long questions about what is known wait, at most, for a look that is under way: a package that hangs must not hold them up, ms. */
const LOOK_WAIT_MS = 2_000;

const CONNECTORS: readonly PluginType[] = ['source', 'sink'];
const STEPS: readonly PluginType[] = ['converter', 'transform', 'predicate', 'config-provider'];
const ALL: readonly PluginType[] = [...CONNECTORS, ...STEPS];

export interface PluginCatalogOptions {
  /** Of the worker key `plugins`. */
  readonly modules: readonly string[];
  /** Folders, of the worker key `plugin.path`. */
  readonly path?: readonly string[];
  readonly hosts: Pick<HostPool, 'call' | 'callApart' | 'retire'>;
  readonly logger: Logger;
  readonly validateTimeoutMs: number;
  /** Whether code that stands in a config may run. Left out: no. */
  readonly inlineTransforms?: boolean;
  /** Whether the worker's sources write in transactions. */
  readonly exactlyOnce: boolean;
  /** What the placeholders of a config are resolved with, in the host. */
  readonly sources: (config: ConnectorConfig) => Promise<ConfigSources>;
}

interface Entry extends Described {
  /** Of a package in `plugin.path`: another one means another package. */
  readonly stamp: string | null;
  readonly describedAtMs: number;
}

/**
 * What plugins are installed, as their hosts describe them. Hosts are started on the first question, not with the worker: an idle
 * worker costs nothing for plugins that nobody uses. Each question sees what has come into `plugin.path` or gone from it.
 */
export class PluginCatalog {
  readonly #options: PluginCatalogOptions;
  readonly #entries = new Map<string, Entry>();
  #directory = new PluginDirectory([]);
  #looking: Promise<void> | null = null;
  #lookedAtMs = Number.NEGATIVE_INFINITY;
  /** Of the look that is under way. */
  #lookBeganAtMs = 0;
  /** Asks packages again that could not be loaded, beside everything else. */
  #tryingAgain: Promise<void> | null = null;

  constructor(options: PluginCatalogOptions) {
    this.#options = options;
  }

  /** Modules that could not be loaded when they were asked last, and why. */
  get failures(): readonly PluginFailure[] {
    return [...this.#entries.values()].flatMap((entry) => entry.failures);
  }

  /** Every plugin that could be loaded, in all its versions; those that could not are logged once, with the reason. */
  async all(): Promise<readonly PluginDescription[]> {
    return (await this.directory()).plugins;
  }

  async directory(): Promise<PluginDirectory> {
    if (performance.now() - this.#lookedAtMs < this.#lookAgainMs) return this.#directory;
    const isFirst = this.#lookedAtMs === Number.NEGATIVE_INFINITY;
    const looking = this.#lookTogether();
    if (isFirst) await looking;
    else await this.#awaitLook(looking);
    return this.#directory;
  }

  /** What is known is known, however long what came last takes to be loaded. */
  async #awaitLook(looking: Promise<void>): Promise<void> {
    const waited = new AbortController();
    const leftMs = this.#lookBeganAtMs + LOOK_WAIT_MS - performance.now();
    try {
      await Promise.race([looking, pause(Math.max(0, leftMs), waited.signal)]);
    } finally {
      waited.abort();
      // A worker that stops asks nobody.
      looking.catch(() => undefined);
    }
  }

  /** As it is now, as far as that is known soon: what is in a config beside its connector may have come since the last look. */
  async #directorySoon(): Promise<PluginDirectory> {
    if ((this.#options.path ?? []).length === 0) return this.directory();
    // One that is under way may have passed by already.
    if (this.#looking) await this.#awaitLook(this.#looking);
    await this.#awaitLook(this.#lookTogether());
    return this.#directory;
  }

  /** As it is now: what is missing may have come since the last look, and must not be refused for that. */
  async #directoryNow(): Promise<PluginDirectory> {
    if ((this.#options.path ?? []).length === 0) return this.directory();
    // One that is under way may have passed by already.
    await this.#looking;
    await this.#lookTogether();
    await this.#tryingAgain;
    return this.#directory;
  }

  #lookTogether(): Promise<void> {
    if (this.#looking) return this.#looking;
    this.#lookBeganAtMs = performance.now();
    this.#looking = this.#look().finally(() => {
      this.#looking = null;
    });
    return this.#looking;
  }

  /** As far as it is known by now, without asking anybody. */
  typeOf(className: string): 'source' | 'sink' | 'unknown' {
    const type = this.#directory.named(className, CONNECTORS)[0]?.type;
    return type === 'source' || type === 'sink' ? type : 'unknown';
  }

  /** Of the plugin that a connector's config asks for, as far as it is known by now. */
  versionOf(config: ConnectorConfig): string | undefined {
    try {
      return this.#directory.find(connectorQuestion(config)).version;
    } catch {
      return undefined;
    }
  }

  /** What is installed beside connectors, in all its versions. */
  async steps(): Promise<readonly PluginDescription[]> {
    return (await this.directory()).all(STEPS);
  }

  /**
   * The plugin that a connector's config asks for, by class, alias or short name and by `connector.plugin.version`.
   * @throws {MillraceError} UNKNOWN_CONNECTOR_CLASS, PLUGIN_VERSION_NOT_INSTALLED, INVALID_VERSION_RANGE (class config, with the path);
   * PLUGINS_LATE (class transient)
   */
  async connector(config: ConnectorConfig): Promise<PluginDescription> {
    const question = connectorQuestion(config);
    await this.directory();
    const known = this.versionOf(config) !== undefined;
    const directory = known ? this.#directory : await this.#directoryNow();
    this.#requireAnswers(directory.named(question.class, ALL), question.class);
    return directory.find(question);
  }

  /** What is not known is not there only if all that could bring it have answered. */
  #requireAnswers(found: readonly PluginDescription[], className: string): void {
    const late = this.failures.filter(passes);
    if (found.length > 0 || className === '' || late.length === 0) return;
    throw new MillraceError(
      `It is not known yet whether ${className} is installed: plugins did not answer in time.`,
      {
        code: 'PLUGINS_LATE',
        class: 'transient',
        hint: 'They are asked again. Where that does not help, GET /api/v1/plugins says which, and why.',
        path: 'connector.class',
      },
    );
  }

  /** The options of a plugin of any kind; of its newest version where none is asked for. @throws {MillraceError} NOT_FOUND, and as `connector` */
  async configKeys(className: string, version?: string) {
    const directory = await this.directory();
    if (directory.named(className, ALL).length === 0) {
      throw new MillraceError(`Unknown plugin ${className}.`, {
        code: 'NOT_FOUND',
        class: 'config',
        hint: 'GET /connector-plugins?connectorsOnly=false lists what is installed.',
      });
    }
    const { module, class: own } = directory.find({
      ...{ types: ALL, class: className, version, path: 'connector.class', versionPath: 'version' },
    });
    return this.#options.hosts.call('configKeys', { module, class: own });
  }

  /** @throws {MillraceError} as `connector`; BAD_REQUEST for what is no connector; TASK_HOST_TIMEOUT where the plugin hangs */
  async validate(className: string, config: ConnectorConfig): Promise<ValidationResult> {
    const directory = await this.directory();
    const result = await this.#validate(className, config, directory);
    if (result.errorCount === 0) return result;
    // A transform or converter that is missing may have come too.
    const now = await this.#directorySoon();
    return now === directory ? result : this.#validate(className, config, now);
  }

  async #validate(
    className: string,
    config: ConnectorConfig,
    directory: PluginDirectory,
  ): Promise<ValidationResult> {
    const other = directory.all(STEPS).find((plugin) => plugin.class === className);
    if (other) {
      throw new MillraceError(`${className} is a ${other.type}, not a connector.`, {
        code: 'BAD_REQUEST',
        class: 'config',
        path: 'connector.class',
      });
    }
    const named = { ...config, 'connector.class': className };
    const { plugin, problem } = await this.#orNewest(named);
    const result = await this.#options.hosts.call('validate', {
      module: plugin.module,
      class: plugin.class,
      config: 'connector.class' in config ? config : named,
      plugins: directory.plugins,
      inlineTransforms: this.#options.inlineTransforms ?? false,
      sources: await this.#options.sources(config),
      exactlyOnce: this.#options.exactlyOnce,
      // The plugin hears of the end of its time before its process does.
      timeoutMs: Math.ceil(this.#options.validateTimeoutMs * 0.8),
    });
    return problem === null ? result : withProblem(result, problem);
  }

  /** Where the version is not to be had, the rest of a config is still validated: by the newest one. */
  async #orNewest(config: ConnectorConfig) {
    try {
      return { plugin: await this.connector(config), problem: null };
    } catch (error) {
      if (!isMillraceError(error) || error.details.path !== 'connector.plugin.version') throw error;
      const { 'connector.plugin.version': _, ...rest } = config;
      return { plugin: await this.connector(rest), problem: error };
    }
  }

  /** What a connector says of itself with this config. */
  async traits(config: ConnectorConfig) {
    const { module, class: className } = await this.connector(config);
    const sources = await this.#options.sources(config);
    return this.#options.hosts.call('traits', { module, class: className, config, sources });
  }

  /** The connector's work split into task configs. */
  async taskConfigs(config: ConnectorConfig): Promise<readonly ConnectorConfig[]> {
    const { module, class: className } = await this.connector(config);
    const sources = await this.#options.sources(config);
    return this.#options.hosts.call('taskConfigs', { module, class: className, config, sources });
  }

  /**
   * Tells a stopped connector of the positions that somebody wants to set, before they are stored. Answers whether it has checked them.
   * @throws {MillraceError} what the connector says against them
   */
  async alterOffsets(config: ConnectorConfig, wanted: WantedPositions): Promise<boolean> {
    const { module, class: className } = await this.connector(config);
    const sources = await this.#options.sources(config);
    return this.#options.hosts.call('alterOffsets', { module, class: className, config, wanted, sources });
  }

  /**
   * What has a connector clean up in its system. It is made while the config and its secrets are there, and may run when they are gone.
   * @throws {MillraceError} as `connector`; what is answered throws what the connector does
   */
  async forget(config: ConnectorConfig, because: Forgotten['because']): Promise<() => Promise<void>> {
    const { module, class: className } = await this.connector(config);
    const sources = await this.#options.sources(config);
    const timeoutMs = Math.ceil(this.#options.validateTimeoutMs * 0.8);
    const body = { module, class: className, config, sources, because, timeoutMs };
    return async () => {
      await this.#options.hosts.call('forget', body);
    };
  }

  /** Stored positions of a source in a person's words, in their order; null where the connector has none. */
  async describeOffsets(
    config: ConnectorConfig,
    offsets: readonly StoredOffset[],
  ): Promise<readonly (string | null)[]> {
    const { module, class: className } = await this.connector(config);
    return this.#options.hosts.call('describeOffsets', { module, class: className, offsets });
  }

  /** What never changes is looked at once. */
  get #lookAgainMs(): number {
    return this.#isFixed && !this.failures.some(passes) ? Number.POSITIVE_INFINITY : LOOK_AGAIN_MS;
  }

  get #isFixed(): boolean {
    return (this.#options.path ?? []).length === 0 && this.#lookedAtMs > Number.NEGATIVE_INFINITY;
  }

  async #look(): Promise<void> {
    const first = this.#lookedAtMs === Number.NEGATIVE_INFINITY;
    const found = new Map(
      (await findPlugins(this.#options.path ?? [])).map((plugin) => [plugin.module, plugin]),
    );
    const gone = [...this.#entries].filter(
      ([module, { stamp }]) => stamp !== null && found.get(module)?.stamp !== stamp,
    );
    const due = [...this.#options.modules, ...found.keys()].filter((module) => this.#isDue(module, found));
    // What could not be loaded before is asked again beside what goes on: it may hang each time.
    const again = due.filter((module) => this.#isKnown(module, found));
    const fresh = due.filter((module) => !again.includes(module));
    if (again.length > 0) this.#tryAgain(again, found);
    const described = first
      ? await this.#describeTogether(fresh, found)
      : await this.#describeEach(fresh, found);
    for (const [module] of gone) this.#entries.delete(module);
    // Processes that have loaded what was there before get no more work: a new task must run the code that is there now.
    if (gone.length > 0) this.#options.hosts.retire();
    this.#takeAll(described, found, { tell: !first, changed: gone.length > 0 });
    this.#lookedAtMs = performance.now();
  }

  #tryAgain(modules: readonly string[], found: ReadonlyMap<string, FoundPlugin>): void {
    if (this.#tryingAgain) return;
    // Processes of their own for all of them at once are the last thing that a busy machine needs.
    const waited =
      modules.length > 1 && modules.every((one) => this.#entries.get(one)?.failures.some(passes));
    const describing = waited ? this.#describeTogether(modules, found) : this.#describeEach(modules, found);
    this.#tryingAgain = describing
      .then((described) => {
        // One that went meanwhile, or was replaced, is for the next look.
        const stays = described.filter(([module]) => this.#isKnown(module, found));
        this.#takeAll(stays, found, { tell: true, changed: false });
      })
      // A worker that stops asks nobody.
      .catch(() => undefined)
      .finally(() => {
        this.#tryingAgain = null;
      });
  }

  #takeAll(
    described: DescribedModules,
    found: ReadonlyMap<string, FoundPlugin>,
    { tell, changed }: { readonly tell: boolean; readonly changed: boolean },
  ): void {
    const before = this.#directory;
    for (const [module, result] of described) this.#take(module, result, found.get(module)?.stamp ?? null);
    if (described.length > 0 || changed)
      this.#directory = new PluginDirectory([...this.#entries.values()].flatMap(({ plugins }) => plugins));
    if (tell) this.#tell(before);
  }

  /** Whether it was asked before, and is the same since. */
  #isKnown(module: string, found: ReadonlyMap<string, FoundPlugin>): boolean {
    return this.#entries.get(module)?.stamp === (found.get(module)?.stamp ?? null);
  }

  #isDue(module: string, found: ReadonlyMap<string, FoundPlugin>): boolean {
    const known = this.#entries.get(module);
    if (known === undefined || !this.#isKnown(module, found)) return true;
    // What comes with the worker is what it is.
    const again = known.stamp === null ? known.failures.some(passes) : known.failures.length > 0;
    return again && performance.now() - known.describedAtMs >= TRY_AGAIN_MS;
  }

  #take(module: string, described: Described, stamp: string | null): void {
    const told = this.#entries.get(module)?.failures.map(({ error }) => error.message) ?? [];
    for (const { error } of described.failures) {
      if (!told.includes(error.message))
        this.#options.logger.error({ module, error }, 'a plugin package was left out');
    }
    this.#entries.set(module, { ...described, stamp, describedAtMs: performance.now() });
  }

  #tell(before: PluginDirectory): void {
    const label = ({ class: className, version }: PluginDescription) => `${className} ${version}`;
    const [old, now] = [before.plugins.map(label), this.#directory.plugins.map(label)];
    const installed = now.filter((plugin) => !old.includes(plugin));
    const removed = old.filter((plugin) => !now.includes(plugin));
    if (installed.length + removed.length > 0)
      this.#options.logger.info({ installed, removed }, 'what is in plugin.path has changed');
  }

  /** In one host, as all of them usually load; where one of them hangs or ends it, each in a host of its own. */
  async #describeTogether(
    modules: readonly string[],
    found: ReadonlyMap<string, FoundPlugin>,
  ): Promise<DescribedModules> {
    const sound = modules.filter((module) => found.get(module)?.error === undefined);
    try {
      const { plugins, failures } = await this.#options.hosts.call('describe', { modules: sound });
      return modules.map((module) => [
        module,
        refused(found.get(module)) ?? {
          plugins: plugins.filter((plugin) => plugin.module === module),
          failures: failures.filter((failure) => failure.module === module),
        },
      ]);
    } catch (error) {
      if (!isMillraceError(error) || error.code === 'WORKER_STOPPING') throw error;
      return this.#describeEach(modules, found);
    }
  }

  #describeEach(
    modules: readonly string[],
    found: ReadonlyMap<string, FoundPlugin>,
  ): Promise<DescribedModules> {
    return Promise.all(
      modules.map(
        async (module) =>
          [module, refused(found.get(module)) ?? (await this.#describeApart(module))] as const,
      ),
    );
  }

  async #describeApart(module: string): Promise<Described> {
    try {
      return await this.#options.hosts.callApart('describe', { modules: [module] }, module);
    } catch (error) {
      const known = toMillraceError(error, { code: 'PLUGIN_NOT_LOADED', class: 'config' });
      return { plugins: [], failures: [{ module, error: known.report() }] };
    }
  }
}

function connectorQuestion(config: ConnectorConfig): PluginQuestion {
  return {
    types: CONNECTORS,
    class: (config['connector.class'] ?? '').trim(),
    version: config['connector.plugin.version'],
    path: 'connector.class',
    versionPath: 'connector.plugin.version',
  };
}

function withProblem(result: ValidationResult, { message, details }: MillraceError): ValidationResult {
  const error = [message, details.hint].filter((part) => part !== undefined).join(' ');
  return {
    ...result,
    errorCount: result.errorCount + 1,
    configs: result.configs.map((row) =>
      row.value.name === details.path
        ? { ...row, value: { ...row.value, errors: [...row.value.errors, error] } }
        : row,
    ),
  };
}

/** Whether the same can work later: a process that did not answer in time. */
function passes({ error }: PluginFailure): boolean {
  return error.class === 'transient';
}

type Described = HostCalls['describe']['result'];
type DescribedModules = readonly (readonly [module: string, described: Described])[];

/** A package that its own package.json rules out is never loaded. */
function refused(plugin: FoundPlugin | undefined): Described | null {
  if (plugin?.error === undefined) return null;
  const failure: PluginFailure = { module: plugin.module, error: plugin.error };
  return { plugins: [], failures: [failure] };
}
