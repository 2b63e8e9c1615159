import { type Builders, type Of, route } from './route.ts';
import { connectorType, errorReport } from './shapes.ts';

/**
 * A connector as people see it: its state rolled up from connector and tasks, the first error, what moves.
 * DEGRADED: some tasks failed, others run. RESTARTING: something failed and is tried again by itself, its error beside it,
 * or a person asked for a restart. UNASSIGNED: nothing runs yet.
 */
export const pipeline = (t: Builders) =>
  t.Object({
    name: t.String(),
    type: connectorType(t),
    class: t.String(),
    state: t.Enum(['RUNNING', 'DEGRADED', 'FAILED', 'RESTARTING', 'PAUSED', 'STOPPED', 'UNASSIGNED']),
    /** Milliseconds since the epoch at which this server saw the state begin; null where it began before. */
    sinceMs: t.Union([t.Integer(), t.Null()]),
    error: t.Union([errorReport(t), t.Null()]),
    tasks: t.Object({
      total: t.Integer(),
      running: t.Integer(),
      failed: t.Array(t.Integer()),
    }),
    workers: t.Array(t.String()),
    /** Since the tasks started. */
    records: t.Integer(),
    bytes: t.Integer(),
    errors: t.Integer(),
    /** Over the last five seconds; null before two samples exist. */
    recordsPerSecond: t.Union([t.Number(), t.Null()]),
    bytesPerSecond: t.Union([t.Number(), t.Null()]),
    lastRecordAtMs: t.Union([t.Integer(), t.Null()]),
    topics: t.Array(t.String()),
  });

export type Pipeline = Of<typeof pipeline>;

/** Records per second, one point a second, oldest first; null where nothing was sampled. */
const history = (t: Builders) => t.Array(t.Union([t.Number(), t.Null()]));

const pipelineWithHistory = (t: Builders) => t.Object({ ...pipeline(t).properties, history: history(t) });

export type PipelineWithHistory = Of<typeof pipelineWithHistory>;

const snapshot = (t: Builders) => t.Object({ atMs: t.Integer(), pipelines: t.Array(pipelineWithHistory(t)) });

/** The data of the event `snapshot`, the first on a stream: everything. */
export type PipelinesSnapshot = Of<typeof snapshot>;

const change = (t: Builders) =>
  t.Object({ atMs: t.Integer(), changed: t.Array(pipeline(t)), removed: t.Array(t.String()) });

/** The data of the event `pipelines`, at most one a second: what differs from the event before. */
export type PipelinesChange = Of<typeof change>;

export const listPipelines = route({
  operationId: 'listPipelines',
  method: 'GET',
  url: '/api/v1/pipelines',
  summary: 'Connectors with their rolled-up state, first error, counters and rates',
  tag: 'live',
  needs: { operation: 'DESCRIBE', resource: 'connector' },
  schemas: (t) => ({ replies: { 200: snapshot(t) } }),
});

/** `text/event-stream`; the schema is the data of the first event. */
export const streamEvents = route({
  operationId: 'streamEvents',
  method: 'GET',
  url: '/api/v1/events',
  summary:
    'Server-sent events: `snapshot` first, then `pipelines` at most once a second when something changed',
  tag: 'live',
  needs: { operation: 'DESCRIBE', resource: 'connector' },
  refusals: [503],
  schemas: (t) => ({ replies: { 200: snapshot(t) } }),
});
