import type { Json, JsonObject } from '@millrace/foundation/types';
import type { SessionKey } from '../herder/session-key.ts';
import { parseTaskKey, type TaskId, taskKey } from '../task-id.ts';

export type ConnectorConfig = { readonly [key: string]: string };

export type TargetState = 'RUNNING' | 'PAUSED' | 'STOPPED';

export interface RestartRequest {
  readonly connector: string;
  readonly includeTasks: boolean;
  readonly onlyFailed: boolean;
}

/** What one record of the config topic changed. */
export type ConfigChange =
  | { readonly kind: 'connector'; readonly connector: string }
  | { readonly kind: 'removed'; readonly connector: string }
  | { readonly kind: 'tasks'; readonly connector: string }
  | { readonly kind: 'target-state'; readonly connector: string }
  | { readonly kind: 'fenced'; readonly connector: string }
  | { readonly kind: 'restart'; readonly request: RestartRequest }
  /** The level of a logger, on all workers that run now (KIP-976). */
  | { readonly kind: 'logger'; readonly logger: string; readonly level: string };

/** A set of tasks that has to wait, and for the fencing of whom. */
export interface PendingFencing {
  /** Offset of the record that made the set count. */
  readonly taskSetOffset: number;
  readonly tasks: readonly TaskId[];
}

/**
 * The configuration of the whole group, replayed from the config topic: Kafka Connect's own keys and values
 * (`KafkaConfigBackingStore`). Task configs count only when their `commit-` record has come, so that a half-written set
 * is never run; and tasks run with the connector's config as it was then, so that new and old are never mixed.
 */
export class ClusterConfig {
  readonly #connectors = new Map<string, ConnectorConfig>();
  readonly #targetStates = new Map<string, TargetState>();
  readonly #tasks = new Map<string, readonly ConnectorConfig[]>();
  readonly #applied = new Map<string, ConnectorConfig>();
  readonly #deferred = new Map<string, Map<number, ConnectorConfig>>();
  readonly #fencedTasks = new Map<string, number>();
  /** The effective configs of the tasks that were fenced off last; unknown where compaction took them. */
  readonly #asFenced = new Map<string, readonly string[]>();
  /** Of connectors whose tasks wait for fencing, where the record is that made the present set count. */
  readonly #pendingFencing = new Map<string, number>();
  #sessionKey: SessionKey | null = null;
  #offset = -1;

  /** Offset of the last record replayed; -1 before the first. */
  get offset(): number {
    return this.#offset;
  }

  /** What workers sign requests to each other with; null before the first leader has written one. */
  get sessionKey(): SessionKey | null {
    return this.#sessionKey;
  }

