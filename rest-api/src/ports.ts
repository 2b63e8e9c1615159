import type { ErrorReport, JsonObject, MetricsText } from '@millrace/foundation';
import type { TaskLogs } from './contract/index.ts';
import type { ConnectorInsight, DeadLetters } from './insight-ports.ts';
import type { ClusterSurvey, ClusterView, Groups, Messages, ShareGroups, Topics } from './kafka-ports.ts';

/**
 * What the REST API needs of the rest of Millrace. The composition root hands in the implementations; tests hand in theirs.
 *
 * A port refuses by throwing a MillraceError. These codes have an HTTP status of their own; any other one goes by its
 * class (config: 400, throttled: 429, transient: 503, otherwise 500):
 * NOT_FOUND 404, ALREADY_EXISTS 409, REBALANCE_IN_PROGRESS 409, INVALID_CONFIG 400, BAD_REQUEST 400, FORBIDDEN 403.
 */

export type ConnectorConfig = { readonly [key: string]: string };

/** What to change of a config: null takes a key away. */
export type ConfigPatch = { readonly [key: string]: string | null };

/** What is to be known of who changes a config. */
export interface ConfigChangeContext {
  readonly by: string;
  /** Called with the config as it is, by the worker that is about to change it and before it does; refuses by throwing. */
  readonly check?: (current: ConnectorConfig | undefined) => void;
  /** The version of its history that is taken back. */
  readonly restored?: number;
}

export type ConnectorType = 'source' | 'sink' | 'unknown';

export type ConnectorState = 'UNASSIGNED' | 'RUNNING' | 'PAUSED' | 'FAILED' | 'RESTARTING' | 'STOPPED';

export type TargetState = 'RUNNING' | 'PAUSED' | 'STOPPED';

export interface TaskId {
  readonly connector: string;
  readonly task: number;
}

export interface ConnectorInfo {
  readonly name: string;
  readonly config: ConnectorConfig;
  readonly tasks: readonly TaskId[];
  readonly type: ConnectorType;
}

export interface RunState {
  readonly state: ConnectorState;
  readonly worker_id: string;
  /** Where it failed: the error as people read it, Kafka Connect's field. */
  readonly trace?: string;
  /** Where it failed: the same as data. */
  readonly error?: ErrorReport;
  /** What is done about the failure by itself. */
  readonly restart?: RestartState;
  readonly version?: string;
}

export interface RestartState {
  /** Restarts in a row since it last ran well. */
  readonly attempts: number;
  /** Wall time of the next one, ms since the epoch; null where there is none. */
  readonly next_at_ms: number | null;
  /** Why there is none. */
  readonly reason?: string;
}

export interface TaskRunState extends RunState {
  readonly id: number;
  /** What its plugin says is wrong while it goes on: from what is counted, not from the herder. */
  readonly notices?: readonly string[];
}

export interface ConnectorStatus {
  readonly name: string;
  readonly connector: RunState;
  readonly tasks: readonly TaskRunState[];
  readonly type: ConnectorType;
}

export interface TaskInfo {
  readonly id: TaskId;
  readonly config: ConnectorConfig;
}

export interface PluginInfo {
  readonly class: string;
  readonly type: 'source' | 'sink' | 'converter' | 'header_converter' | 'transformation' | 'predicate';
  readonly version: string;
  readonly docs?: string;
}

/** One key of a plugin's definition as Kafka Connect describes it. */
export interface ConfigKeyInfo {
  readonly name: string;
  readonly type: 'STRING' | 'INT' | 'LONG' | 'DOUBLE' | 'BOOLEAN' | 'LIST' | 'CLASS' | 'PASSWORD';
  readonly required: boolean;
  readonly default_value: string | null;
  readonly importance: 'HIGH' | 'MEDIUM' | 'LOW';
  readonly documentation: string;
  readonly group: string | null;
  readonly order_in_group: number;
  readonly width: 'NONE' | 'SHORT' | 'MEDIUM' | 'LONG';
  readonly display_name: string;
  readonly dependents: readonly string[];
}

export interface ConfigValueInfo {
  readonly name: string;
  readonly value: string | null;
  readonly recommended_values: readonly string[];
  readonly errors: readonly string[];
  readonly visible: boolean;
}

export interface ConfigValidation {
  readonly name: string;
  readonly error_count: number;
  readonly groups: readonly string[];
  readonly configs: readonly { readonly definition: ConfigKeyInfo; readonly value: ConfigValueInfo }[];
}

