import type { ErrorReport } from '@millrace/foundation';
import type { ConnectorConfig, TargetState } from '../core/config/cluster-config.ts';
import type { RestartState } from '../core/restart/restart-state.ts';
import type { TaskId } from '../core/task-id.ts';

/** Answers of the herder, in the shapes of Kafka Connect's REST entities. */
export interface ConnectorInfo {
  readonly name: string;
  readonly config: ConnectorConfig;
  readonly tasks: readonly TaskId[];
  readonly type: ConnectorType;
}

export type ConnectorType = 'source' | 'sink' | 'unknown';

export type RunStateName = 'UNASSIGNED' | 'RUNNING' | 'PAUSED' | 'FAILED' | 'RESTARTING' | 'STOPPED';

export interface RunState {
  readonly state: RunStateName;
  readonly worker_id: string;
  readonly trace?: string;
  readonly error?: ErrorReport;
  readonly restart?: RestartState;
  readonly version?: string;
}

export interface ConnectorStatus {
  readonly name: string;
  readonly connector: RunState;
  readonly tasks: readonly (RunState & { readonly id: number })[];
  readonly type: ConnectorType;
}

export interface TaskInfo {
  readonly id: TaskId;
  readonly config: ConnectorConfig;
}

export type { ConnectorConfig, TargetState };
