import { MillraceError } from '@millrace/foundation';
import type { KeptConfig } from '../insight-ports.ts';
import type {
  ConfigChangeContext,
  ConfigKeyInfo,
  ConfigPatch,
  ConfigValidation,
  ConnectorConfig,
  ConnectorInfo,
  ConnectorStatus,
  ForwardedAnswer,
  ForwardedRequest,
  Herder,
  RestartRequest,
  RestPorts,
  RunState,
  TargetState,
  TaskCounters,
} from '../ports.ts';
import { fakeInsight } from './fake-insight.ts';
import { type FakeKafka, fakeKafka } from './fake-kafka.ts';

/** Stand-ins for what the composition root wires, with everything in memory and set by hand. */

interface FakeConnector {
  info: ConnectorInfo;
  connector: RunState;
  tasks: (RunState & { id: number })[];
}

const WORKER = '127.0.0.1:8083';

function notFound(what: string): MillraceError {
  return new MillraceError(`${what} not found`, { code: 'NOT_FOUND', class: 'config' });
}

export class FakeHerder implements Herder {
  readonly #connectors = new Map<string, FakeConnector>();
  readonly #listeners = new Set<(connector: string) => void>();
  /** What was asked for, in order. */
  readonly calls: string[] = [];
  /** The history of configs, oldest first. */
  readonly versions = new Map<string, KeptConfig[]>();
  healthAnswer: ReturnType<Herder['health']> = {
    status: 'healthy',
    message: 'Worker has completed startup.',
  };
  /** Thrown by the next operation that changes something. */
  failure: Error | null = null;
  /** Awaited by operations that change something. */
  delay: Promise<void> = Promise.resolve();

  add(name: string, config: ConnectorConfig, taskCount = 1): FakeConnector {
    const sink = (config['connector.class'] ?? '').includes('Sink');
    const connector: FakeConnector = {
      info: {
        name,
        config: { ...config, name },
        tasks: Array.from({ length: taskCount }, (_, task) => ({ connector: name, task })),
        type: sink ? 'sink' : 'source',
      },
      connector: { state: 'RUNNING', worker_id: WORKER },
      tasks: Array.from({ length: taskCount }, (_, id) => ({ id, state: 'RUNNING', worker_id: WORKER })),
    };
    this.#connectors.set(name, connector);
    this.#tell(name);
    return connector;
  }

  /** Changes a connector's state, or a task's, as a running worker would. */
  setState(name: string, state: Partial<RunState>, task?: number): void {
    const found = this.#find(name);
    if (task === undefined) found.connector = { ...found.connector, ...state };
    else found.tasks = found.tasks.map((one) => (one.id === task ? { ...one, ...state } : one));
    this.#tell(name);
  }