export interface RestartRequest {
  readonly includeTasks: boolean;
  readonly onlyFailed: boolean;
}

/** A request that another worker of the group is to serve. */
export interface ForwardedRequest {
  readonly method: string;
  /** With its query. */
  readonly path: string;
  readonly body: string | null;
  readonly headers: { readonly [name: string]: string };
}

/** What that worker answered, handed on as it is. */
export interface ForwardedAnswer {
  readonly status: number;
  readonly location: string | null;
  readonly etag: string | null;
  readonly body: string;
}

/**
 * Asks other workers. A port that refuses with REBALANCE_IN_PROGRESS may name in `facts.forwardTo` the URL of the worker that can serve
 * the request; it is asked then.
 */
export interface Forwarder {
  /** @throws {MillraceError} FORWARDING_FAILED (class transient) */
  forward(workerUrl: string, request: ForwardedRequest): Promise<ForwardedAnswer>;
}

/** A request as it came, for who looks at its signature. */
export interface SentRequest {
  readonly headers: { readonly [name: string]: string | readonly string[] | undefined };
  readonly body: string;
}

export interface GroupWorker {
  /** `host:port` of its REST API. */
  readonly id: string;
  readonly url: string;
  readonly leader: boolean;
  readonly draining: boolean;
  readonly tasks: readonly TaskId[];
}

/** The group of workers that this one belongs to. All refuse with REBALANCE_IN_PROGRESS where another worker has to be asked. */
export interface WorkerGroup {
  workers(): readonly GroupWorker[];
  /** Begins it: `workers` shows how it goes. @throws {MillraceError} NOT_FOUND, NOBODY_TAKES_TASKS */
  drainWorker(id: string): Promise<void>;
  /** @throws {MillraceError} NOT_FOUND */
  endDrainOf(id: string): void;
  /** Only of other workers. @throws {MillraceError} NOT_FOUND, BAD_REQUEST, FORBIDDEN, NO_SESSION_KEY (class transient) */
  putTaskConfigs(connector: string, configs: readonly ConnectorConfig[], sent: SentRequest): Promise<void>;
  /** Only of other workers. @throws {MillraceError} as `putTaskConfigs` */
  fence(connector: string, sent: SentRequest): Promise<void>;
}

/** Drives connectors, wherever in the cluster of workers they run. */
export interface Herder extends Forwarder {
  server(): { readonly version: string; readonly commit: string; readonly kafka_cluster_id: string };
  health(): { readonly status: 'healthy' | 'starting' | 'unhealthy'; readonly message: string };
  /** Whether it has read which connectors there are. Nothing is asked about connectors before that. */
  hasRead(): boolean;
  connectors(): readonly string[];
  connector(name: string): ConnectorInfo;
  status(name: string): ConnectorStatus;
  taskInfos(name: string): readonly TaskInfo[];
  createConnector(
    name: string,
    config: ConnectorConfig,
    initialState: TargetState,
    change?: ConfigChangeContext,
  ): Promise<ConnectorInfo>;
  /** Creates or updates. */
  putConfig(
    name: string,
    config: ConnectorConfig,
    change?: ConfigChangeContext,
  ): Promise<{ readonly created: boolean; readonly info: ConnectorInfo }>;
  /** Null takes a key away (KIP-477). */
  patchConfig(name: string, patch: ConfigPatch, change?: ConfigChangeContext): Promise<ConnectorInfo>;
  deleteConnector(name: string, change?: ConfigChangeContext): Promise<void>;
  setTargetState(name: string, state: TargetState): Promise<void>;
  /** Null: only the connector was to be restarted, and was; otherwise the status after the request was taken. */
  restartConnector(name: string, request: RestartRequest): Promise<ConnectorStatus | null>;
  restartTask(id: TaskId): Promise<void>;
  plugins(connectorsOnly: boolean): Promise<readonly PluginInfo[]>;
  /** Of the newest version in that range, where one is given (KIP-891). */
  pluginConfig(pluginClass: string, version?: string): Promise<readonly ConfigKeyInfo[]>;
  validate(pluginClass: string, config: ConnectorConfig): Promise<ConfigValidation>;
}

/** A position of a source, or of a sink in the topics that it reads, by Kafka Connect's names. */
export interface ConnectorOffset {
  readonly partition: JsonObject;
  readonly offset: JsonObject;
}

