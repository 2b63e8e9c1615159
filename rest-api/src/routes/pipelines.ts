import {
  getPipeline,
  listPipelines,
  type Pipeline,
  type PipelineTask,
  type QueryOf,
  streamEvents,
} from '../contract/index.ts';
import type { Doors } from '../doors.ts';
import { type StageWindow, taskKeyOf } from '../history/stage-window.ts';
import { lagMsOf } from '../history/task-lag.ts';
import type { EventStreams } from '../live/event-streams.ts';
import type { PipelineBoard } from '../live/pipeline-board.ts';
import { matches, pageOf } from '../paging.ts';
import type { ConnectorStatus, Herder, PipelineMonitor } from '../ports.ts';
import { ok } from '../reply.ts';

type Query = QueryOf<typeof listPipelines>;

/** What is measured of tasks beside the board. */
interface Measures {
  readonly stages: StageWindow;
  readonly monitor: PipelineMonitor;
  readonly herder: Herder;
  readonly nowMs: () => number;
}

export function pipelineRoutes(
  doors: Doors,
  board: PipelineBoard,
  streams: EventStreams,
  measures: Measures,
): void {
  doors.operation(listPipelines, ({ query }) => {
    const { atMs, pipelines } = board.snapshot();
    const found = pipelines.filter((pipeline) => wanted(pipeline, query));
    const states: Record<string, number> = {};
    for (const { state } of found) states[state] = (states[state] ?? 0) + 1;
    const shown = found.filter(({ state }) => query.state === undefined || query.state.includes(state));
    const sorted = shown.sort(orderOf(query.sort ?? 'name'));
    return ok({ atMs, states, ...pageOf(sorted, ({ name }) => name, query) });
  });
  doors.operation(getPipeline, ({ params }) => {
    const { tasks } = measures.herder.status(params.connector);
    const pipeline = board.pipeline(params.connector);
    return ok({ ...pipeline, taskStates: tasks.map((task) => taskOf(params.connector, task, measures)) });
  });
  doors.page(streamEvents.url, streamEvents.needs, (_request, reply) => {
    streams.open(reply.raw);
    return reply.hijack();
  });
}

function wanted(pipeline: Pipeline, query: Query): boolean {
  return (
    matches(pipeline.name, query.search) &&
    (query.type === undefined || pipeline.type === query.type) &&
    (query.class === undefined || pipeline.class === query.class) &&
    (query.worker === undefined || pipeline.workers.includes(query.worker)) &&
    (query.topic === undefined || pipeline.topics.includes(query.topic))
  );
}

/** The worst first. */
const STATES: readonly Pipeline['state'][] = [
  'FAILED',
  'DEGRADED',
  'RESTARTING',
  'UNASSIGNED',
  'RUNNING',
  'PAUSED',
  'STOPPED',
];

function orderOf(sort: NonNullable<Query['sort']>): (a: Pipeline, b: Pipeline) => number {
  const rank: (pipeline: Pipeline) => number = {
    name: () => 0,
    state: ({ state }: Pipeline) => STATES.indexOf(state),
    rate: ({ recordsPerSecond }: Pipeline) => -(recordsPerSecond ?? -1),
    errors: ({ errors }: Pipeline) => -errors,
  }[sort];
  return (a, b) => rank(a) - rank(b) || (a.name < b.name ? -1 : 1);
}

function taskOf(
  connector: string,
  { id, state, worker_id, error, trace, restart }: ConnectorStatus['tasks'][number],
  { monitor, stages, nowMs }: Measures,
): PipelineTask {
  const row = monitor.counters().find((one) => one.connector === connector && one.task === id);
  const told = {
    ...{ task: id, state, worker: worker_id },
    ...{ error: error ?? null, trace: trace ?? null, restart: restart ?? null },
  };
  if (row === undefined) return { ...told, figures: null };
  const { records, bytes, errors, lastRecordAtMs, figures: own = {}, notices = [] } = row;
  // One that stands has counted when it ran, and its topic goes on.
  const runs = state === 'RUNNING';
  const behind = { lag: runs ? row.behind : null, lagMs: runs ? lagMsOf(row, nowMs()) : null };
  return {
    ...told,
    figures: {
      ...{ records, bytes, errors, lastRecordAtMs, ...behind },
      ...{ own, notices: [...notices] },
      stages: Object.entries(row.stages).map(([stage, { failed, retried }]) => ({
        ...{ stage, failures: failed, retries: retried },
        saturation: stages.saturation(taskKeyOf(row), stage),
      })),
    },
  };
}
