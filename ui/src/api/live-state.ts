import type {
  LiveHealth,
  Pipeline,
  PipelinesChange,
  PipelinesSnapshot,
  PipelineWithHistory,
} from '@millrace/rest-api/contract';

/** Points of a sparkline: a minute at one a second. */
const HISTORY_POINTS = 60;

export interface LiveState {
  /** `lost` says that it was there and is being sought again, or is silent; `connecting` that it was never there. */
  readonly connection: 'connecting' | 'live' | 'lost';
  /** The server's time of what is shown, ms since the epoch; null before there is anything. */
  readonly asOfMs: number | null;
  /** Null before the first snapshot. */
  readonly pipelines: ReadonlyMap<string, PipelineWithHistory> | null;
  /** Who answers the server; null before it has said so. */
  readonly health: LiveHealth | null;
  /** Attempts to connect that failed since it last worked. */
  readonly failures: number;
}

export type LiveEvent =
  | { readonly kind: 'snapshot'; readonly data: PipelinesSnapshot }
  | { readonly kind: 'pipelines'; readonly data: PipelinesChange }
  | { readonly kind: 'health'; readonly data: LiveHealth }
  | { readonly kind: 'silent' }
  | { readonly kind: 'lost' };

export const INITIAL: LiveState = {
  connection: 'connecting',
  asOfMs: null,
  pipelines: null,
  health: null,
  failures: 0,
};

/** Whether all that is shown is of an earlier time: the server is gone, or the brokers behind it. */
export function isAway({ connection, health }: LiveState): boolean {
  return connection === 'lost' || health?.kafka.answers === false;
}

/** What is shown after an event of the stream. Data stay when the connection goes. */
export function nextState(state: LiveState, event: LiveEvent): LiveState {
  switch (event.kind) {
    case 'snapshot':
      return {
        connection: 'live',
        asOfMs: event.data.atMs,
        pipelines: new Map(event.data.pipelines.map((pipeline) => [pipeline.name, pipeline])),
        health: state.health,
        failures: 0,
      };
    case 'pipelines':
      return applyChange(state, event.data);
    case 'health':
      return { ...withQuietSeconds(state, event.data.atMs), connection: 'live', health: event.data };
    case 'silent':
      return { ...state, connection: state.pipelines === null ? 'connecting' : 'lost' };
    case 'lost':
      return {
        ...state,
        connection: state.pipelines === null ? 'connecting' : 'lost',
        failures: state.failures + 1,
      };
  }
}

function applyChange(state: LiveState, change: PipelinesChange): LiveState {
  const before = state.pipelines ?? new Map<string, PipelineWithHistory>();
  const steps = Math.max(secondsSince(state, change.atMs), 1);
  const changed = new Map(change.changed.map((pipeline) => [pipeline.name, pipeline]));
  const removed = new Set(change.removed);
  const after = new Map<string, PipelineWithHistory>();
  for (const [name, pipeline] of before) {
    if (!removed.has(name)) after.set(name, advance(pipeline, changed.get(name) ?? pipeline, steps));
  }
  for (const [name, pipeline] of changed) {
    if (!before.has(name)) after.set(name, { ...pipeline, history: [pipeline.recordsPerSecond] });
  }
  return { ...state, connection: 'live', asOfMs: change.atMs, pipelines: after };
}

/** Where nothing was told of pipelines for a second, they are as they were, and so are their rates. */
function withQuietSeconds(state: LiveState, atMs: number): LiveState {
  if (state.pipelines === null || secondsSince(state, atMs) === 0) return state;
  return applyChange(state, { atMs, changed: [], removed: [] });
}

/** Whole seconds since what is shown, as far as histories reach. */
function secondsSince({ asOfMs }: LiveState, atMs: number): number {
  return Math.min(Math.max(Math.round((atMs - (asOfMs ?? atMs)) / 1000), 0), HISTORY_POINTS);
}

/** Nothing is sent while nothing changes: the seconds in between had the rate that was known. */
function advance(known: PipelineWithHistory, now: Pipeline, steps: number): PipelineWithHistory {
  // Of thousands of connectors most stand still: they stay the objects that they are.
  if (now === known && known.recordsPerSecond === null && known.history.every((point) => point === null))
    return known;
  const quiet = Array.from({ length: steps - 1 }, () => known.recordsPerSecond);
  const history = [...known.history, ...quiet, now.recordsPerSecond].slice(-HISTORY_POINTS);
  return { ...now, history };
}

const FIRST_DELAY_MS = 500;
const LONGEST_DELAY_MS = 5_000;

/** How long to wait before the next attempt: doubling, and spread by `chance` (0 to 1) so that pages do not come all at once. */
export function reconnectDelayMs(failures: number, chance: number): number {
  const delay = Math.min(FIRST_DELAY_MS * 2 ** Math.max(failures - 1, 0), LONGEST_DELAY_MS);
  return Math.round(delay * (0.75 + chance * 0.5));
}
