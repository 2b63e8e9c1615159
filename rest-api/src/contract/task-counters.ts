import { type Builders, route } from './route.ts';

const taskCounters = (t: Builders) =>
  t.Object({
    connector: t.String(),
    task: t.Integer(),
    records: t.Integer(),
    bytes: t.Integer(),
    errors: t.Integer(),
    lastRecordAtMs: t.Union([t.Integer(), t.Null()]),
    lastRecordTimestampMs: t.Union([t.Integer(), t.Null()]),
    unacknowledged: t.Integer({ description: 'Source: records that are sent and not acknowledged' }),
    behind: t.Union([t.Integer(), t.Null()], {
      description: 'Sink: records of the partition that lags most',
    }),
    figures: t.Optional(t.Record(t.String(), t.Number(), { description: 'The plugin’s own, by name' })),
    notices: t.Optional(
      t.Array(t.String(), { description: 'What the plugin says is wrong while it goes on' }),
    ),
    stages: t.Record(t.String(), t.Object({ timeMs: t.Number(), failed: t.Integer(), retried: t.Integer() })),
  });

/** Workers ask each other, so that each can show the figures of all. */
export const listTaskCounters = route({
  operationId: 'listTaskCounters',
  method: 'GET',
  url: '/api/v1/task-counters',
  summary: 'What the tasks on this worker alone have counted since they started',
  tag: 'metrics',
  needs: { operation: 'DESCRIBE', resource: 'cluster' },
  schemas: (t) => ({ replies: { 200: t.Array(taskCounters(t)) } }),
});
