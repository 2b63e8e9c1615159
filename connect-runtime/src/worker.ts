import { createAdmin, createConsumer, createProducer } from '@millrace/client';
import {
  type Clock,
  type JsonObject,
  type Logger,
  type RawConfig,
  type Random,
  requireConfig,
  systemClock,
  systemRandom,
} from '@millrace/foundation';
import type { TaskId } from './core/task-id.ts';
import { ConnectorCommands } from './herder/connector-commands.ts';
import { ConnectorView } from './herder/connector-view.ts';
import { ControlLoop } from './herder/control-loop.ts';
import type { ConnectorConfig, ConnectorType, TargetState } from './herder/entities.ts';
import { Membership } from './herder/membership.ts';
import { pluginInfo, validationInfo, configKeyInfo } from './herder/plugin-entities.ts';
import { PluginCatalog } from './plugins/plugin-catalog.ts';
import { ConfigStore } from './storage/config-store.ts';
import { OffsetStore } from './storage/offset-store.ts';
import { StatusStore } from './storage/status-store.ts';
import { HostPool } from './tasks/host-pool.ts';
import { TaskSupervisor } from './tasks/task-supervisor.ts';
import { type WorkerConfig, workerConfig } from './worker-config.ts';

export interface WorkerPorts {
  readonly logger: Logger;
  /** Where this worker's REST API answers: `host:port`, known once it listens. */
  readonly restAddress: string;
  readonly version: string;
  readonly commit: string;
  readonly clock?: Clock;
  readonly random?: Random;
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
  readonly #offsets: OffsetStore;
  readonly #configs: ConfigStore;
  readonly #statuses: StatusStore;
  readonly #tasks: TaskSupervisor;
  readonly #loop: ControlLoop;
  readonly #membership: Membership;
  readonly #view: ConnectorView;
  readonly #commands: ConnectorCommands;
  readonly #listeners = new Set<(connector: string) => void>();
  readonly #types = new Map<string, ConnectorType>();
  #clusterId = '';