  connectors(): readonly string[] {
    return [...this.#connectors.keys()].sort();
  }

  has(connector: string): boolean {
    return this.#connectors.has(connector);
  }

  connector(connector: string): ConnectorConfig | undefined {
    return this.#connectors.get(connector);
  }

  /** The connector's config that its present task configs were made from, which may be older than `connector()`. */
  appliedConnector(connector: string): ConnectorConfig | undefined {
    const config = this.#connectors.get(connector);
    // Compaction may leave only a config that is newer than the last commit; nobody knows the older one any more.
    return config && (this.#applied.get(connector) ?? config);
  }

  taskConfigs(connector: string): readonly ConnectorConfig[] {
    return this.#connectors.has(connector) ? (this.#tasks.get(connector) ?? []) : [];
  }

  tasks(): readonly TaskId[] {
    return this.connectors().flatMap((connector) =>
      this.taskConfigs(connector).map((_, task) => ({ connector, task })),
    );
  }

  /**
   * Which tasks wrote before the present set and may do so still: they are to be fenced before tasks that take over from them write
   * exactly once (KIP-618). Null where the present set was fenced from its predecessors.
   */
  fencing(connector: string): PendingFencing | null {
    const taskSetOffset = this.#pendingFencing.get(connector);
    if (taskSetOffset === undefined) return null;
    const count = this.#fencedTasks.get(connector) ?? 0;
    const before = Array.from({ length: count }, (_, task) => ({ connector, task }));
    return { taskSetOffset, tasks: before.filter((id) => !this.#isAsFenced(id)) };
  }

  /** Whether a task that writes exactly once has to wait until others are fenced. One that is as it was goes on. */
  awaitsFencing(id: TaskId): boolean {
    return this.#pendingFencing.has(id.connector) && !this.#isAsFenced(id);
  }

  targetState(connector: string): TargetState {
    return this.#targetStates.get(connector) ?? 'RUNNING';
  }

  /** Takes one record; unknown keys and shapes are passed over, as a newer worker may have written them. */
  replay(offset: number, key: string, value: Json): ConfigChange | null {
    this.#offset = offset;
    const record = isObject(value) ? value : null;
    if (key.startsWith('connector-')) return this.#replayConnector(key.slice('connector-'.length), record);
    if (key.startsWith('task-')) return this.#replayTask(key.slice('task-'.length), record);
    if (key.startsWith('commit-')) return this.#replayCommit(key.slice('commit-'.length), record);
    if (key.startsWith('tasks-fencing-'))
      return this.#replayFencing(key.slice('tasks-fencing-'.length), record);
    if (key.startsWith('target-state-')) return this.#replayTarget(key.slice('target-state-'.length), record);
    if (key.startsWith(LOGGER_KEY)) return loggerLevel(key.slice(LOGGER_KEY.length), record);
    if (key === SESSION_KEY) this.#sessionKey = sessionKey(record) ?? this.#sessionKey;
    if (key.startsWith('restart-connector-')) return restart(key.slice('restart-connector-'.length), record);
    return null;
  }

  #replayConnector(connector: string, record: JsonObject | null): ConfigChange | null {
    if (!record) {
      // The target state has a record of its own, which `removeConnector` takes away beside this one.
      this.#tasks.delete(connector);
      this.#applied.delete(connector);
      this.#deferred.delete(connector);
      return this.#connectors.delete(connector) ? { kind: 'removed', connector } : null;
    }
    const config = properties(record);
    if (!config) return null;
    this.#connectors.set(connector, config);
    return { kind: 'connector', connector };
  }

  #replayTask(key: string, record: JsonObject | null): null {
    const id = parseTaskKey(key);
    const config = record && properties(record);
    if (!id || !config) return null;
    const deferred = this.#deferred.get(id.connector) ?? new Map<number, ConnectorConfig>();
    deferred.set(id.task, config);
    this.#deferred.set(id.connector, deferred);
    return null;
  }

  #replayCommit(connector: string, record: JsonObject | null): ConfigChange | null {
    const count = record?.tasks;
    if (typeof count !== 'number' || !Number.isSafeInteger(count) || count < 0) return null;
    const deferred = this.#deferred.get(connector);
    this.#deferred.delete(connector);
    const tasks: ConnectorConfig[] = [];
    for (let task = 0; task < count; task++) {
      const config = deferred?.get(task);
      // Compaction takes part of a set that was replaced later: the newer set, behind this one, is whole.
      if (!config) return null;
      tasks.push(config);
    }
    // Invariant 9: task configs take effect as one whole.
    this.#tasks.set(connector, tasks);
    this.#pendingFencing.set(connector, this.#offset);
    const applied = this.#connectors.get(connector);
    if (applied) this.#applied.set(connector, applied);
    return { kind: 'tasks', connector };
  }

  #replayFencing(connector: string, record: JsonObject | null): ConfigChange | null {
    const count = record?.['task-count'];
    if (typeof count !== 'number' || !Number.isSafeInteger(count) || count < 0) return null;
    const fencedAt = record?.['task-set-offset'];
    // Made for a set that another one has taken the place of meanwhile. Java's workers do not say which one they mean.
    if (typeof fencedAt === 'number' && fencedAt < (this.#pendingFencing.get(connector) ?? 0)) return null;
    this.#fencedTasks.set(connector, count);
    this.#pendingFencing.delete(connector);
    this.#asFenced.set(
      connector,
      this.taskConfigs(connector).map((_, task) => this.#effective({ connector, task })),
    );
    return { kind: 'fenced', connector };
  }

  #isAsFenced(id: TaskId): boolean {
    const before = this.#asFenced.get(id.connector)?.[id.task];
    return before !== undefined && before === this.#effective(id);
  }

  #effective({ connector, task }: TaskId): string {
    const taskConfig = this.taskConfigs(connector)[task];
    return taskConfig ? fingerprintOf(this.appliedConnector(connector) ?? {}, taskConfig) : '';
  }

