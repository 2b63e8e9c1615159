import type { ErrorReport, JsonObject } from '@millrace/foundation';
import type { Forgotten, Progress, StoredOffset, WantedOffset, WantedPosition } from '@millrace/sdk';
import type { ConnectorConfig } from '../core/config/cluster-config.ts';
import type { ConnectorTraits } from '../core/delivery/guarantees.ts';
import type { KeyedOffset } from '../core/offsets/offset-key.ts';
import type { TaskId } from '../core/task-id.ts';
import type { PreviewRequest, PreviewResult } from './preview-protocol.ts';

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
  /** Keys of the config, as it was written, whose values are secrets. */
  readonly secretKeys: readonly string[];
}

/** Positions that somebody sets, in the form of either kind of connector. */
export type WantedPositions =
  | { readonly type: 'source'; readonly offsets: readonly WantedOffset[] }
  | { readonly type: 'sink'; readonly positions: readonly WantedPosition[] };

/** What a task needs to run; everything as strings, as configs are stored. */
export interface TaskSpec {
  readonly id: TaskId;
  readonly module: string;
  /** The connector's own class; the config may name it by an alias, and have the alias's options. */
  readonly class: string;
  readonly connectorConfig: ConnectorConfig;
  readonly taskConfig: ConnectorConfig;
  readonly paused: boolean;
  readonly sources: ConfigSources;
  readonly worker: TaskWorkerSettings;
}

/**
 * What a host needs to put values in the places of a config's placeholders, as plain data: providers are loaded and secrets opened in
 * the host alone.
 */
export interface ConfigSources {
  /** `config.providers` of the worker. */
  readonly providers: readonly {
    readonly name: string;
    readonly class: string;
    readonly params: ConnectorConfig;
  }[];
  /** Installed config providers. */
  readonly plugins: readonly PluginDescription[];
  /** The connector's own secrets, sealed, by config key; null where the worker has no key file. */
  readonly secrets: { readonly keyFile: string; readonly sealed: { readonly [key: string]: string } } | null;
}

/** What of the worker's config reaches its tasks. */
export interface TaskWorkerSettings {
  readonly bootstrapServers: readonly string[];
  readonly groupId: string;
  /** Whether sources write in transactions (`exactly.once.source.support=enabled`). */
  readonly exactlyOnce: boolean;
  /** Null for a standalone worker: it is given the offsets. */
  readonly offsetTopic: string | null;
  /** How a connector's own offset topic is made. */
  readonly offsetTopicPartitions: number;
  readonly offsetTopicReplicationFactor: number;
  /** Whether sources may make the topics that they write to (`topic.creation.enable`). */
  readonly topicCreation: boolean;
  readonly offsetFlushIntervalMs: number;
  /** Whether records of sources that carry no trace get one. */
  readonly tracing: boolean;
  /** How long a task may take to start. */
  readonly startTimeoutMs: number;
  /** How long a sink may take for one batch. */
  readonly writeTimeoutMs: number;
  readonly converters: ConnectorConfig;
  /** Whether code that stands in a config may run. */
  readonly inlineTransforms: boolean;
  /** What is installed beside connectors: converters, transforms, predicates, config providers, in all their versions. */
  readonly plugins: readonly PluginDescription[];
}

/** Where a task spends its time: a source polls, transforms, converts, produces; a sink fetches, converts, transforms, puts. */
export type TaskStage = 'poll' | 'fetch' | 'transform' | 'convert' | 'produce' | 'put';

/** Totals of one stage since the task started. */
export interface StageCounters {
  /** Transform and convert are estimated from samples, the others measured by batch. */
  readonly timeMs: number;
  /** The longest time that one batch took in it. */
  readonly maxMs: number;
  /** Failures, each try by itself. */
  readonly failed: number;
  readonly retried: number;
}

/** What a task has done since it started; totals, but for what is said to be the newest. */
export interface TaskCounterRow {
  readonly connector: string;
  readonly task: number;
  /** Records that arrived: acknowledged by a topic, or written by the sink. */
  readonly records: number;
  /** Of their keys and values, serialized. */
  readonly bytes: number;
  /** Failures of any kind, also those that a further try mended. */
  readonly errors: number;
  /** Records that came from the source, or out of the topics. */
  readonly recordsIn: number;
  /** Records of which the transforms left nothing. */
  readonly filtered: number;
  /** Records passed over without a dead letter, and those with one. */
  readonly skipped: number;
  readonly deadLettered: number;
  /** Dead letters that did not get into their topic. */
  readonly deadLetterFailures: number;
  readonly errorsLogged: number;
  /** Batches that came with at least one record, and the largest of them. */
  readonly batches: number;
  readonly batchMaxRecords: number;
  /** Offset commits, with their times, ms. */
  readonly commits: number;
  readonly commitFailures: number;
  readonly commitTimeMs: number;
  readonly commitMaxMs: number;
  /** Records of a source that are sent and not acknowledged, now. */
  readonly unacknowledged: number;
  /** When a record arrived last, by the wall clock, as exactly as rows are made. */
  readonly lastRecordAtMs: number | null;
  /** That record's own timestamp. */
  readonly lastRecordTimestampMs: number | null;
  readonly lastErrorAtMs: number | null;
  /** Of a sink: partitions assigned to it, and records behind the end of the one that lags most; null where that is not known. */
  readonly partitions: number;
  readonly behind: number | null;
  readonly topics: readonly string[];
  readonly stages: { readonly [S in TaskStage]?: StageCounters };
  /** What the task says of long work that is under way: the newest. */
  readonly progress: Progress | null;
  /** Figures of the plugin's own, by name: the newest. */
  readonly figures: { readonly [name: string]: number };
  /** What the plugin says is wrong while it goes on, in sentences. */
  readonly notices: readonly string[];
}

