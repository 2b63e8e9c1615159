import {
  createLogger,
  type Logger,
  MillraceError,
  parseConfig,
  requireConfig,
  toMillraceError,
} from '@millrace/foundation';
import type { AnyConnector, TaskConfig } from '@millrace/sdk';
import { type TaskId, taskKey } from '../../core/task-id.ts';
import { requireTranslated } from '../../plugins/connector-alias.ts';
import { configText, describeConfig } from '../../plugins/describe-config.ts';
import { PluginDirectory } from '../../plugins/plugin-directory.ts';
import { aliasesOf, PluginLoader } from '../../plugins/plugin-loader.ts';
import { definitionOf, validateConfig } from '../../plugins/validate-config.ts';
import { ORPHANED_EXIT_CODE } from '../host-death.ts';
import type {
  HostCalls,
  HostEvents,
  PluginDescription,
  PluginFailure,
  TaskSpec,
  WorkerCalls,
  WorkerEvents,
} from '../host-protocol.ts';
import { Ipc } from '../ipc.ts';
import { traceOf } from '../trace.ts';
import { ConfigResolver, type ResolvedConfig } from './config/config-resolver.ts';
import { ConfigWatch } from './config/config-watch.ts';
import { withPlaceholders } from './config/placeholder-form.ts';
import { processRedactor, type Redactor, redactOutput } from './config/redactor.ts';
import { redactInlined, validateWritten } from './config/written-config.ts';
import { createTaskRunner } from './create-task-runner.ts';
import { preview, refuseUnusable } from './preview/preview.ts';
import { logConsole, runLogged, TaskLog } from './task-log.ts';
import { TaskLoggers } from './task-loggers.ts';
import type { TaskRunner } from './task-runner.ts';
import { WorkerWatch } from './worker-watch.ts';

/** How often counters go to the worker, ms. */
const COUNTERS_INTERVAL_MS = 500;
/** Longer than the worker tries to read its offset topic: it gives up first, and says why. */
const SOURCE_OFFSETS_TIMEOUT_MS = 60_000;
const OUT_OF_BAND_EXIT_CODE = 70;

type Link = Ipc<WorkerCalls, HostEvents>;

/** Runs in a child process: loads plugins, answers what they are, runs their tasks. Ends when the worker is gone. */
export function runHost(): void {
  redactOutput();
  logConsole();
  const log = new TaskLog();
  const logger = createLogger({
    level: process.env.MILLRACE_LOG_LEVEL ?? 'info',
    rewrite: (line) => {
      const clean = processRedactor.text(line);
      log.line(clean);
      return clean;
    },
  }).child({ component: 'task-host' });
  const host = new Host(logger, processRedactor, log);
  process.on('disconnect', () => process.exit(0));
  // The worker decides when a host ends; a signal to the whole process group must not cut tasks off before they committed.
  process.on('SIGINT', () => undefined);
  process.on('SIGTERM', () => undefined);
  process.on('uncaughtException', (error) => host.threwOutOfBand(error));
  process.on('unhandledRejection', (error) => host.threwOutOfBand(error));
}

class Host {
  readonly #logger: Logger;
  readonly #loggers: TaskLoggers;
  readonly #redactor: Redactor;
  readonly #log: TaskLog;
  readonly #loader = new PluginLoader();
  readonly #resolver: ConfigResolver;
  readonly #watches = new Map<string, ConfigWatch>();
  readonly #tasks = new Map<string, TaskRunner>();
  /** What is asked of one task is done in the order of asking. */
  readonly #turns = new Map<string, Promise<unknown>>();
  readonly #link: Link;
  readonly #worker: WorkerWatch;
  #loopBefore = performance.eventLoopUtilization();

