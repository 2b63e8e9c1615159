import { createAdmin, createProducer, type GroupMember, type GroupMemberOptions } from '@millrace/client';
import {
  type Clock,
  type JsonObject,
  type Logger,
  parseConfig,
  type Random,
  type RawConfig,
  requireConfig,
  systemClock,
  systemRandom,
} from '@millrace/foundation';
import { ConnectorInsight } from './connector-insight.ts';
import type { ConfigChange } from './core/config/cluster-config.ts';
import type { TaskId } from './core/task-id.ts';
import { ConnectorCommands } from './herder/connector-commands.ts';
import { connectorFacts } from './herder/connector-facts.ts';
import { ConnectorTraces } from './herder/connector-traces.ts';
import { ConnectorView } from './herder/connector-view.ts';
import type { ConnectorConfig, TargetState } from './herder/entities.ts';
import { type ForwardedRequest, forward } from './herder/forwarding.ts';
import { GroupCommands } from './herder/group-commands.ts';
import { LogLevels } from './herder/log-levels.ts';
import { Operations } from './herder/operations.ts';
import { configKeyInfo, pluginInfo, validationInfo } from './herder/plugin-entities.ts';
import { readTaskLogs, type TaskLogRequest } from './herder/task-log-view.ts';
import { WorkerGroup } from './herder/worker-group.ts';
import { WorkerMetrics } from './metrics/worker-metrics.ts';
import { transactionalIdOf } from './plugins/exactly-once-config.ts';
import { PluginCatalog } from './plugins/plugin-catalog.ts';
import { isProviderSetting } from './secrets/provider-settings.ts';
import type { LogEntry, OpenNamedLog } from './storage/record-log.ts';
import { topicLogs } from './storage/topic-logs.ts';
import { converterDefaults, taskSettings } from './task-settings.ts';
import { HostPool } from './tasks/host-pool.ts';
import type { PluginDescription, TaskWorkerSettings } from './tasks/host-protocol.ts';
import { TaskLogs } from './tasks/task-logs.ts';
import { TaskSupervisor } from './tasks/task-supervisor.ts';
import { restartPolicyIn, type WorkerConfig, workerConfig } from './worker-config.ts';
import { WorkerStorage } from './worker-storage.ts';

/** How long the last statuses may take to be written, ms. */
const CLOSE_TIMEOUT_MS = 5_000;

export interface WorkerPorts {
  readonly logger: Logger;
  /** Where this worker's REST API answers: `host:port`, known once it listens. */
  readonly restAddress: string;
  readonly version: string;
  readonly commit: string;
  readonly clock?: Clock;
  readonly random?: Random;
  /** What stands in for the topics and the group of a distributed worker. */
  readonly standalone?: {
    readonly storage: OpenNamedLog;
    readonly createMember: (options: GroupMemberOptions) => GroupMember;
  };
}

/**
 * A distributed Connect worker. Drives connectors for a group of workers through three compacted topics and Kafka's group
 * protocol; runs tasks in task hosts. Serves the REST API as its herder and its monitor.
 */
export class Worker {
  readonly config: WorkerConfig;
  readonly #ports: WorkerPorts;
  /** `key.converter`, `value.converter` and their options, as the worker's config has them. */
  readonly #converterDefaults: ConnectorConfig;
  readonly #admin;
  readonly #producer;
  readonly #hosts: HostPool;
  readonly #catalog: PluginCatalog;
  readonly #storage: WorkerStorage;
  readonly #tasks: TaskSupervisor;
  readonly #metrics: WorkerMetrics;
  readonly #logs = new TaskLogs();
  readonly #group: WorkerGroup;
  /** The group itself, for the REST API. */
  readonly group: GroupCommands;
  readonly #view: ConnectorView;
  readonly #commands: ConnectorCommands;
  readonly #traces: ConnectorTraces;
  /** Positions, active topics and log levels, for the REST API. */
  readonly operations: Operations;
  /** Previews, dead letters, guarantees and secrets, for the REST API. */
  readonly insight: ConnectorInsight;
  readonly #listeners = new Set<(connector: string) => void>();
  #clusterId = '';
  #closing: Promise<void> | null = null;

