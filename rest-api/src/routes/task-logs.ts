import { getTaskLogs, tailLogs } from '../contract/index.ts';
import type { Doors } from '../doors.ts';
import { toHttpError } from '../errors.ts';
import { LogTail } from '../live/log-tail.ts';
import type { Herder, PipelineMonitor } from '../ports.ts';
import { ok } from '../reply.ts';
import { readTaskNumber } from './task-number.ts';

const DEFAULT_LIMIT = 100;
/** Between two looks for new lines, ms. */
const LOOK_EVERY_MS = 1_000;

export function taskLogRoutes(doors: Doors, monitor: PipelineMonitor, herder: Herder): void {
  doors.operation(getTaskLogs, ({ params, query }) => {
    const id = { connector: params.connector, task: readTaskNumber(params.task) };
    return ok(monitor.taskLogs(id, { limit: query.limit ?? DEFAULT_LIMIT, level: query.level ?? 'TRACE' }));
  });
  doors.events(tailLogs, async ({ params, query }, begin) => {
    const { task = null, level = 'TRACE' } = query;
    const tail = new LogTail(herder, monitor, { connector: params.connector, task, level });
    const first = await tail.look();
    const stream = begin();
    stream.send('lines', first ?? { lines: [], dropped: 0 });
    let looking = false;
    const look = async () => {
      if (looking || !stream.isReady) return;
      looking = true;
      try {
        const event = await tail.look();
        if (event !== null) stream.send('lines', event);
      } catch (error) {
        stream.send('error', toHttpError(error).body);
        stream.end();
      } finally {
        looking = false;
      }
    };
    const timer = setInterval(look, LOOK_EVERY_MS).unref();
    stream.onClose(() => clearInterval(timer));
  });
}
