import { getTaskLogs } from '../contract/index.ts';
import type { Doors } from '../doors.ts';
import type { PipelineMonitor } from '../ports.ts';
import { ok } from '../reply.ts';
import { readTaskNumber } from './task-number.ts';

const DEFAULT_LIMIT = 100;

export function taskLogRoutes(doors: Doors, monitor: PipelineMonitor): void {
  doors.operation(getTaskLogs, ({ params, query }) => {
    const id = { connector: params.connector, task: readTaskNumber(params.task) };
    return ok(monitor.taskLogs(id, { limit: query.limit ?? DEFAULT_LIMIT, level: query.level ?? 'TRACE' }));
  });
}
