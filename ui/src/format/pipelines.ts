import type { Pipeline, PipelineWithHistory } from '@millrace/rest-api/contract';
import { counted } from './numbers.ts';

export type PipelineState = Pipeline['state'];

/** The worst first, what stands still last: what people look for on a page. */
const STATES: readonly PipelineState[] = [
  'FAILED',
  'DEGRADED',
  'RESTARTING',
  'UNASSIGNED',
  'RUNNING',
  'PAUSED',
  'STOPPED',
];

const WORDS: Readonly<Record<PipelineState, string>> = {
  FAILED: 'failed',
  DEGRADED: 'degraded',
  RESTARTING: 'restarting',
  UNASSIGNED: 'starting',
  PAUSED: 'paused',
  STOPPED: 'stopped',
  RUNNING: 'running',
};

export function stateWord(state: PipelineState): string {
  return WORDS[state];
}

/** Failed, or restarting from an error: a restart that a person asked for is none. */
export function isWrong({ state, error }: Pipeline): boolean {
  return state === 'FAILED' || state === 'DEGRADED' || (state === 'RESTARTING' && error !== null);
}

/** Runs, and its plugin says that something is wrong. */
export function warns(pipeline: Pipeline): boolean {
  return pipeline.notices.length > 0 && !isWrong(pipeline);
}

/** Wrong, or about to be: what people are to look at. */
export function needsALook(pipeline: Pipeline): boolean {
  return isWrong(pipeline) || warns(pipeline);
}

/** How bad a state is: 0 is the worst. */
export function severity({ state }: Pipeline): number {
  return STATES.indexOf(state);
}

/** Whether a text is in what people know a pipeline by. */
export function matches(pipeline: Pipeline, filter: string): boolean {
  const text = [pipeline.name, pipeline.type, stateWord(pipeline.state), pipeline.class, ...pipeline.topics];
  return text.join(' ').toLowerCase().includes(filter.trim().toLowerCase());
}

/** Worst first, then what warns, then by name. */
export function sorted<P extends Pipeline>(pipelines: Iterable<P>): readonly P[] {
  return [...pipelines].sort(
    (a, b) =>
      severity(a) - severity(b) || Number(warns(b)) - Number(warns(a)) || a.name.localeCompare(b.name),
  );
}

/** How many are in each state, worst first, without those that nobody is in. */
export function stateCounts(
  pipelines: readonly Pipeline[],
): readonly { state: PipelineState; count: number }[] {
  return STATES.map((state) => ({
    state,
    count: pipelines.filter((pipeline) => pipeline.state === state).length,
  })).filter(({ count }) => count > 0);
}

/** The sum of rates and of histories, aligned at their ends; null where none has a value. */
export function total(pipelines: readonly PipelineWithHistory[]): {
  readonly rate: number | null;
  readonly history: readonly (number | null)[];
} {
  const length = Math.max(0, ...pipelines.map((pipeline) => pipeline.history.length));
  const history = Array.from({ length }, (_, index) =>
    sum(pipelines.map((pipeline) => pipeline.history.at(index - length) ?? null)),
  );
  return { rate: sum(pipelines.map((pipeline) => pipeline.recordsPerSecond)), history };
}

/** The sink that is furthest behind: by time, where that is known of both, else by records. Null where none is behind. */
export function furthestBehind(pipelines: readonly PipelineWithHistory[]): PipelineWithHistory | null {
  const behind = pipelines.filter(({ lag }) => lag !== null && lag > 0);
  const order = (a: Pipeline, b: Pipeline) => (b.lagMs ?? 0) - (a.lagMs ?? 0) || (b.lag ?? 0) - (a.lag ?? 0);
  return behind.sort(order)[0] ?? null;
}

function sum(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : known.reduce((result, value) => result + value, 0);
}

/** The plugin as people say it: "postgres source" of `…PostgresSourceConnector`. */
export function pluginWord(pluginClass: string): string {
  const last = pluginClass.split('.').at(-1) ?? pluginClass;
  const words = last.replace(/Connector$/, '').replace(/(Source|Sink)$/, '');
  return words === '' ? last : words.replace(/([a-z])([A-Z])/g, '$1 $2').toLowerCase();
}

/** How systems write their names; others are written as they are called. */
const SYSTEMS: Readonly<Record<string, string>> = {
  postgres: 'PostgreSQL',
  'postgres query': 'PostgreSQL by query',
  'mongo db': 'MongoDB',
  redis: 'Redis',
  elasticsearch: 'Elasticsearch',
  'bull mq': 'BullMQ',
  http: 'HTTP',
  s3: 'S3',
};

/** The system that a plugin reads or writes, by its name. */
export function systemName(pluginClass: string): string {
  const word = pluginWord(pluginClass);
  return SYSTEMS[word] ?? word.replace(/^./, (letter) => letter.toUpperCase());
}

/** What restarting would do, as the label of its button. */
export function restartLabel(pipeline: Pipeline): string {
  const failed = pipeline.tasks.failed.length;
  if (failed === 0 || failed === pipeline.tasks.total) return 'Restart';
  return `Restart ${counted(failed, 'failed task')}`;
}

/** "tasks 0, 2 failed, of 3", or null where no task failed. */
export function failedTasks(pipeline: Pipeline): string | null {
  const { failed, total: all } = pipeline.tasks;
  if (failed.length === 0) return null;
  if (failed.length === all) return all === 1 ? 'its one task failed' : `all ${all} tasks failed`;
  return `${failed.length === 1 ? 'task' : 'tasks'} ${failed.join(', ')} failed, of ${all}`;
}
