import { page, pageQuery } from './paging.ts';
import { type Builders, type Of, route } from './route.ts';
import { connectorParams, connectorState, connectorType, errorReport, restartState } from './shapes.ts';

const pipelineState = (t: Builders) =>
  t.Enum(['RUNNING', 'DEGRADED', 'FAILED', 'RESTARTING', 'PAUSED', 'STOPPED', 'UNASSIGNED']);

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
    state: pipelineState(t),
    /** Milliseconds since the epoch at which this server saw the state begin; null where it began before. */
    sinceMs: t.Union([t.Integer(), t.Null()]),
    error: t.Union([errorReport(t), t.Null()]),
    /** What is done by itself about that error. */
    restart: t.Union([restartState(t), t.Null()]),
    /** What plugins say is wrong while their tasks go on, in sentences; each once. */
    notices: t.Array(t.String()),
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
    /** Of a sink: records of the partition that lags most, by its tasks or, where none runs, by the offsets of its group; null where nobody knows. */
    lag: t.Union([t.Integer(), t.Null()]),
    /** How far its slowest task is behind its source or topic; null where nobody knows. */
    lagMs: t.Union([t.Integer(), t.Null()]),
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

const liveHealth = (t: Builders) =>
  t.Object({
    atMs: t.Integer(),
    kafka: t.Object({
      answers: t.Boolean(),
      asOfMs: t.Union([t.Integer(), t.Null()], { description: 'When a broker answered last' }),
      brokers: t.Union([t.Object({ up: t.Integer(), total: t.Integer() }), t.Null()], {
        description: 'Null before any has answered',
      }),
    }),
    silentWorkers: t.Array(
      t.Object({
        id: t.String(),
        asOfMs: t.Union([t.Integer(), t.Null()], { description: 'When it told its figures last' }),
      }),
      { description: 'Workers that have running tasks, and do not tell how far these are' },
    ),
  });

/** The data of the event `health`, one a second: who answers the worker, and so what of a page is as of now. */
export type LiveHealth = Of<typeof liveHealth>;

const pipelinePage = (t: Builders) =>
  t.Object({
    atMs: t.Integer(),
    ...page(t, pipelineWithHistory(t)),
    states: t.Record(t.String(), t.Integer(), {
      description: 'How many there are in each state, of those that the other filters let through',
    }),
  });

export type PipelinePage = Of<typeof pipelinePage>;

export const listPipelines = route({
  operationId: 'listPipelines',
  method: 'GET',
  url: '/api/v1/pipelines',
  summary: 'Connectors with their rolled-up state, first error, counters and rates, page by page',
  tag: 'live',
  needs: { operation: 'DESCRIBE', resource: 'connector' },
  schemas: (t) => ({
    query: t.Object({
      ...pageQuery(t),
      state: t.Optional(t.Array(pipelineState(t))),
      type: t.Optional(connectorType(t)),
      class: t.Optional(t.String({ maxLength: 1_024 })),
      worker: t.Optional(t.String({ maxLength: 255 })),
      topic: t.Optional(t.String({ maxLength: 249 })),
      sort: t.Optional(
        t.Enum(['name', 'state', 'rate', 'errors'], { description: '`state`: the worst first' }),
      ),
    }),
    replies: { 200: pipelinePage(t) },
  }),
});

/** Stages that wait for what comes in: being in them is not being busy. */
export const WAITING_STAGES: ReadonlySet<string> = new Set(['poll', 'fetch']);

const pipelineTask = (t: Builders) =>
  t.Object({
    task: t.Integer(),
    state: connectorState(t),
    worker: t.String(),
    error: t.Union([errorReport(t), t.Null()]),
    trace: t.Union([t.String(), t.Null()]),
    restart: t.Union([restartState(t), t.Null()]),
    /** What its worker counted since the task started; null where that has not told yet. */
    figures: t.Union([
      t.Object({
        records: t.Integer(),
        bytes: t.Integer(),
        errors: t.Integer(),
        lastRecordAtMs: t.Union([t.Integer(), t.Null()]),
        lag: t.Union([t.Integer(), t.Null()], {
          description: 'Sink: records of the partition that lags most; null where it does not run',
        }),
        lagMs: t.Union([t.Integer(), t.Null()]),
        own: t.Record(t.String(), t.Number(), {
          description: 'The plugin’s own figures by name, such as slot_lag_bytes and slot_runway_seconds',
        }),
        notices: t.Array(t.String(), {
          description: 'What the plugin says is wrong while it goes on, in sentences',
        }),
        stages: t.Array(
          t.Object({
            stage: t.String({
              description: 'poll, transform, convert, produce; or fetch, convert, transform, put',
            }),
            saturation: t.Union([t.Number(), t.Null()], {
              description:
                'Share of the last 30 s spent in it: the one near 1 is the bottleneck; poll and fetch wait for records',
            }),
            failures: t.Integer(),
            retries: t.Integer(),
          }),
        ),
      }),
      t.Null(),
    ]),
  });

export type PipelineTask = Of<typeof pipelineTask>;

const pipelineDetail = (t: Builders) =>
  t.Object({ ...pipelineWithHistory(t).properties, taskStates: t.Array(pipelineTask(t)) });

export type PipelineDetail = Of<typeof pipelineDetail>;

export const getPipeline = route({
  operationId: 'getPipeline',
  method: 'GET',
  url: '/api/v1/pipelines/:connector',
  summary: 'A connector with its tasks: where each runs, its lag, and how busy each of its stages is',
  tag: 'live',
  needs: { operation: 'DESCRIBE', resource: 'connector', named: 'params.connector' },
  refusals: [404],
  schemas: (t) => ({ params: connectorParams(t), replies: { 200: pipelineDetail(t) } }),
});

/** `text/event-stream`; the schema is the data of the first event. Beside `pipelines`, `health` comes each second. */
export const streamEvents = route({
  operationId: 'streamEvents',
  method: 'GET',
  url: '/api/v1/events',
  summary:
    'Server-sent events: `snapshot` first, then `pipelines` at most once a second when something changed, and `health` each second',
  tag: 'live',
  needs: { operation: 'DESCRIBE', resource: 'connector' },
  refusals: [503],
  schemas: (t) => ({ replies: { 200: snapshot(t) } }),
});
