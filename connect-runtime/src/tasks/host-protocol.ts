import type { ErrorReport, JsonObject } from '@millrace/foundation';
import type { ConnectorConfig } from '../core/config/cluster-config.ts';
import type { TaskId } from '../core/task-id.ts';

export type PluginType = 'source' | 'sink' | 'converter' | 'transform' | 'predicate' | 'config-provider';

/** A plugin as its host describes it: plain data, so that the worker never loads the plugin's code. */
export interface PluginDescription {
  /** What to import: the package or file that brings it. */
  readonly module: string;
  readonly class: string;
  readonly aliases: readonly string[];
  readonly type: PluginType;
  readonly version: string;
  readonly docs: string;
}

/** A module that could not be loaded, and why. */
export interface PluginFailure {
  readonly module: string;
  readonly error: ErrorReport;
}

export interface ConfigKeyDescription {
  readonly name: string;
  readonly type: string;
  readonly required: boolean;
  readonly defaultValue: string | null;
  readonly importance: string;
  readonly docs: string;
  readonly group: string | null;
  readonly order: number;
  readonly width: string;
  readonly displayName: string;
  readonly dependents: readonly string[];
}

export interface ConfigValueDescription {
  readonly name: string;
  readonly value: string | null;
  readonly recommended: readonly string[];
  readonly errors: readonly string[];
  readonly visible: boolean;
}

export interface ValidationResult {
  readonly errorCount: number;
  readonly groups: readonly string[];
  readonly configs: readonly {
    readonly definition: ConfigKeyDescription;
    readonly value: ConfigValueDescription;
  }[];
}

/** What a task needs to run; everything as strings, as configs are stored. */
export interface TaskSpec {
  readonly id: TaskId;
  readonly module: string;
  readonly connectorConfig: ConnectorConfig;
  readonly taskConfig: ConnectorConfig;
  readonly paused: boolean;
  readonly worker: TaskWorkerSettings;
}

/** What of the worker's config reaches its tasks. */
export interface TaskWorkerSettings {
  readonly bootstrapServers: readonly string[];
  readonly offsetTopic: string;
  readonly offsetFlushIntervalMs: number;
  /** How long a sink may take for one batch. */
  readonly writeTimeoutMs: number;
  readonly converters: ConnectorConfig;
  /** Packages that bring converters. */
  readonly converterModules: readonly string[];
}

export interface TaskCounterRow {
  readonly connector: string;
  readonly task: number;
  readonly records: number;
  readonly bytes: number;
  readonly errors: number;
  readonly lastRecordAtMs: number | null;
  readonly topics: readonly string[];
}

/** What the worker asks of a host. */
export interface HostCalls extends Record<string, { body: unknown; result: unknown }> {
  describe: {
    body: { readonly modules: readonly string[] };
    result: { readonly plugins: readonly PluginDescription[]; readonly failures: readonly PluginFailure[] };
  };
  configKeys: {
    body: { readonly module: string; readonly class: string };
    result: readonly ConfigKeyDescription[];
  };
  validate: {
    body: {
      readonly module: string;
      readonly class: string;
      readonly config: ConnectorConfig;
      readonly converters: readonly string[];
      readonly timeoutMs: number;
    };
    result: ValidationResult;
  };
  taskConfigs: {
    body: { readonly module: string; readonly config: ConnectorConfig };
    result: readonly ConnectorConfig[];
  };
  start: { body: TaskSpec; result: null };
  stop: { body: TaskId; result: null };
  setPaused: { body: { readonly id: TaskId; readonly paused: boolean }; result: null };
}

/** What a host tells without being asked. */
export interface HostEvents extends Record<string, unknown> {
  taskState: { readonly id: TaskId; readonly state: 'RUNNING' | 'PAUSED' };
  taskFailed: { readonly id: TaskId; readonly error: ErrorReport; readonly trace: string };
  /** The last word of a host that ends because a plugin threw where nobody waits. */
  hostFailed: { readonly error: ErrorReport; readonly trace: string };
  counters: { readonly rows: readonly TaskCounterRow[]; readonly residentBytes: number };
}

/** What a host asks of the worker. */
export interface WorkerCalls extends Record<string, { body: unknown; result: unknown }> {
  sourceOffsets: {
    body: { readonly connector: string; readonly partitions: readonly JsonObject[] };
    result: readonly (JsonObject | null)[];
  };
}

/** What the worker tells a host. */
export interface WorkerEvents extends Record<string, unknown> {
  /** The host is to end; its tasks have stopped. */
  end: null;
}