  constructor(logger: Logger, redactor: Redactor, log: TaskLog) {
    this.#log = log;
    this.#logger = logger;
    this.#loggers = new TaskLoggers(logger);
    this.#redactor = redactor;
    this.#resolver = new ConfigResolver(this.#loader, redactor);
    this.#worker = new WorkerWatch(() => {
      logger.error(
        'the worker has not been heard of for a session: others run its tasks, this task host ends',
      );
      process.exit(ORPHANED_EXIT_CODE);
    });
    this.#link = new Ipc(
      {
        // A worker that was killed reads no more: `disconnect` ends this process, and a write that fails before must not
        // look like a plugin's failure.
        send: (message) =>
          void process.send?.(withoutSecrets(message, redactor), undefined, undefined, () => undefined),
        onMessage: (listener) => void process.on('message', listener),
      },
      {
        calls: {
          describe: (body: HostCalls['describe']['body']) => this.#describe(body.modules),
          configKeys: (body: HostCalls['configKeys']['body']) => this.#configKeys(body),
          validate: (body: HostCalls['validate']['body']) => this.#validate(body),
          taskConfigs: (body: HostCalls['taskConfigs']['body']) => this.#taskConfigs(body),
          alterOffsets: (body: HostCalls['alterOffsets']['body']) => this.#alterOffsets(body),
          forget: (body: HostCalls['forget']['body']) => this.#forgetTraces(body),
          describeOffsets: (body: HostCalls['describeOffsets']['body']) => this.#describeOffsets(body),
          traits: (body: HostCalls['traits']['body']) => this.#traits(body),
          preview: (body: HostCalls['preview']['body']) => this.#preview(body),
          start: (spec: TaskSpec) => this.#inTurn(spec.id, () => this.#start(spec)),
          stop: (id: TaskId) => this.#inTurn(id, () => this.#stop(id)),
          setPaused: (body: HostCalls['setPaused']['body']) =>
            this.#inTurn(body.id, () => this.#setPaused(body)),
        },
        event: (name, body: WorkerEvents[keyof WorkerEvents]) => {
          if (name === ('end' satisfies keyof WorkerEvents)) process.exit(0);
          if (name === ('alive' satisfies keyof WorkerEvents))
            this.#worker.heard((body as WorkerEvents['alive']).silenceMaxMs);
          if (name === ('logLevels' satisfies keyof WorkerEvents))
            this.#loggers.setLevels(body as WorkerEvents['logLevels']);
        },
      },
    );
    // From its first word on the worker counts how long a host is silent: before that no plugin can hold it up.
    this.#sendCounters();
    setInterval(() => this.#sendCounters(), COUNTERS_INTERVAL_MS).unref();
  }

  /**
   * A plugin threw where nobody waits for it. Whose task it was can't be told, so all tasks of this host fail with it; the worker
   * brings each back in a host of its own.
   */
  threwOutOfBand(error: unknown): void {
    const cause = toMillraceError(error, { code: 'PLUGIN_THREW_OUT_OF_BAND', class: 'transient' });
    this.#logger.error({ err: error }, 'a plugin threw outside of any call; this task host ends');
    this.#sendLogs();
    this.#link.emit('hostFailed', { error: cause.report(), trace: traceOf(cause) });
    setImmediate(() => process.exit(OUT_OF_BAND_EXIT_CODE));
  }

  #inTurn<T>(id: TaskId, job: () => Promise<T>): Promise<T> {
    const key = taskKey(id);
    const before = this.#turns.get(key) ?? Promise.resolve();
    const turn = before.then(job, job);
    this.#turns.set(key, turn);
    const done = () => {
      if (this.#turns.get(key) === turn) this.#turns.delete(key);
    };
    turn.then(done, done);
    return turn;
  }

  async #describe(modules: readonly string[]): Promise<HostCalls['describe']['result']> {
    const plugins: PluginDescription[] = [];
    const failures: PluginFailure[] = [];
    for (const module of modules) {
      try {
        const manifest = await this.#loader.manifest(module);
        for (const plugin of manifest.plugins) {
          const { type, version, docs } = plugin;
          plugins.push({ module, class: plugin.class, aliases: aliasesOf(plugin), type, version, docs });
        }
      } catch (error) {
        failures.push({
          module,
          error: toMillraceError(error, { code: 'PLUGIN_NOT_LOADED', class: 'config' }).report(),
        });
      }
    }
    return { plugins, failures };
  }

  async #configKeys(body: HostCalls['configKeys']['body']): Promise<HostCalls['configKeys']['result']> {
    const { plugins } = await this.#loader.manifest(body.module);
    const plugin = plugins.find((candidate) => candidate.class === body.class);
    if (!plugin)
      throw new MillraceError(`There is no plugin "${body.class}".`, { code: 'NOT_FOUND', class: 'config' });
    return describeConfig(
      plugin.type === 'source' || plugin.type === 'sink' ? definitionOf(plugin) : plugin.config,
    );
  }

  async #validate(body: HostCalls['validate']['body']): Promise<HostCalls['validate']['result']> {
    const connector = await this.#loader.connector(body.module, body.class);
    const { config, sources } = body;
    const written = { connector, config, sources, resolver: this.#resolver, redactor: this.#redactor };
    return validateWritten(written, (resolved, problems) =>
      validateConfig({
        connector,
        loader: this.#loader,
        config: resolved,
        problems,
        installed: new PluginDirectory(body.plugins),
        inlineAllowed: body.inlineTransforms,
        exactlyOnce: body.exactlyOnce,
        signal: AbortSignal.timeout(body.timeoutMs),
      }),
    );
  }

  async #taskConfigs(body: HostCalls['taskConfigs']['body']): Promise<HostCalls['taskConfigs']['result']> {
    const connector = await this.#loader.connector(body.module, body.class);
    const secretKeys = redactInlined(connector, body.config, this.#redactor);
    const place = { connector: body.config.name ?? '' };
    const resolved = await this.#resolver.resolve(place, body.config, body.sources);
    const translated = requireTranslated(connector, resolved.config);
    const common = parseConfig(definitionOf(connector), translated).values;
    const max = typeof common['tasks.max'] === 'number' ? common['tasks.max'] : 1;
    const config = requireConfig(connector.config, translated);
    const parts = checkTaskConfigs(
      (await connector.taskConfigs?.(config, max)) ?? Array.from({ length: max }, () => ({})),
    );
    if (parts.length <= max || common['tasks.max.enforce'] === false)
      return parts.map((part) => withPlaceholders(textOnly(part), body.config, resolved, secretKeys));
    throw new MillraceError(`The connector asked for ${parts.length} tasks, and tasks.max is ${max}.`, {
      code: 'TOO_MANY_TASKS',
      class: 'config',
      path: 'tasks.max',
      hint: `Raise tasks.max to ${parts.length}, or give the connector less to do.`,
    });
  }

  async #alterOffsets(body: HostCalls['alterOffsets']['body']): Promise<boolean> {
    const connector = await this.#loader.connector(body.module, body.class);
    if (!connector.alterOffsets) return false;
    const config = await this.#ownConfig(connector, body);
    const of = { connector: body.config.name ?? '' };
    const { wanted } = body;
    if (connector.type === 'source')
      return wanted.type === 'source' ? connector.alterOffsets(config, wanted.offsets, of) : false;
    return wanted.type === 'sink' ? connector.alterOffsets(config, wanted.positions, of) : false;
  }

  async #forgetTraces(body: HostCalls['forget']['body']): Promise<null> {
    const connector = await this.#loader.connector(body.module, body.class);
    if (!connector.forget) return null;
    const config = await this.#ownConfig(connector, body);
    const signal = AbortSignal.timeout(body.timeoutMs);
    await connector.forget(config, { connector: body.config.name ?? '', because: body.because, signal });
    return null;
  }

  /** The connector's own part of its config, as its definition gives it. */
  async #ownConfig(connector: AnyConnector, body: Pick<HostCalls['traits']['body'], 'config' | 'sources'>) {
    redactInlined(connector, body.config, this.#redactor);
    const place = { connector: body.config.name ?? '' };
    const resolved = await this.#resolver.resolve(place, body.config, body.sources);
    return requireConfig(connector.config, requireTranslated(connector, resolved.config));
  }

  async #describeOffsets(body: HostCalls['describeOffsets']['body']): Promise<readonly (string | null)[]> {
    const connector = await this.#loader.connector(body.module, body.class);
    const inWords = connector.type === 'source' ? connector.describeOffset : undefined;
    return body.offsets.map((offset) => inWords?.(offset) ?? null);
  }

  async #traits(body: HostCalls['traits']['body']): Promise<HostCalls['traits']['result']> {
    const connector = await this.#loader.connector(body.module, body.class);
    const bisects = connector.type === 'sink' && connector.bisect !== false;
    if (connector.type === 'sink' && !connector.exactlyOnce)
      return { type: 'sink', exactlyOnce: null, bisects };
    const config = await this.#ownConfig(connector, body);
    return { type: connector.type, exactlyOnce: connector.exactlyOnce?.(config) ?? null, bisects };
  }

  async #preview(request: HostCalls['preview']['body']): Promise<HostCalls['preview']['result']> {
    const connector = await this.#loader.connector(request.module, request.class);
    redactInlined(connector, request.config, this.#redactor);
    const resolved = await this.#resolver.resolve(
      { connector: request.connector },
      request.config,
      request.sources,
    );
    const config = requireTranslated(connector, resolved.config);
    refuseUnusable(connector, config);
    const logger = this.#logger.child({ connector: request.connector });
    return this.#redactor.deep(await preview({ request, connector, config, loader: this.#loader, logger }));
  }

  async #start(spec: TaskSpec): Promise<null> {
    const key = taskKey(spec.id);
    if (this.#tasks.has(key))
      throw new MillraceError(`task ${key} runs already`, { code: 'TASK_RUNS', class: 'bug' });
    const connector = await this.#loader.connector(spec.module, spec.class);
    redactInlined(connector, spec.connectorConfig, this.#redactor);
    const resolved = await this.#resolveTask(spec);
    const logger = this.#loggers.of(spec.id);
    const runner = createTaskRunner({
      spec: {
        ...resolved.spec,
        connectorConfig: requireTranslated(connector, resolved.spec.connectorConfig),
      },
      connector,
      loader: this.#loader,
      logger,
      sourceOffsets: (partitions) =>
        this.#link.call(
          'sourceOffsets',
          { connector: spec.id.connector, partitions },
          SOURCE_OFFSETS_TIMEOUT_MS,
        ),
      storeOffsets: async (offsets) => {
        await this.#link.call('storeOffsets', { offsets }, 30_000);
      },
      onState: (state) => this.#link.emit('taskState', { id: spec.id, state }),
      onFailure: (error, trace) => {
        this.#sendCounters();
        this.#forget(key);
        this.#link.emit('taskFailed', { id: spec.id, error: error.report(), trace });
      },
    });
    this.#tasks.set(key, runner);
    runLogged(logger, () => runner.start());
    this.#watch(spec, resolved);
    return null;
  }

  /** The three configs of a task in one, each key under the part that it is of. */
  async #resolveTask(spec: TaskSpec): Promise<ResolvedTask> {
    const { connector } = spec.id;
    const own = await this.#resolver.resolve({ connector }, spec.connectorConfig, spec.sources);
    const task = await this.#resolver.resolve({ connector, isTask: true }, spec.taskConfig, spec.sources);
    const defaults = await this.#resolver.resolve({ connector }, spec.worker.converters, spec.sources);
    const worker = { ...spec.worker, converters: defaults.config };
    const ttls = [own, task, defaults].flatMap(({ ttlMs }) => (ttlMs === null ? [] : [ttlMs]));
    return {
      spec: { ...spec, connectorConfig: own.config, taskConfig: task.config, worker },
      config: {},
      provided: new Map([...own.provided, ...task.provided, ...defaults.provided]),
      ttlMs: ttls.length > 0 ? Math.min(...ttls) : null,
    };
  }

  #watch(spec: TaskSpec, resolved: ResolvedTask): void {
    if (spec.connectorConfig['config.action.reload']?.trim().toLowerCase() === 'none') return;
    const watch = new ConfigWatch({
      resolve: () => this.#resolveTask(spec),
      onChange: () => this.#link.emit('configChanged', { id: spec.id }),
      logger: this.#loggers.of(spec.id),
    });
    this.#watches.set(taskKey(spec.id), watch);
    watch.start(resolved);
  }

  #forget(key: string): void {
    this.#tasks.delete(key);
    this.#loggers.forget(key);
    this.#watches.get(key)?.stop();
    this.#watches.delete(key);
  }

  async #stop(id: TaskId): Promise<null> {
    const runner = this.#tasks.get(taskKey(id));
    await runner?.stop();
    this.#sendCounters();
    this.#forget(taskKey(id));
    return null;
  }

  async #setPaused(body: HostCalls['setPaused']['body']): Promise<null> {
    this.#tasks.get(taskKey(body.id))?.setPaused(body.paused);
    return null;
  }

  #sendLogs(): void {
    const reports = this.#log.take();
    if (reports.length > 0) this.#link.emit('logs', { reports });
  }

  #sendCounters(): void {
    this.#sendLogs();
    const { user, system } = process.cpuUsage();
    const loop = performance.eventLoopUtilization();
    const { utilization } = performance.eventLoopUtilization(loop, this.#loopBefore);
    this.#loopBefore = loop;
    this.#link.emit('counters', {
      rows: [...this.#tasks.values()].map((task) => task.counters()),
      use: {
        residentBytes: process.memoryUsage.rss(),
        cpuSeconds: (user + system) / 1e6,
        busyRatio: utilization,
      },
    });
  }
}