  #replayTarget(connector: string, record: JsonObject | null): ConfigChange | null {
    if (!record) {
      this.#targetStates.delete(connector);
      return null;
    }
    const state = record['state.v2'] ?? record.state;
    const target = state === KAFKA_RUNNING ? 'RUNNING' : state;
    if (target !== 'RUNNING' && target !== 'PAUSED' && target !== 'STOPPED') return null;
    this.#targetStates.set(connector, target);
    return { kind: 'target-state', connector };
  }
}

/** The target state RUNNING in the config topic's words. */
const KAFKA_RUNNING = 'STARTED';

const SESSION_KEY = 'session-key';
const LOGGER_KEY = 'logger-cluster-';

/** Keys and values of the config topic, in Kafka Connect's words. */
export const configRecord = {
  connector: (connector: string, config: ConnectorConfig | null) => ({
    key: `connector-${connector}`,
    value: config && { properties: config },
  }),
  task: (id: TaskId, config: ConnectorConfig) => ({
    key: `task-${taskKey(id)}`,
    value: { properties: config },
  }),
  commit: (connector: string, tasks: number) => ({ key: `commit-${connector}`, value: { tasks } }),
  /** Who wrote before this set of so many tasks can't write any more. It outlives the connector, as its tasks may. */
  fenced: (connector: string, tasks: number, taskSetOffset: number) => ({
    key: `tasks-fencing-${connector}`,
    value: { 'task-count': tasks, 'task-set-offset': taskSetOffset },
  }),
  // `state` is for workers older than KIP-875, which know no STOPPED and hold such a connector as paused.
  targetState: (connector: string, state: TargetState | null) => ({
    key: `target-state-${connector}`,
    value: state && {
      state: state === 'RUNNING' ? KAFKA_RUNNING : 'PAUSED',
      'state.v2': state === 'RUNNING' ? KAFKA_RUNNING : state,
    },
  }),
  loggerLevel: (logger: string, level: string) => ({
    key: `${LOGGER_KEY}${logger}`,
    value: { level },
  }),
  sessionKey: ({ key, algorithm, createdAtMs }: SessionKey) => ({
    key: SESSION_KEY,
    value: { key, algorithm, 'creation-timestamp': createdAtMs },
  }),
  restart: (request: RestartRequest) => ({
    key: `restart-connector-${request.connector}`,
    value: { 'include-tasks': request.includeTasks, 'only-failed': request.onlyFailed },
  }),
} as const;

function loggerLevel(logger: string, record: JsonObject | null): ConfigChange | null {
  const level = record?.level;
  return typeof level === 'string' ? { kind: 'logger', logger, level } : null;
}

function sessionKey(record: JsonObject | null): SessionKey | null {
  const { key, algorithm, 'creation-timestamp': createdAtMs } = record ?? {};
  if (typeof key !== 'string' || typeof algorithm !== 'string' || typeof createdAtMs !== 'number')
    return null;
  return { key, algorithm, createdAtMs };
}

function restart(connector: string, record: JsonObject | null): ConfigChange | null {
  if (!record) return null;
  const includeTasks = record['include-tasks'] === true;
  const onlyFailed = record['only-failed'] === true;
  return { kind: 'restart', request: { connector, includeTasks, onlyFailed } };
}

function properties(record: JsonObject): ConnectorConfig | null {
  const config = record.properties;
  if (!isObject(config)) return null;
  return Object.fromEntries(
    Object.entries(config).flatMap(([key, value]) => (value === null ? [] : [[key, String(value)]])),
  );
}

/** Keys of a connector that say how many tasks there are, and nothing to a task. */
const COUNTS = new Set(['tasks.max', 'tasks.max.enforce']);

/** Equal for equal effective configs of a task, whatever the order of their keys. */
export function fingerprintOf(connectorConfig: ConnectorConfig, taskConfig: ConnectorConfig): string {
  const own = Object.entries(connectorConfig).filter(([key]) => !COUNTS.has(key));
  const sorted = (entries: readonly [string, string][]) =>
    entries.toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  return JSON.stringify([sorted(own), sorted(Object.entries(taskConfig))]);
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