  /** @throws {MillraceError} INVALID_CONFIG */
  constructor(raw: RawConfig, ports: WorkerPorts) {
    this.config = requireConfig(workerConfig, raw);
    this.#ports = ports;
    this.#converterDefaults = converterDefaults(raw);
    const { config } = this;
    const { logger, clock = systemClock, random = systemRandom } = ports;
    const clientId = `connect-${ports.restAddress}`;
    const client = { bootstrapServers: config['bootstrap.servers'], clientId, logger };
    this.#admin = createAdmin(client);
    this.#producer = createProducer({ ...client, lingerMs: 0 });
    const storage = (topic: string, partitions: number, replicationFactor: number) => ({
      topic,
      partitions,
      replicationFactor,
      admin: this.#admin,
      producer: this.#producer,
      consumer: createConsumer({ ...client, autoOffsetReset: 'earliest', fetchMaxWaitMs: 5_000 }),
      logger,
    });
    this.#offsets = new OffsetStore(
      storage(
        config['offset.storage.topic'],
        config['offset.storage.partitions'],
        config['offset.storage.replication.factor'],
      ),
    );
    this.#configs = new ConfigStore(
      storage(config['config.storage.topic'], 1, config['config.storage.replication.factor']),
      (change) => {
        this.#changed(change.kind === 'restart' ? change.request.connector : change.connector);
        this.#loop.onConfigChange(change);
      },
    );
    this.#statuses = new StatusStore(
      storage(
        config['status.storage.topic'],
        config['status.storage.partitions'],
        config['status.storage.replication.factor'],
      ),
      (connector) => this.#changed(connector),
    );
    this.#hosts = this.#createHosts();
    this.#catalog = new PluginCatalog({
      modules: config.plugins,
      hosts: this.#hosts,
      logger,
      validateTimeoutMs: config['plugin.call.timeout.ms'],
    });
    this.#tasks = this.#createSupervisor(clock, random);
    this.#loop = new ControlLoop({
      workerId: ports.restAddress,
      configs: this.#configs,
      statuses: this.#statuses,
      catalog: this.#catalog,
      tasks: this.#tasks,
      logger,
      rejoin: (reason) => this.#membership.rejoin(reason),
    });
    this.#membership = this.#createMembership(clientId);
    this.#view = new ConnectorView(this.#configs, this.#statuses, (name) => this.#types.get(name) ?? 'unknown');
    this.#commands = new ConnectorCommands({
      configs: this.#configs,
      catalog: this.#catalog,
      view: this.#view,
      loop: this.#loop,
      restartTask: (id) => this.#tasks.restart(id),
    });
  }

  /** Reads the storage topics and joins the group; resolves when it has asked to join. */
  async start(): Promise<void> {
    const [cluster] = await Promise.all([
      this.#admin.describeCluster(),
      this.#offsets.start(),
      this.#statuses.start(),
      this.#configs.start(),
    ]);
    this.#clusterId = cluster.clusterId;
    if (this.#configs.config.connectors().length > 0) await this.#learnTypes();
    this.#membership.start();
  }

  /** Stops all tasks, their offsets committed, leaves the group, and lets go of everything. */
  async close(): Promise<void> {
    await this.#tasks.stopAll();
    await this.#membership.close();
    await this.#loop.idle();
    await this.#hosts.close();
    await Promise.all([this.#configs.close(), this.#statuses.close(), this.#offsets.close()]);
    await this.#producer.close();
    await this.#admin.close();
  }

  server() {
    return { version: this.#ports.version, commit: this.#ports.commit, kafka_cluster_id: this.#clusterId };
  }

  health(): { readonly status: 'healthy' | 'starting'; readonly message: string } {
    return this.#loop.joined
      ? { status: 'healthy', message: 'Worker has completed startup and is ready to handle requests.' }
      : { status: 'starting', message: 'Worker is reading its storage topics or joining its group.' };
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

  async createConnector(name: string, config: ConnectorConfig, initialState: TargetState) {
    await this.#learnTypes();
    return this.#commands.create(name, config, initialState);
  }

  async putConfig(name: string, config: ConnectorConfig) {
    await this.#learnTypes();
    return this.#commands.putConfig(name, config);
  }

  deleteConnector(name: string) {
    return this.#commands.remove(name);
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
    return plugins.filter((plugin) => !connectorsOnly || plugin.type !== 'converter').map(pluginInfo);
  }

  async pluginConfig(pluginClass: string) {
    return (await this.#catalog.configKeys(pluginClass)).map(configKeyInfo);
  }

  async validate(pluginClass: string, config: ConnectorConfig) {
    return validationInfo(pluginClass, await this.#catalog.validate(pluginClass, config));
  }

  counters() {
    return this.#hosts.counters();
  }

  onChange(listener: (connector: string) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  topicsOf(connector: string): readonly string[] {
    const counted = this.#hosts.counters().filter((row) => row.connector === connector);
    const configured = (this.#configs.config.connector(connector)?.topics ?? '').split(',');
    const names = [...counted.flatMap((row) => row.topics), ...configured.map((topic) => topic.trim())];
    return [...new Set(names)].filter((topic) => topic !== '').sort();
  }

  #changed(connector: string): void {
    for (const listener of this.#listeners) listener(connector);
  }

  /** Whether a class is a source or a sink is known when its package was described. */
  async #learnTypes(): Promise<void> {
    for (const plugin of await this.#catalog.all()) {
      if (plugin.type === 'converter') continue;
      for (const name of [plugin.class, ...plugin.aliases]) this.#types.set(name, plugin.type);
    }
  }

  #createHosts(): HostPool {
    const { config } = this;
    return new HostPool({
      heapMaxBytes: config['task.host.heap.max.bytes'],
      memoryMaxBytes: config['task.host.memory.max.bytes'],
      idleTimeoutMs: config['task.host.idle.timeout.ms'],
      callTimeoutMs: config['plugin.call.timeout.ms'],
      logger: this.#ports.logger,
      sourceOffsets: (connector: string, partitions: readonly JsonObject[]) =>
        this.#offsets.offsets(connector, partitions),
      onTaskState: (id, state) => this.#tasks.stateChanged(id, state),
      onTaskFailed: (id, error, trace) => this.#tasks.failed(id, error, trace),
    });
  }

  #createSupervisor(clock: Clock, random: Random): TaskSupervisor {
    const { config } = this;
    return new TaskSupervisor({
      hosts: () => this.#hosts,
      catalog: this.#catalog,
      settings: async () => ({
        bootstrapServers: config['bootstrap.servers'],
        offsetTopic: config['offset.storage.topic'],
        offsetFlushIntervalMs: config['offset.flush.interval.ms'],
        converters: this.#converterDefaults,
        converterModules: await this.#catalog.converterModules(),
      }),
      stopTimeoutMs: config['task.shutdown.graceful.timeout.ms'],
      restartPolicy: {
        backoffMs: config['task.restart.backoff.ms'],
        backoffMaxMs: config['task.restart.backoff.max.ms'],
        resetAfterMs: config['task.restart.reset.ms'],
      },
      clock,
      random,
      logger: this.#ports.logger,
      report: (id, report) => this.#loop.reportTask(id, report),
    });
  }

  #createMembership(clientId: string): Membership {
    const { config } = this.#configs;
    return new Membership({
      config: this.config,
      clientId,
      url: `http://${this.#ports.restAddress}/`,
      logger: this.#ports.logger,
      state: () => ({ held: this.#loop.held(), configOffset: config.offset }),
      configured: async () => {
        await this.#configs.refresh();
        return { work: { connectors: config.connectors(), tasks: config.tasks() }, configOffset: config.offset };
      },
      onAssignment: (assignment, generation, isLeader) =>
        this.#loop.onAssignment(assignment, generation, isLeader),
      onLost: () => this.#loop.onLost(),
    });
  }
}

function converterDefaults(raw: RawConfig): ConnectorConfig {
  return Object.fromEntries(
    Object.entries(raw).flatMap(([key, value]) =>
      /^(key|value|header)\.converter($|\.)/.test(key) ? [[key, String(value)]] : [],
    ),
  );
}