/** A position to be set. A null offset is the beginning; a null partition is refused by the port in Kafka Connect's words. */
export interface WantedOffset {
  readonly partition: JsonObject | null;
  readonly offset: JsonObject | null;
}

/** Where connectors stand (KIP-875). Changes need a connector that is stopped. */
export interface ConnectorOffsets {
  read(connector: string): Promise<readonly ConnectorOffset[]>;
  /** Answers in words what was done, and whether the connector checked it. */
  alter(connector: string, offsets: readonly WantedOffset[]): Promise<string>;
  reset(connector: string): Promise<string>;
}

/** Topics that connectors have used (KIP-558). @throws {MillraceError} FORBIDDEN where the worker does not track them */
export interface ActiveTopics {
  of(connector: string): readonly string[];
  reset(connector: string): Promise<void>;
}

export interface LoggerLevel {
  /** Kafka's name of it, such as `DEBUG`. */
  readonly level: string;
  /** Milliseconds since the epoch; null where it was never changed. */
  readonly last_modified: number | null;
}

/** Log levels of this worker, and of all (KIP-495, KIP-976). */
export interface Loggers {
  all(): { readonly [name: string]: LoggerLevel };
  /** Null where there is none of that name. */
  find(name: string): LoggerLevel | null;
  /** Answers the names of the loggers that changed. @throws {MillraceError} NOT_FOUND for a level that does not exist */
  set(name: string, level: string): readonly string[];
  setEverywhere(name: string, level: string): Promise<void>;
}

/** Counters since the task started; rates are the reader's to derive. */
export interface TaskCounters {
  readonly connector: string;
  readonly task: number;
  readonly records: number;
  readonly bytes: number;
  readonly errors: number;
  /** Wall time of the last record, ms since the epoch; null where none has passed. */
  readonly lastRecordAtMs: number | null;
  /** That record's own timestamp. */
  readonly lastRecordTimestampMs: number | null;
  /** Of a source: records that are sent and not acknowledged, now. */
  readonly unacknowledged: number;
  /** Of a sink: records behind the end of the partition that lags most; null where that is not known. */
  readonly behind: number | null;
  /** Sums by stage: poll, transform, convert, produce; or fetch, convert, transform, put. */
  readonly stages: {
    readonly [stage: string]: { readonly timeMs: number; readonly failed: number; readonly retried: number };
  };
  /** The plugin's own, by name, such as `slot_lag_bytes`; a worker of an older version does not tell. */
  readonly figures?: { readonly [name: string]: number };
  /** What the plugin says is wrong while it goes on, in sentences. */
  readonly notices?: readonly string[];
}

/** What this process uses. */
export interface ProcessUse {
  readonly residentBytes: number;
  readonly cpuSeconds: number;
}

/** What the pages show live. */
export interface PipelineMonitor {
  counters(): readonly TaskCounters[];
  /** Calls back when the status of a connector or the list of connectors changes; answers how to stop. */
  onChange(listener: (connector: string) => void): () => void;
  /** Topics that a connector writes to or reads from, as far as known. */
  topicsOf(connector: string): readonly string[];
  /**
   * What a task logged last.
   * @throws {MillraceError} NOT_FOUND; REBALANCE_IN_PROGRESS where another worker has the task
   */
  taskLogs(
    id: TaskId,
    request: { readonly limit: number; readonly level: TaskLogs['lines'][number]['level'] },
  ): TaskLogs;
  /** The page of `GET /metrics`, for Prometheus. */
  metrics(): Promise<MetricsText>;
}

/** What the composition root gives to `createRestApi`. */
export interface RestPorts {
  readonly herder: Herder;
  readonly group: WorkerGroup;
  readonly offsets: ConnectorOffsets;
  readonly activeTopics: ActiveTopics;
  readonly loggers: Loggers;
  readonly insight: ConnectorInsight;
  readonly deadLetters: DeadLetters;
  readonly monitor: PipelineMonitor;
  readonly topics: Topics;
  readonly messages: Messages;
  readonly groups: Groups;
  readonly shareGroups: ShareGroups;
  readonly cluster: ClusterView;
  readonly survey: ClusterSurvey;
  readonly processUse: () => ProcessUse;
  /** `host:port` of this worker, as the group knows it. */
  readonly worker: string;
  /** Where the built UI stands, or why there is none yet. */
  readonly ui: () =>
    | { readonly folder: string }
    | { readonly building: true }
    | { readonly unavailable: string };
  /** Facts about the running process for `/api/v1/about`, such as addresses. */
  readonly about: () => JsonObject;
}
