import type { ErrorReport } from '@millrace/foundation';
import type { Pipeline } from '../contract/index.ts';
import type { ConnectorStatus, RestartState, RunState } from '../ports.ts';

/**
 * One state for a connector and its tasks. Kafka Connect shows a connector as RUNNING while all its tasks have
 * failed; here what is wrong wins: FAILED when nothing can run, DEGRADED when some tasks failed,
 * RESTARTING when something comes back by itself.
 */
export function rollUp(status: ConnectorStatus): Pipeline['state'] {
  const { connector, tasks } = status;
  const failed = tasks.filter((task) => task.state === 'FAILED').length;
  if (connector.state === 'FAILED' || (failed > 0 && failed === tasks.length)) return 'FAILED';
  if (failed > 0) return 'DEGRADED';
  if ([connector, ...tasks].some((part) => part.state === 'RESTARTING')) return 'RESTARTING';
  if (connector.state === 'PAUSED' || connector.state === 'STOPPED') return connector.state;
  return tasks.some((task) => task.state === 'RUNNING') ? 'RUNNING' : 'UNASSIGNED';
}

/**
 * The first error of a connector or its tasks as data, made of the trace's first line where there is no more. What has
 * failed comes before what restarts, which carries the error that it restarts from, or none where a person asked.
 */
export function firstError(status: ConnectorStatus): ErrorReport | null {
  const part = firstAtFault(status);
  return part === null ? null : errorOf(part);
}

/** What is done by itself about that error; null where nothing is known of it. */
export function restartOf(status: ConnectorStatus): RestartState | null {
  return firstAtFault(status)?.restart ?? null;
}

function firstAtFault({ connector, tasks }: ConnectorStatus): RunState | null {
  const parts = [connector, ...tasks];
  const failed = parts.find((part) => part.state === 'FAILED');
  return failed ?? parts.find((part) => part.state === 'RESTARTING' && (part.error || part.trace)) ?? null;
}

function errorOf(state: RunState): ErrorReport {
  if (state.error !== undefined) return state.error;
  const line = state.trace?.split('\n', 1)[0]?.trim();
  return { code: 'UNKNOWN', class: 'bug', message: line || 'It failed without saying why.' };
}
