import type { Assignment } from '../assignor/assign.ts';
import type { ConfigChange, ConnectorConfig } from '../config/cluster-config.ts';
import type { TaskId } from '../task-id.ts';
import type { TaskStart } from './reconcile.ts';

/** What the group gave this worker in one generation. */
export interface GroupAssignment {
  readonly assigned: Assignment;
  readonly revoked: Assignment;
  /** How far the leader had read the config topic when it divided. */
  readonly configOffset: number;
  readonly leaderUrl: string;
  /** A Java leader holds back the tasks of a lost worker so long, and wants to be asked again then; 0 for not. */
  readonly delayMs: number;
}

/** What the herder is told. */
export type HerderEvent =
  | {
      readonly kind: 'assigned';
      readonly assignment: GroupAssignment;
      readonly generation: number;
      readonly isLeader: boolean;
    }
  /** The place in the group is gone: others run this worker's tasks by now. */
  | { readonly kind: 'lost' }
  /** This worker, leading, has divided this. */
  | { readonly kind: 'placed'; readonly work: Assignment }
  /** A record of the config topic was replayed. */
  | { readonly kind: 'configChanged'; readonly change: ConfigChange }
  /** The config topic was read to its end, or could not be. */
  | { readonly kind: 'configRead'; readonly ok: boolean }
  /** A task that was told to stop runs no more, and what it had done is committed. */
  | { readonly kind: 'taskStopped'; readonly id: TaskId }
  | {
      readonly kind: 'connectorSplit';
      readonly connector: string;
      readonly turn: number;
      readonly configs: readonly ConnectorConfig[];
    }
  | { readonly kind: 'taskConfigsStored'; readonly connector: string; readonly turn: number }
  | {
      readonly kind: 'connectorFailed';
      readonly connector: string;
      readonly turn: number;
      readonly failure: ConnectorFailure;
    }
  /** Hand everything over to others, and take nothing; or take part again. */
  /** A round of fencing is over; whether its record was written. */
  | { readonly kind: 'fenceEnded'; readonly connector: string; readonly ok: boolean }
  | { readonly kind: 'drain'; readonly on: boolean }
  | { readonly kind: 'close' }
  | { readonly kind: 'tick' };

export interface ConnectorFailure {
  /** Of the error's taxonomy: decides whether it is tried again. */
  readonly class: string;
  /** Handed through as it is. */
  readonly error: unknown;
}

/** What the herder wants done. In their order; none waits for the one before. */
export type HerderEffect =
  /** Answered by `configRead`. */
  | { readonly kind: 'readConfig' }
  | TaskStart
  /** Answered by `taskStopped`. */
  | { readonly kind: 'stop'; readonly id: TaskId }
  | { readonly kind: 'pause' | 'resume' | 'restart'; readonly id: TaskId }
  /** The group is to meet again. */
  | { readonly kind: 'rejoin'; readonly reason: string }
  /** Ask the plugin for its task configs: `connectorSplit` or `connectorFailed`, with the same turn. */
  | {
      readonly kind: 'splitConnector';
      readonly connector: string;
      readonly turn: number;
      readonly config: ConnectorConfig;
    }
  /** `taskConfigsStored` or `connectorFailed`, with the same turn. */
  | {
      readonly kind: 'storeTaskConfigs';
      readonly connector: string;
      readonly turn: number;
      readonly configs: readonly ConnectorConfig[];
    }
  | {
      readonly kind: 'tellConnector';
      readonly connector: string;
      readonly state: ConnectorState;
      readonly failure?: ConnectorFailure;
      /** What is done about the failure by itself. */
      readonly retry?: {
        /** Restarts in a row. */
        readonly attempts: number;
        /** Until the next one; null where there is none. */
        readonly afterMs: number | null;
        /** Why there is none. */
        readonly reason?: string;
      };
    }
  /** Have producers of these tasks fenced, then write that it was done for this set of so many tasks. */
  | {
      readonly kind: 'fence';
      readonly connector: string;
      readonly fenced: readonly TaskId[];
      readonly tasks: number;
      readonly taskSetOffset: number;
    }
  /** The statuses of a connector that was removed. */
  | { readonly kind: 'forgetStatuses'; readonly connector: string }
  /** Draining is over: everything was handed over, or nobody is there to take it. */
  | { readonly kind: 'drained'; readonly handedOver: boolean };

export type ConnectorState = 'UNASSIGNED' | 'RUNNING' | 'PAUSED' | 'FAILED' | 'RESTARTING' | 'STOPPED';
