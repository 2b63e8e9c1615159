import type { JsonObject, Logger, MillraceError } from '@millrace/foundation';
import type { AnyConnector } from '@millrace/sdk';
import type { KeyedOffset } from '../../core/offsets/offset-key.ts';
import type { PluginLoader } from '../../plugins/plugin-loader.ts';
import type { TaskCounterRow, TaskSpec } from '../host-protocol.ts';

/** An offset as an offset topic would hold it. */
export interface StoredEntry {
  readonly key: string;
  readonly value: string;
}

/** What a runner needs to drive one task. */
export interface TaskRunnerOptions<C extends AnyConnector = AnyConnector> {
  readonly spec: TaskSpec;
  readonly connector: C;
  readonly loader: PluginLoader;
  readonly logger: Logger;
  readonly sourceOffsets: (partitions: readonly JsonObject[]) => Promise<readonly (KeyedOffset | null)[]>;
  /** Stores offsets where the worker has no topic for them. */
  readonly storeOffsets: (offsets: readonly StoredEntry[]) => Promise<void>;
  readonly onState: (state: 'RUNNING' | 'PAUSED') => void;
  /** Called once, when the task has ended by an error and let go of everything. */
  readonly onFailure: (error: MillraceError, trace: string) => void;
}

/** Drives one task from start to stop. */
export interface TaskRunner {
  /** Returns at once; what happens comes by `onState` and `onFailure`. */
  start(): void;
  setPaused(paused: boolean): void;
  /** Resolves when the task has stopped and what it had done is committed. */
  stop(): Promise<void>;
  counters(): TaskCounterRow;
}
