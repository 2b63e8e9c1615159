import { type Builders, route } from './route.ts';

/** Log levels, read and changed while the worker runs (KIP-495), on one worker or on all of them (KIP-976). */

const loggerParams = (t: Builders) => t.Object({ logger: t.String() });

const loggerLevel = (t: Builders) =>
  t.Object({
    level: t.String(),
    /** Milliseconds since the epoch; null where it was never changed. */
    last_modified: t.Union([t.Integer(), t.Null()]),
  });

export const listLoggers = route({
  operationId: 'listLoggers',
  method: 'GET',
  url: '/admin/loggers',
  summary: 'The loggers of this worker and their levels',
  tag: 'server',
  needs: { operation: 'DESCRIBE', resource: 'cluster' },
  schemas: (t) => ({ replies: { 200: t.Record(t.String(), loggerLevel(t)) } }),
});

export const getLogger = route({
  operationId: 'getLogger',
  method: 'GET',
  url: '/admin/loggers/:logger',
  summary: 'The level of one logger',
  tag: 'server',
  needs: { operation: 'DESCRIBE', resource: 'cluster' },
  refusals: [404],
  schemas: (t) => ({ params: loggerParams(t), replies: { 200: loggerLevel(t) } }),
});

/** With scope=cluster it is written for all workers, and answered by 204; any other scope is this worker's. */
export const putLogger = route({
  operationId: 'putLogger',
  method: 'PUT',
  url: '/admin/loggers/:logger',
  summary: 'Set the level of a logger and of all below it',
  tag: 'server',
  needs: { operation: 'ALTER', resource: 'cluster' },
  refusals: [404, 413, 415],
  schemas: (t) => ({
    params: loggerParams(t),
    query: t.Object({ scope: t.Optional(t.String()) }),
    body: t.Object({ level: t.Optional(t.Union([t.String(), t.Null()])) }),
    replies: { 200: t.Array(t.String()), 204: t.Null() },
  }),
});
