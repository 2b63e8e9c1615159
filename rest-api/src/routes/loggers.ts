import { MillraceError } from '@millrace/foundation';
import { getLogger, listLoggers, putLogger } from '../contract/index.ts';
import type { Doors } from '../doors.ts';
import { badRequest } from '../errors.ts';
import type { Loggers } from '../ports.ts';
import { noContent, ok } from '../reply.ts';

export function loggerRoutes(doors: Doors, loggers: Loggers): void {
  doors.operation(listLoggers, () => ok(loggers.all()));
  doors.operation(getLogger, ({ params }) => {
    const logger = loggers.find(params.logger);
    if (logger === null) throw unknownLogger(params.logger);
    return ok(logger);
  });
  doors.operation(putLogger, async ({ params, query, body }) => {
    const { level } = body;
    if (level === undefined || level === null) {
      throw badRequest("Desired 'level' parameter was not specified in request.", { path: 'level' });
    }
    if (query.scope?.toLowerCase() !== 'cluster') return ok(loggers.set(params.logger, level));
    await loggers.setEverywhere(params.logger, level);
    return noContent();
  });
}

function unknownLogger(name: string): MillraceError {
  return new MillraceError(`Logger ${name} not found.`, {
    code: 'NOT_FOUND',
    class: 'config',
    hint: 'GET /admin/loggers lists them.',
  });
}
