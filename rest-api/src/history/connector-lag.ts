import { groupOfSink } from '../group-of-sink.ts';
import type { ConnectorInfo, ConnectorStatus, TaskCounters } from '../ports.ts';
import type { Behind, GroupPositions } from './group-positions.ts';
import { lagMsOf } from './task-lag.ts';

export interface ConnectorLagOf {
  readonly info: ConnectorInfo;
  readonly status: ConnectorStatus;
  /** Of its tasks. */
  readonly counters: readonly TaskCounters[];
  readonly groups: Pick<GroupPositions, 'asOfMs' | 'behind'>;
  /** When it got the state that it has; null where that is not known. */
  readonly sinceMs: number | null;
  readonly nowMs: number;
}

/**
 * How far a connector is behind: by what its running tasks count. A task that stands counts nothing any more, while its topic goes on: of a
 * sink that stands whole, the offsets of its group and the ends of its topics tell, once they were asked since it stands; where it has committed
 * nothing yet, all that is in them is before it.
 */
export function connectorLag({ info, status, counters, groups, sinceMs, nowMs }: ConnectorLagOf): Behind {
  const running = new Set(status.tasks.flatMap(({ id, state }) => (state === 'RUNNING' ? id : [])));
  if (info.type === 'sink' && running.size === 0) {
    if (groups.asOfMs === null || groups.asOfMs < (sinceMs ?? 0)) return counted(counters, nowMs);
    return groups.behind(groupOfSink(info), readFromStart(info)) ?? { records: null, ms: null };
  }
  return counted(
    counters.filter(({ task }) => running.has(task)),
    nowMs,
  );
}

/** Topics that a sink reads from their beginning where its group has no position; none where a pattern names them, or it shares records. */
function readFromStart({ config }: ConnectorInfo): readonly string[] {
  const begins = config['consumer.override.auto.offset.reset'] ?? 'earliest';
  if (begins.trim().toLowerCase() !== 'earliest') return [];
  if (config['consumer.protocol']?.trim().toLowerCase() === 'share') return [];
  const topics = (config.topics ?? '').split(',').map((topic) => topic.trim());
  return topics.filter((topic) => topic !== '');
}

function counted(counters: readonly TaskCounters[], nowMs: number): Behind {
  return {
    records: most(counters.map(({ behind }) => behind)),
    ms: most(counters.map((row) => lagMsOf(row, nowMs))),
  };
}

/** Of those that are known. */
function most(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : Math.max(...known);
}
