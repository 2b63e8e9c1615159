import { type Builders, type Of, route } from './route.ts';

const taskLogLevel = (t: Builders) => t.Enum(['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'FATAL']);

/** A line that a task logged, that its plugin printed (`facts.console`), or that its worker has to say of it. */
const taskLogLine = (t: Builders) =>
  t.Object({
    /** Milliseconds since the epoch, on the machine of its worker. */
    atMs: t.Integer(),
    level: taskLogLevel(t),
    message: t.String(),
    facts: t.Record(t.String(), t.Unknown()),
  });

const taskLogs = (t: Builders) =>
  t.Object({
    /** Where these lines were kept. */
    worker_id: t.String(),
    /** Oldest first. */
    lines: t.Array(taskLogLine(t)),
    /** Lines that are not kept any more. */
    dropped: t.Integer(),
  });

export type TaskLogs = Of<typeof taskLogs>;

export const getTaskLogs = route({
  operationId: 'getTaskLogs',
  method: 'GET',
  url: '/api/v1/connectors/:connector/tasks/:task/logs',
  summary: 'The newest log lines of one task, from the worker that runs it',
  tag: 'live',
  needs: { operation: 'READ', resource: 'connector', named: 'params.connector' },
  refusals: [404, 409],
  schemas: (t) => ({
    params: t.Object({ connector: t.String(), task: t.String() }),
    query: t.Object({
      limit: t.Optional(t.Integer({ minimum: 1, maximum: 500 })),
      level: t.Optional(taskLogLevel(t)),
      // Set by a worker that hands the request on.
      forward: t.Optional(t.Boolean()),
    }),
    replies: { 200: taskLogs(t) },
  }),
});

const logEvent = (t: Builders) =>
  t.Object({
    lines: t.Array(t.Object({ task: t.Integer(), ...taskLogLine(t).properties })),
    dropped: t.Integer({
      description: 'Lines that are not shown because there were too many, since the stream began',
    }),
  });

/** The data of the event `lines`, at most one a second. */
export type LogEvent = Of<typeof logEvent>;

/** `text/event-stream`; the schema is the data of the event `lines`. The first one carries what is kept. */
export const tailLogs = route({
  operationId: 'tailLogs',
  method: 'GET',
  url: '/api/v1/connectors/:connector/logs',
  summary: 'Server-sent events: what the tasks of a connector log, those of other workers too',
  tag: 'live',
  needs: { operation: 'READ', resource: 'connector', named: 'params.connector' },
  refusals: [404, 503],
  schemas: (t) => ({
    params: t.Object({ connector: t.String() }),
    query: t.Object({
      task: t.Optional(t.Integer({ minimum: 0 })),
      level: t.Optional(taskLogLevel(t)),
    }),
    replies: { 200: logEvent(t) },
  }),
});