interface ResolvedTask extends ResolvedConfig {
  readonly spec: TaskSpec;
}

/** Errors and events leave the process as they would be logged; results are data, and who makes them sees to it. */
function withoutSecrets(message: unknown, redactor: Redactor): object {
  const envelope = message as { readonly kind: string };
  return envelope.kind === 'refused' || envelope.kind === 'event' ? redactor.deep(envelope) : envelope;
}

/** @throws {MillraceError} INVALID_TASK_CONFIGS: a plugin without types may give anything */
function checkTaskConfigs(parts: readonly TaskConfig[]): readonly TaskConfig[] {
  const isObject = (part: unknown) => typeof part === 'object' && part !== null && !Array.isArray(part);
  const isFlat = (part: object) => isObject(part) && !Object.values(part).some(isObject);
  if (Array.isArray(parts) && parts.every(isFlat)) return parts;
  const given = Array.isArray(parts) ? 'a list of something else' : typeof parts;
  throw new MillraceError(
    `The connector's taskConfigs gave ${given} instead of a list of objects of texts.`,
    {
      code: 'INVALID_TASK_CONFIGS',
      class: 'bug',
      hint: "One object of texts for each task, empty where a task needs nothing; report this to the connector's author.",
    },
  );
}

function textOnly(config: { readonly [key: string]: unknown }): { readonly [key: string]: string } {
  return Object.fromEntries(
    Object.entries(config).map(([key, value]) => [key, configText(value as string) ?? '']),
  );
}
