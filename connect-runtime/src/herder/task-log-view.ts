import { MillraceError } from '@millrace/foundation';
import { type TaskId, taskKey } from '../core/task-id.ts';
import type { TaskLogLevel } from '../tasks/host-protocol.ts';
import type { TaskLogs } from '../tasks/task-logs.ts';
import { type ConnectorView, notFound } from './connector-view.ts';

export interface TaskLogRequest {
  /** Lines at most, the newest. */
  readonly limit: number;
  /** That level and those above it. */
  readonly level: TaskLogLevel;
}

/**
 * What a task of this worker logged last.
 * @throws {MillraceError} NOT_FOUND; REBALANCE_IN_PROGRESS where another worker has the task, which the REST API asks then
 */
export function readTaskLogs(
  from: { readonly view: ConnectorView; readonly logs: TaskLogs; readonly workerId: string },
  id: TaskId,
  request: TaskLogRequest,
) {
  const status = from.view.status(id.connector).tasks.find((task) => task.id === id.task);
  if (!status) throw notFound(`Task ${taskKey(id)} not found`);
  const holder = status.worker_id;
  if (holder !== '' && holder !== from.workerId) throw heldElsewhere(id, holder);
  return { worker_id: from.workerId, ...from.logs.newest(id, request) };
}

function heldElsewhere(id: TaskId, worker: string): MillraceError {
  return new MillraceError(`Task ${taskKey(id)} runs on ${worker}.`, {
    code: 'REBALANCE_IN_PROGRESS',
    class: 'transient',
    facts: { forwardTo: `http://${worker}/` },
    hint: `Ask the worker at ${worker}.`,
  });
}
