import {
  createLogger,
  type Logger,
  MillraceError,
  parseConfig,
  requireConfig,
  toMillraceError,
} from '@millrace/foundation';
import { type TaskId, taskKey } from '../../core/task-id.ts';
import { configText, describeConfig } from '../../plugins/describe-config.ts';
import { aliasesOf, PluginLoader } from '../../plugins/plugin-loader.ts';
import { definitionOf, validateConfig } from '../../plugins/validate-config.ts';
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
import { createTaskRunner } from './create-task-runner.ts';
import type { TaskRunner } from './task-runner.ts';
import { traceOf } from './trace.ts';

/** How often counters go to the worker, ms. */
const COUNTERS_INTERVAL_MS = 500;
const OUT_OF_BAND_EXIT_CODE = 70;

type Link = Ipc<WorkerCalls, HostEvents>;

/** Runs in a child process: loads plugins, answers what they are, runs their tasks. Ends when the worker is gone. */
export function runHost(): void {
  const logger = createLogger({ level: process.env.MILLRACE_LOG_LEVEL ?? 'info' }).child({
    component: 'task-host',
  });
  const host = new Host(logger);
  process.on('disconnect', () => process.exit(0));
  // The worker decides when a host ends; a signal to the whole process group must not cut tasks off before they committed.
  process.on('SIGINT', () => undefined);
  process.on('SIGTERM', () => undefined);
  process.on('uncaughtException', (error) => host.threwOutOfBand(error));
  process.on('unhandledRejection', (error) => host.threwOutOfBand(error));
}

class Host {
  readonly #logger: Logger;
  readonly #loader = new PluginLoader();
  readonly #tasks = new Map<string, TaskRunner>();
  /** What is asked of one task is done in the order of asking. */
  readonly #turns = new Map<string, Promise<unknown>>();
  readonly #link: Link;

  constructor(logger: Logger) {
    this.#logger = logger;
    this.#link = new Ipc(
      {
        // A worker that was killed reads no more: `disconnect` ends this process, and a write that fails before must not
        // look like a plugin's failure.
        send: (message) => void process.send?.(message as object, undefined, undefined, () => undefined),
        onMessage: (listener) => void process.on('message', listener),
      },
      {
        calls: {
          describe: (body: HostCalls['describe']['body']) => this.#describe(body.modules),
          configKeys: (body: HostCalls['configKeys']['body']) => this.#configKeys(body),
          validate: (body: HostCalls['validate']['body']) => this.#validate(body),
          taskConfigs: (body: HostCalls['taskConfigs']['body']) => this.#taskConfigs(body),
          start: (spec: TaskSpec) => this.#inTurn(spec.id, () => this.#start(spec)),
          stop: (id: TaskId) => this.#inTurn(id, () => this.#stop(id)),
          setPaused: (body: HostCalls['setPaused']['body']) =>
            this.#inTurn(body.id, () => this.#setPaused(body)),
        },
        event: (name) => {
          if (name === ('end' satisfies keyof WorkerEvents)) process.exit(0);
        },
      },
    );
    setInterval(() => this.#sendCounters(), COUNTERS_INTERVAL_MS).unref();
  }

  /**
   * A plugin threw where nobody waits for it. Whose task it was can't be told, so all tasks of this host fail with it; the worker
   * brings each back in a host of its own.
   */
  threwOutOfBand(error: unknown): void {
    const cause = toMillraceError(error, { code: 'PLUGIN_THREW_OUT_OF_BAND', class: 'transient' });
    this.#logger.error({ err: error }, 'a plugin threw outside of any call; this task host ends');
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
    return validateConfig({
      connector,
      config: body.config,
      converters: body.converters,
      signal: AbortSignal.timeout(body.timeoutMs),
    });
  }

  async #taskConfigs(body: HostCalls['taskConfigs']['body']): Promise<HostCalls['taskConfigs']['result']> {
    const connector = await this.#loader.connector(body.module, body.config['connector.class'] ?? '');
    const tasksMax = parseConfig(definitionOf(connector), body.config).values['tasks.max'];
    const max = typeof tasksMax === 'number' ? tasksMax : 1;
    const config = requireConfig(connector.config, body.config);
    const parts = (await connector.taskConfigs?.(config, max)) ?? Array.from({ length: max }, () => ({}));
    if (parts.length <= max) return parts.map(textOnly);
    throw new MillraceError(`The connector asked for ${parts.length} tasks, and tasks.max is ${max}.`, {
      code: 'TOO_MANY_TASKS',
      class: 'config',
      path: 'tasks.max',
      hint: `Raise tasks.max to ${parts.length}, or give the connector less to do.`,
    });
  }

  async #start(spec: TaskSpec): Promise<null> {
    const key = taskKey(spec.id);
    if (this.#tasks.has(key))
      throw new MillraceError(`task ${key} runs already`, { code: 'TASK_RUNS', class: 'bug' });
    const connector = await this.#loader.connector(
      spec.module,
      spec.connectorConfig['connector.class'] ?? '',
    );
    const runner = createTaskRunner({
      spec,
      connector,
      loader: this.#loader,
      logger: this.#logger.child({ connector: spec.id.connector, task: spec.id.task }),
      sourceOffsets: (partitions) =>
        this.#link.call('sourceOffsets', { connector: spec.id.connector, partitions }, 30_000),
      onState: (state) => this.#link.emit('taskState', { id: spec.id, state }),
      onFailure: (error, trace) => {
        this.#sendCounters();
        this.#tasks.delete(key);
        this.#link.emit('taskFailed', { id: spec.id, error: error.report(), trace });
      },
    });
    this.#tasks.set(key, runner);
    runner.start();
    return null;
  }

  async #stop(id: TaskId): Promise<null> {
    const runner = this.#tasks.get(taskKey(id));
    await runner?.stop();
    this.#sendCounters();
    this.#tasks.delete(taskKey(id));
    return null;
  }

  async #setPaused(body: HostCalls['setPaused']['body']): Promise<null> {
    this.#tasks.get(taskKey(body.id))?.setPaused(body.paused);
    return null;
  }

  #sendCounters(): void {
    const residentBytes = process.memoryUsage.rss();
    this.#link.emit('counters', {
      rows: [...this.#tasks.values()].map((task) => task.counters()),
      residentBytes,
    });
  }
}

function textOnly(config: { readonly [key: string]: unknown }): { readonly [key: string]: string } {
  return Object.fromEntries(
    Object.entries(config).map(([key, value]) => [key, configText(value as string) ?? '']),
  );
}
