import type { Assignment } from '../assignor/assign.ts';
import { type ClusterConfig, type ConnectorConfig, fingerprintOf } from '../config/cluster-config.ts';
import { type TaskId, taskKey } from '../task-id.ts';

/** A task as the worker runs it now. */
export interface RunningTask {
  readonly id: TaskId;
  /** The effective config it was started with. */
  readonly fingerprint: string;
  readonly paused: boolean;
}

/** A task to start, with the configs that it is to run with. */
export interface TaskStart {
  readonly kind: 'start';
  readonly id: TaskId;
  readonly connectorConfig: ConnectorConfig;
  readonly taskConfig: ConnectorConfig;
  readonly fingerprint: string;
  readonly paused: boolean;
}

export type TaskAction =
  | { readonly kind: 'stop'; readonly id: TaskId }
  | TaskStart
  | { readonly kind: 'pause' | 'resume'; readonly id: TaskId };

/**
 * What a worker has to do so that exactly the tasks assigned to it run, each with its newest config. A task whose effective
 * config is the same is left alone. Stops come first: a task that moves inside the worker never runs twice. One that `waits` is not
 * started yet.
 */
export function reconcileTasks(
  config: ClusterConfig,
  assignment: Assignment,
  running: ReadonlyMap<string, RunningTask>,
  waits: (id: TaskId) => boolean = () => false,
): readonly TaskAction[] {
  const stops: TaskAction[] = [];
  const starts: TaskAction[] = [];
  const wanted = new Set<string>();
  for (const id of assignment.tasks) {
    const connectorConfig = config.appliedConnector(id.connector);
    const taskConfig = config.taskConfigs(id.connector)[id.task];
    const target = config.targetState(id.connector);
    if (!connectorConfig || !taskConfig || target === 'STOPPED') continue;
    const key = taskKey(id);
    wanted.add(key);
    const fingerprint = fingerprintOf(connectorConfig, taskConfig);
    const now = running.get(key);
    if (now?.fingerprint === fingerprint) {
      const pause = target === 'PAUSED';
      if (now.paused !== pause) starts.push({ kind: pause ? 'pause' : 'resume', id });
      continue;
    }
    if (now) stops.push({ kind: 'stop', id });
    if (waits(id)) continue;
    starts.push({ kind: 'start', id, connectorConfig, taskConfig, fingerprint, paused: target === 'PAUSED' });
  }
  for (const [key, task] of running) if (!wanted.has(key)) stops.push({ kind: 'stop', id: task.id });
  return [...stops, ...starts];
}