  /** @throws {MillraceError} INVALID_CONFIG */
  constructor(raw: RawConfig, ports: WorkerPorts) {
    this.config = requireConfig(workerConfig, raw);
    warnOfUnknownKeys(raw, ports.logger);
    const clock = ports.clock ?? systemClock;
    const loggers = this.#createLogLevels(ports.logger, clock);
    const logger = loggers.named('worker');
    this.#ports = { ...ports, logger };
    this.#converterDefaults = converterDefaults(raw);
    const { config } = this;
    const { random = systemRandom } = ports;
    const clientId = `connect-${ports.restAddress}`;
    const client = {
      bootstrapServers: config['bootstrap.servers'],
      clientId,
      logger: loggers.named('client'),
    };
    this.#admin = createAdmin(client);
    this.#producer = createProducer({ ...client, lingerMs: 0 });
    const topics = topicLogs({ client, admin: this.#admin, producer: this.#producer, logger });
    this.#storage = new WorkerStorage({
      ...{ config, raw, topics, logger },
      storage: ports.standalone?.storage ?? topics,
      plugins: () => this.#catalog.steps(),
      onConfigChange: (change) => this.#configChanged(change),
      onStatus: (connector) => this.#statusChanged(connector),
    });
    this.#hosts = this.#createHosts();
    this.#catalog = new PluginCatalog({
      modules: config.plugins,
      path: config['plugin.path'],
      inlineTransforms: config['transforms.inline.enabled'],
      hosts: this.#hosts,
      logger,
      validateTimeoutMs: config['plugin.call.timeout.ms'],
      exactlyOnce: config['exactly.once.source.support'] === 'enabled',
      sources: (connectorConfig) => this.#storage.secrets.sources(connectorConfig),
    });
    this.#traces = new ConnectorTraces(this.#catalog, logger);
    this.#tasks = this.#createSupervisor(clock, random);
    this.#metrics = this.#createMetrics(clock);
    this.#group = this.#createGroup(clientId, clock, random);
    this.group = new GroupCommands(ports.restAddress, this.#group, this.#storage.configs);
    this.#view = new ConnectorView(this.#storage.configs, this.#storage.statuses, (name) =>
      this.#catalog.typeOf(name),
    );
    this.#commands = this.#createCommands(clock);
    this.operations = this.#createOperations(loggers, clock);
    this.insight = this.#createInsight(clock);
  }

  /**
   * Reads the storage topics and joins the group; resolves when it has asked to join. A worker that failed to start has let go
   * of everything.
   * @throws {MillraceError} STORAGE_TOPIC_NOT_COMPACTED, STORAGE_TOPIC_PARTITIONED (class config), STORAGE_TOPIC_UNREAD, what the brokers answer
   */
  async start(): Promise<void> {
    try {
      const [cluster] = await Promise.all([this.#admin.describeCluster(), this.#storage.start()]);
      this.#clusterId = cluster.clusterId;
      if (this.#storage.configs.config.connectors().length > 0) await this.#learnTypes();
    } catch (error) {
      await this.close();
      throw error;
    }
    this.#group.start();
  }

  /**
   * Hands all tasks over to the other workers, which take them without waiting for any timer, and takes none until
   * {@link endDrain}. Resolves when nothing runs here any more (true), or nobody else is there to take it, or
   * `worker.drain.timeout.ms` is over (false).
   */
  drain(): Promise<boolean> {
    return this.#group.drain();
  }

  endDrain(): void {
    this.#group.loop.endDrain();
  }

  /**
   * Hands its tasks over where others are there to take them, stops what is left, offsets committed, leaves the group, and lets
   * go of everything. Safe to call twice.
   */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    await this.insight.close();
    await this.#group.close();
    await this.#traces.settled();
    await this.#hosts.close();
    await this.#producer.close(CLOSE_TIMEOUT_MS);
    await this.#storage.close();
    await this.#admin.close();
  }

  /** @throws {MillraceError} FORWARDING_FAILED (class transient) */
  forward(workerUrl: string, request: ForwardedRequest) {
    return forward(workerUrl, request);
  }

  server() {
    return { version: this.#ports.version, commit: this.#ports.commit, kafka_cluster_id: this.#clusterId };
  }

  health(): { readonly status: 'healthy' | 'starting' | 'unhealthy'; readonly message: string } {
    const { ended, loop } = this.#group;
    if (ended) {
      return {
        status: 'unhealthy',
        message: `Worker was put out of its group and does not come back: ${ended.message}`,
      };
    }
    const storage = loop.joined ? this.#storage.failure() : null;
    if (storage) return { status: 'unhealthy', message: storage };
    return loop.joined
      ? { status: 'healthy', message: 'Worker has completed startup and is ready to handle requests.' }
      : { status: 'starting', message: 'Worker is reading its storage topics or joining its group.' };
  }

  /** Whether the storage topics were read to their ends once. */
  hasRead(): boolean {
    return this.#clusterId !== '';
  }

  connectors() {
    return this.#view.connectors();
  }

  connector(name: string) {
    return this.#view.connector(name);
  }

  status(name: string) {
    return this.#view.status(name);
  }

  taskInfos(name: string) {
    return this.#view.taskInfos(name);
  }

  async createConnector(...command: Parameters<ConnectorCommands['create']>) {
    await this.#learnTypes();
    return this.#commands.create(...command);
  }

  async putConfig(...command: Parameters<ConnectorCommands['putConfig']>) {
    await this.#learnTypes();
    return this.#commands.putConfig(...command);
  }

  patchConfig(...command: Parameters<ConnectorCommands['patchConfig']>) {
    return this.#commands.patchConfig(...command);
  }

  deleteConnector(...command: Parameters<ConnectorCommands['remove']>) {
    return this.#commands.remove(...command);
  }

  setTargetState(name: string, state: TargetState) {
    return this.#commands.setTargetState(name, state);
  }

  restartConnector(name: string, request: { readonly includeTasks: boolean; readonly onlyFailed: boolean }) {
    return this.#commands.restartConnector(name, request);
  }

  restartTask(id: TaskId) {
    return this.#commands.restartTask(id);
  }

  async plugins(connectorsOnly: boolean) {
    const plugins = await this.#catalog.all();
    return plugins
      .filter((plugin) => (connectorsOnly ? isConnector(plugin) : plugin.type !== 'config-provider'))
      .map(pluginInfo);
  }

  async pluginConfig(pluginClass: string, version?: string) {
    return (await this.#catalog.configKeys(pluginClass, version)).map(configKeyInfo);
  }

  async validate(pluginClass: string, config: ConnectorConfig) {
    return validationInfo(pluginClass, await this.#catalog.validate(pluginClass, config));
  }

  counters() {
    return this.#hosts.counters();
  }

  metrics() {
    return this.#metrics.text();
  }

  /** See {@link readTaskLogs}. */
  taskLogs(id: TaskId, request: TaskLogRequest) {
    const from = { view: this.#view, logs: this.#logs, workerId: this.#ports.restAddress };
    return readTaskLogs(from, id, request);
  }

  onChange(listener: (connector: string) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  topicsOf(connector: string): readonly string[] {
    const here = this.#hosts.counters().flatMap((row) => (row.connector === connector ? row.topics : []));
    // What tasks on other workers use is known by what these have stored.
    const used = here.length > 0 ? here : this.#storage.statuses.topics(connector);
    const configured = (this.#storage.configs.config.connector(connector)?.topics ?? '').trim();
    return [...new Set([...used, ...configured.split(/\s*,\s*/)])].filter((topic) => topic !== '').sort();
  }

  #configChanged(change: ConfigChange): void {
    // What was written before this worker began is not for it, where it is about loggers or what to forget.
    if (this.hasRead()) this.operations.configChanged(change);
    if (change.kind === 'logger') return;
    this.#changed(change.kind === 'restart' ? change.request.connector : change.connector);
    this.#group.loop.onConfigChange(change);
    if (change.kind === 'connector') this.#learnTypesSoon();
  }

  async #taskSettings(): Promise<TaskWorkerSettings> {
    const settings = taskSettings(this.config, this.#converterDefaults, await this.#catalog.steps());
    return this.#ports.standalone ? { ...settings, offsetTopic: null } : settings;
  }

  #createInsight(clock: Clock): ConnectorInsight {
    return new ConnectorInsight({
      config: this.config,
      admin: this.#admin,
      configs: this.#storage.configs,
      view: this.#view,
      commands: this.#commands,
      catalog: this.#catalog,
      hosts: this.#hosts,
      secrets: this.#storage.secrets,
      history: this.#storage.history,
      settings: () => this.#taskSettings(),
      logger: this.#ports.logger,
      clock,
    });
  }

  #createOperations(loggers: LogLevels, clock: Clock): Operations {
    return new Operations({
      config: this.config,
      configs: this.#storage.configs,
      statuses: this.#storage.statuses,
      offsets: this.#storage.offsets,
      catalog: this.#catalog,
      commands: this.#commands,
      loop: this.#group.loop,
      admin: this.#admin,
      logger: this.#ports.logger,
      loggers,
      clock,
    });
  }

  #createLogLevels(logger: Logger, clock: Clock): LogLevels {
    return new LogLevels({
      ...{ logger, clock },
      connectors: () => this.#hosts.counters().map(({ connector }) => connector),
      onTaskLevels: (levels) => this.#hosts.setLogLevels(levels),
      publish: (name, level) => this.#storage.configs.putLoggerLevel(name, level),
    });
  }

  #statusChanged(connector: string): void {
    this.#metrics.connectorSaid(connector, this.#storage.statuses.connector(connector));
    this.#changed(connector);
  }

  #changed(connector: string): void {
    for (const listener of this.#listeners) {
      try {
        listener(connector);
      } catch (error) {
        this.#ports.logger.error({ connector, err: error }, 'a listener to changes failed');
      }
    }
  }

  #learnTypesSoon(): void {
    this.#learnTypes().catch((error) =>
      this.#ports.logger.debug(
        { err: error },
        'plugins could not be described; the next question asks again',
      ),
    );
  }

  /** Whether a class is a source or a sink is known when its package was described. */
  async #learnTypes(): Promise<void> {
    await this.#catalog.all();
  }

  #createHosts(): HostPool {
    const { config } = this;
    return new HostPool({
      heapMaxBytes: config['task.host.heap.max.bytes'],
      memoryMaxBytes: config['task.host.memory.max.bytes'],
      silenceMaxMs: config['task.host.silence.max.ms'],
      workerSilenceMaxMs: this.#ports.standalone ? null : config['session.timeout.ms'],
      idleTimeoutMs: config['task.host.idle.timeout.ms'],
      callTimeoutMs: config['plugin.call.timeout.ms'],
      logger: this.#ports.logger,
      sourceOffsets: (connector: string, partitions: readonly JsonObject[]) =>
        this.#storage.offsets.offsets(connector, partitions),
      storeOffsets: (offsets: readonly LogEntry[]) => this.#storage.offsets.write(offsets),
      onCounters: (rows) => this.operations.activeTopics.counted(rows),
      onLogs: (report) => this.#logs.add(report),
      onTaskState: (id, state) => this.#tasks.stateChanged(id, state),
      onTaskFailed: (id, error, trace) => this.#tasks.failed(id, error, trace),
      onConfigChanged: (id) => void this.#tasks.restart(id),
    });
  }

  #createSupervisor(clock: Clock, random: Random): TaskSupervisor {
    const { config } = this;
    return new TaskSupervisor({
      hosts: this.#hosts,
      catalog: this.#catalog,
      sources: (connectorConfig) => this.#storage.secrets.sources(connectorConfig),
      settings: () => this.#taskSettings(),
      stopTimeoutMs: config['task.shutdown.graceful.timeout.ms'],
      silenceMaxMs: config['task.host.silence.max.ms'],
      restartPolicy: restartPolicyIn(this.config),
      clock,
      random,
      logger: this.#ports.logger,
      report: (id, report) => {
        this.#metrics.taskReported(id, report);
        this.#logs.reported(id, report, clock.now().wallMs);
        this.#group.loop.reportTask(id, report);
      },
    });
  }

  #createMetrics(clock: Clock): WorkerMetrics {
    const held = () => this.#group.loop.held();
    return new WorkerMetrics({
      clock,
      workerId: this.#ports.restAddress,
      counters: () => this.#hosts.counters(),
      hosts: () => this.#hosts.figures(),
      running: () => this.#tasks.running(),
      assignment: held,
      connectors: () =>
        connectorFacts(held().connectors, {
          configs: this.#storage.configs,
          statuses: this.#storage.statuses,
          typeOf: (connectorClass) => this.#catalog.typeOf(connectorClass),
        }),
    });
  }

  #createCommands(clock: Clock): ConnectorCommands {
    return new ConnectorCommands({
      configs: this.#storage.configs,
      catalog: this.#catalog,
      view: this.#view,
      loop: this.#group.loop,
      workerOf: (id) => this.#group.workerOf(id),
      secrets: this.#storage.secrets.configs,
      traces: this.#traces,
      history: this.#storage.history,
      clock,
    });
  }

  #createGroup(clientId: string, clock: Clock, random: Random): WorkerGroup {
    return new WorkerGroup({
      config: this.config,
      clientId,
      ...(this.#ports.standalone ? { createMember: this.#ports.standalone.createMember } : {}),
      restAddress: this.#ports.restAddress,
      configs: this.#storage.configs,
      statuses: this.#storage.statuses,
      catalog: this.#catalog,
      tasks: this.#tasks,
      counters: () => this.#hosts.counters(),
      restartPolicy: restartPolicyIn(this.config),
      fence: (tasks) =>
        this.#admin.fenceProducers(tasks.map((id) => transactionalIdOf(this.config['group.id'], id))),
      onJoin: () => this.#metrics.rebalanceBegan(),
      onJoined: (rebalance) => this.#metrics.rebalanceEnded(rebalance),
      clock,
      random,
      logger: this.#ports.logger,
    });
  }
}

function isConnector(plugin: PluginDescription): boolean {
  return plugin.type === 'source' || plugin.type === 'sink';
}

/** As Kafka Connect does: a key that nobody reads is most often one that was misspelt. */
function warnOfUnknownKeys(raw: RawConfig, logger: Logger): void {
  const unknown = parseConfig(workerConfig, raw).unknown.filter(
    (key) => !/^(key|value|header)\.converter\./.test(key) && !isProviderSetting(key),
  );
  if (unknown.length > 0) logger.warn({ keys: unknown }, 'the worker config has keys that mean nothing here');
}