  onChange(listener: (connector: string) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** What other workers answer. */
  forwardedAnswer: ForwardedAnswer = { status: 204, location: null, etag: null, body: '' };

  async forward(workerUrl: string, { method, path, body }: ForwardedRequest) {
    this.calls.push(`forward ${method} ${workerUrl} ${path} ${body ?? ''}`.trim());
    return this.forwardedAnswer;
  }

  server() {
    return { version: '0.1.0', commit: 'abcdef0', kafka_cluster_id: 'Zm9vYmFyYmF6cXV4MDAwMA' };
  }

  health() {
    return this.healthAnswer;
  }

  hasRead(): boolean {
    return this.healthAnswer.status !== 'starting';
  }

  connectors(): readonly string[] {
    return [...this.#connectors.keys()];
  }

  connector(name: string): ConnectorInfo {
    return this.#find(name).info;
  }

  status(name: string): ConnectorStatus {
    const { info, connector, tasks } = this.#find(name);
    return { name, connector, tasks, type: info.type };
  }

  taskInfos(name: string) {
    const { info } = this.#find(name);
    return info.tasks.map((id) => ({ id, config: { ...info.config, 'task.id': String(id.task) } }));
  }

  async createConnector(
    name: string,
    config: ConnectorConfig,
    initialState: TargetState,
    change?: ConfigChangeContext,
  ) {
    await this.#act(`create ${name} ${initialState}`);
    if (this.#connectors.has(name)) {
      const message = `Connector ${name} already exists`;
      throw new MillraceError(message, { code: 'ALREADY_EXISTS', class: 'config', path: 'name' });
    }
    this.#note(name, undefined, config, change);
    return this.add(name, config, Number(config['tasks.max'] ?? 1)).info;
  }

  async putConfig(name: string, config: ConnectorConfig, change?: ConfigChangeContext) {
    await this.#act(`put ${name}`);
    const before = this.#connectors.get(name)?.info.config;
    change?.check?.(before);
    this.#note(name, before, config, change);
    return { created: before === undefined, info: this.add(name, config).info };
  }

  async patchConfig(name: string, patch: ConfigPatch, change?: ConfigChangeContext) {
    await this.#act(`patch ${name}`);
    const { config } = this.#find(name).info;
    change?.check?.(config);
    const kept = Object.entries({ ...config, ...patch }).filter(([, value]) => value !== null);
    return this.add(name, Object.fromEntries(kept) as ConnectorConfig).info;
  }

  async deleteConnector(name: string, change?: ConfigChangeContext): Promise<void> {
    await this.#act(`delete ${name}`);
    const { config } = this.#find(name).info;
    change?.check?.(config);
    this.#note(name, config, undefined, change);
    this.#connectors.delete(name);
    this.#tell(name);
  }

  async setTargetState(name: string, state: TargetState): Promise<void> {
    await this.#act(`state ${name} ${state}`);
    const found = this.#find(name);
    if (state === 'STOPPED') found.tasks = [];
    found.connector = { ...found.connector, state };
    found.tasks = found.tasks.map((task) => (task.state === 'FAILED' ? task : { ...task, state }));
    this.#tell(name);
  }

  async restartConnector(name: string, request: RestartRequest): Promise<ConnectorStatus | null> {
    await this.#act(`restart ${name} tasks=${request.includeTasks} failed=${request.onlyFailed}`);
    const found = this.#find(name);
    found.tasks = found.tasks.map(({ id }) => ({ id, state: 'RUNNING', worker_id: WORKER }));
    found.connector = { state: 'RUNNING', worker_id: WORKER };
    this.#tell(name);
    return request.includeTasks || request.onlyFailed ? this.status(name) : null;
  }

  async restartTask(id: { connector: string; task: number }): Promise<void> {
    await this.#act(`restart ${id.connector}/${id.task}`);
    if (!this.#find(id.connector).tasks.some((task) => task.id === id.task))
      throw notFound(`Task ${id.task}`);
    this.setState(id.connector, { state: 'RUNNING' }, id.task);
  }

  async plugins(connectorsOnly: boolean) {
    const connectors = [
      { class: 'io.millrace.postgres.PostgresSourceConnector', type: 'source', version: '0.1.0' },
      { class: 'io.millrace.files.FilesSinkConnector', type: 'sink', version: '0.1.0' },
    ] as const;
    const converter = { class: 'JsonConverter', type: 'converter', version: '0.1.0' } as const;
    return connectorsOnly ? connectors : [...connectors, converter];
  }

  async pluginConfig(pluginClass: string): Promise<readonly ConfigKeyInfo[]> {
    if (!(await this.plugins(false)).some((plugin) => plugin.class.endsWith(pluginClass)))
      throw notFound(pluginClass);
    return [topicsKey];
  }

  async validate(pluginClass: string, config: ConnectorConfig): Promise<ConfigValidation> {
    await this.pluginConfig(pluginClass);
    const value = config.topics ?? null;
    const errors = value === null ? ['Missing required configuration "topics".'] : [];
    return {
      name: pluginClass,
      error_count: errors.length,
      groups: ['Common'],
      configs: [
        {
          definition: topicsKey,
          value: { name: 'topics', value, recommended_values: [], errors, visible: true },
        },
      ],
    };
  }

  #note(
    name: string,
    before: ConnectorConfig | undefined,
    after: ConnectorConfig | undefined,
    { by, restored }: ConfigChangeContext = { by: 'test' },
  ): void {
    const known = this.versions.get(name) ?? [];
    const what = after === undefined ? 'delete' : restored ? 'restore' : before ? 'update' : 'create';
    const version = { version: known.length + 1, atMs: 1_700_000_000_000, by, what } as const;
    const config = after ? { ...after, name } : {};
    this.versions.set(name, [...known, { ...version, ...(restored ? { restored } : {}), config }]);
  }

  async #act(call: string): Promise<void> {
    this.calls.push(call);
    await this.delay;
    const failure = this.failure;
    this.failure = null;
    if (failure !== null) throw failure;
  }

  #find(name: string): FakeConnector {
    const found = this.#connectors.get(name);
    if (found === undefined) throw notFound(`Connector ${name}`);
    return found;
  }