/** What the process of a host uses. */
export interface HostUse {
  /** Resident memory, buffers included. */
  readonly residentBytes: number;
  /** User and system time since its start. */
  readonly cpuSeconds: number;
  /** Share of the time since the last report that its event loop was busy, 0 to 1. */
  readonly busyRatio: number;
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
      /** What is installed beside connectors. */
      readonly plugins: readonly PluginDescription[];
      readonly inlineTransforms: boolean;
      readonly sources: ConfigSources;
      readonly exactlyOnce: boolean;
      readonly timeoutMs: number;
    };
    result: ValidationResult;
  };
  taskConfigs: {
    body: {
      readonly module: string;
      readonly class: string;
      readonly config: ConnectorConfig;
      readonly sources: ConfigSources;
    };
    result: readonly ConnectorConfig[];
  };
  alterOffsets: {
    body: {
      readonly module: string;
      readonly class: string;
      readonly config: ConnectorConfig;
      readonly wanted: WantedPositions;
      readonly sources: ConfigSources;
    };
    result: boolean;
  };
  forget: {
    body: {
      readonly module: string;
      readonly class: string;
      readonly config: ConnectorConfig;
      readonly sources: ConfigSources;
      readonly because: Forgotten['because'];
      readonly timeoutMs: number;
    };
    result: null;
  };
  describeOffsets: {
    body: { readonly module: string; readonly class: string; readonly offsets: readonly StoredOffset[] };
    result: readonly (string | null)[];
  };
  traits: {
    body: {
      readonly module: string;
      readonly class: string;
      readonly config: ConnectorConfig;
      readonly sources: ConfigSources;
    };
    result: ConnectorTraits;
  };
  preview: { body: PreviewRequest; result: PreviewResult };
  start: { body: TaskSpec; result: null };
  stop: { body: TaskId; result: null };
  setPaused: { body: { readonly id: TaskId; readonly paused: boolean }; result: null };
}

export type TaskLogLevel = 'TRACE' | 'DEBUG' | 'INFO' | 'WARN' | 'ERROR' | 'FATAL';

/** A line that a task logged, or that its plugin printed (`facts.console`). */
export interface TaskLogLine {
  /** Wall clock of its host, ms since the epoch. */
  readonly atMs: number;
  readonly level: TaskLogLevel;
  readonly message: string;
  readonly facts: JsonObject;
}

/** Lines of one task since the last report, and how many more there were than are handed on. */
export interface TaskLogReport {
  readonly id: TaskId;
  readonly lines: readonly TaskLogLine[];
  readonly dropped: number;
}

/** What a host tells without being asked. */
export interface HostEvents extends Record<string, unknown> {
  taskState: { readonly id: TaskId; readonly state: 'RUNNING' | 'PAUSED' };
  taskFailed: { readonly id: TaskId; readonly error: ErrorReport; readonly trace: string };
  /** What providers stand for in the config of this task is another value by now. */
  configChanged: { readonly id: TaskId };
  /** The last word of a host that ends because a plugin threw where nobody waits. */
  hostFailed: { readonly error: ErrorReport; readonly trace: string };
  counters: { readonly rows: readonly TaskCounterRow[]; readonly use: HostUse };
  logs: { readonly reports: readonly TaskLogReport[] };
}

/** What a host asks of the worker. */
export interface WorkerCalls extends Record<string, { body: unknown; result: unknown }> {
  sourceOffsets: {
    body: { readonly connector: string; readonly partitions: readonly JsonObject[] };
    result: readonly (KeyedOffset | null)[];
  };
  /** Of sources whose worker has no topic for them: keys and values as such a topic would hold them. */
  storeOffsets: {
    body: { readonly offsets: readonly { readonly key: string; readonly value: string }[] };
    result: null;
  };
}

/** Levels in the logger's own words: of what runs in hosts, and of the tasks of single connectors. */
export interface HostLogLevels {
  readonly tasks: string;
  readonly byConnector: { readonly [connector: string]: string };
}

/** What the worker tells a host. */
export interface WorkerEvents extends Record<string, unknown> {
  logLevels: HostLogLevels;
  /** The worker lives, and counts as gone when it has said nothing for so long. */
  alive: { readonly silenceMaxMs: number };
  /** The host is to end; its tasks have stopped. */
  end: null;
}