  #tell(name: string): void {
    for (const listener of this.#listeners) listener(name);
  }
}

const topicsKey: ConfigKeyInfo = {
  name: 'topics',
  type: 'LIST',
  required: true,
  default_value: null,
  importance: 'HIGH',
  documentation: 'Topics to read.',
  group: 'Common',
  order_in_group: 1,
  width: 'LONG',
  display_name: 'Topics',
  dependents: [],
};

export interface FakePorts extends RestPorts {
  readonly herder: FakeHerder;
  /** By connector and task, as the monitor answers them. */
  readonly tasks: Map<string, TaskCounters>;
  readonly topicsByConnector: Map<string, string[]>;
  readonly kafka: FakeKafka;
  uiState: ReturnType<RestPorts['ui']>;
  count(connector: string, task: number, records: number, more?: Partial<TaskCounters>): void;
}

export function fakePorts(): FakePorts {
  const herder = new FakeHerder();
  const tasks = new Map<string, TaskCounters>();
  const topicsByConnector = new Map<string, string[]>();
  const kafka = fakeKafka(herder.calls);
  const ports: FakePorts = {
    herder,
    group: {
      workers: () => [{ id: WORKER, url: `http://${WORKER}/`, leader: true, draining: false, tasks: [] }],
      drainWorker: async (id) => void herder.calls.push(`drain ${id}`),
      endDrainOf: (id) => void herder.calls.push(`end drain ${id}`),
      putTaskConfigs: async (connector, configs) =>
        void herder.calls.push(`task configs ${connector} ${JSON.stringify(configs)}`),
      fence: async (connector) => void herder.calls.push(`fence ${connector}`),
    },
    tasks,
    topicsByConnector,
    kafka,
    uiState: { building: true },
    count(connector, task, records, more = {}) {
      const before = tasks.get(`${connector}/${task}`);
      const zero = {
        ...{ connector, task, records: 0, bytes: 0, errors: 0, lastRecordAtMs: null },
        ...{ lastRecordTimestampMs: null, unacknowledged: 0, behind: null, stages: {} },
      };
      tasks.set(`${connector}/${task}`, { ...(before ?? zero), records, ...more });
    },
    monitor: {
      counters: () => [...tasks.values()],
      onChange: (listener) => herder.onChange(listener),
      topicsOf: (connector) => topicsByConnector.get(connector) ?? [],
      taskLogs: (id, { level }) => {
        if (!herder.status(id.connector).tasks.some((task) => task.id === id.task))
          throw notFound(`Task ${id.task}`);
        const line = { atMs: 1_700_000_000_000, level, message: 'the task is RUNNING', facts: {} };
        return { worker_id: WORKER, lines: [line], dropped: 0 };
      },
      metrics: async () => ({ contentType: 'text/plain; version=0.0.4', text: 'up 1\n' }),
    },
    offsets: {
      read: async () => [{ partition: { table: 'orders' }, offset: { lsn: 42 } }],
      alter: async (name, offsets) => {
        herder.calls.push(`alter ${name} ${JSON.stringify(offsets)}`);
        return 'altered';
      },
      reset: async (name) => {
        herder.calls.push(`reset ${name}`);
        return 'reset';
      },
    },
    activeTopics: {
      of: (name) => topicsByConnector.get(name) ?? [],
      reset: async (name) => void topicsByConnector.delete(name),
    },
    loggers: {
      all: () => ({ root: { level: 'INFO', last_modified: null } }),
      find: (name) => (name === 'root' ? { level: 'INFO', last_modified: null } : null),
      set: (name, level) => {
        herder.calls.push(`level ${name} ${level}`);
        return [name];
      },
      setEverywhere: async (name, level) => void herder.calls.push(`level everywhere ${name} ${level}`),
    },
    ...fakeInsight(herder),
    topics: kafka.topics,
    messages: kafka.messages,
    groups: kafka.groups,
    shareGroups: kafka.shareGroups,
    cluster: kafka.cluster,
    survey: { take: async () => ({ ends: [], groups: [] }) },
    processUse: () => ({ residentBytes: 1_000_000, cpuSeconds: 1 }),
    worker: WORKER,
    ui: () => ports.uiState,
    about: () => ({ version: '0.1.0', bootstrapServers: '127.0.0.1:9092', dataFolder: '.millrace' }),
  };
  return ports;
}
