import { type Clock, isMillraceError } from '@millrace/foundation';
import type { Pipeline, PipelinesSnapshot, PipelineWithHistory } from '../contract/index.ts';
import { connectorLag } from '../history/connector-lag.ts';
import type { GroupPositions } from '../history/group-positions.ts';
import type { ConnectorInfo, ConnectorStatus, Herder, PipelineMonitor, TaskCounters } from '../ports.ts';
import { RateWindow } from './rate-window.ts';
import { firstError, restartOf, rollUp } from './roll-up.ts';

/** More of them say no more. */
const NOTICES_MAX = 10;

interface Seen {
  readonly state: Pipeline['state'];
  readonly sinceMs: number | null;
}

/** A pipeline as it was made last. */
interface Kept {
  readonly pipeline: Pipeline;
  readonly text: string;
  /** Whether anything was counted for it, so that its figures may be others now. */
  readonly moves: boolean;
  /** Of which time the offsets of groups were that it was made with. */
  readonly groupsAsOfMs: number | null;
}

export interface PipelineBoardOptions {
  readonly herder: Herder;
  readonly monitor: PipelineMonitor;
  /** How far sinks are behind that stand. */
  readonly groups: Pick<GroupPositions, 'asOfMs' | 'behind'>;
  readonly clock: Clock;
}

/** What the pages show of all connectors: status from the herder, counters and rates from the monitor. */
export class PipelineBoard {
  readonly #herder: Herder;
  readonly #monitor: PipelineMonitor;
  readonly #groups: PipelineBoardOptions['groups'];
  readonly #clock: Clock;
  readonly #rates = new RateWindow();
  readonly #seen = new Map<string, Seen>();
  /** What nobody has said anything new of is not made anew: of thousands of connectors few change in a second. */
  readonly #kept = new Map<string, Kept>();
  readonly #changed = new Set<string>();
  readonly #stopListening: () => void;

  constructor({ herder, monitor, groups, clock }: PipelineBoardOptions) {
    this.#herder = herder;
    this.#monitor = monitor;
    this.#groups = groups;
    this.#clock = clock;
    for (const name of herder.connectors()) this.#note(name, null);
    this.#stopListening = monitor.onChange((name) => this.#note(name, clock.now().wallMs));
  }

  close(): void {
    this.#stopListening();
  }

  /** Reads the counters; rates are made of what it read before. */
  sample(): void {
    this.#rates.sample(this.#monitor.counters(), this.#clock.now().monoMs);
  }

  /** All of them; what is as it was in the list before is the same object. */
  list(): readonly Pipeline[] {
    const counters = Map.groupBy(this.#monitor.counters(), (counter) => counter.connector);
    return this.#herder.connectors().flatMap((name) => this.#current(name, counters.get(name) ?? []) ?? []);
  }

  /** One of them. @throws {MillraceError} NOT_FOUND */
  pipeline(name: string): PipelineWithHistory {
    const counters = this.#monitor.counters().filter(({ connector }) => connector === name);
    const pipeline = this.#pipeline(this.#herder.connector(name), this.#herder.status(name), counters);
    return { ...pipeline, history: this.#rates.history(name) };
  }

  snapshot(): PipelinesSnapshot {
    const pipelines = this.list().map((pipeline) => ({
      ...pipeline,
      history: this.#rates.history(pipeline.name),
    }));
    return { atMs: this.#clock.now().wallMs, pipelines };
  }

  #current(name: string, counters: readonly TaskCounters[]): Pipeline | null {
    const kept = this.#kept.get(name);
    const moves = counters.length > 0 || this.#rates.has(name);
    // What kind of connector it is may be learned later.
    const isSettled =
      kept !== undefined &&
      !kept.moves &&
      kept.pipeline.type !== 'unknown' &&
      (kept.pipeline.type === 'source' || kept.groupsAsOfMs === this.#groups.asOfMs);
    if (isSettled && !moves && !this.#changed.has(name)) return kept.pipeline;
    const found = this.#look(name);
    if (!found) return null;
    this.#changed.delete(name);
    const pipeline = this.#pipeline(found.info, found.status, counters);
    const text = JSON.stringify(pipeline);
    const same = kept?.text === text ? kept.pipeline : pipeline;
    this.#kept.set(name, { pipeline: same, text, moves, groupsAsOfMs: this.#groups.asOfMs });
    return same;
  }

  #pipeline(info: ConnectorInfo, status: ConnectorStatus, counters: readonly TaskCounters[]): Pipeline {
    const rate = this.#rates.rate(info.name);
    const nowMs = this.#clock.now().wallMs;
    const seen = this.#noteState(info.name, rollUp(status), nowMs);
    const { sinceMs } = seen;
    const behind = connectorLag({ info, status, counters, groups: this.#groups, sinceMs, nowMs });
    const workers = [status.connector.worker_id, ...status.tasks.map((task) => task.worker_id)];
    return {
      name: info.name,
      type: info.type,
      class: info.config['connector.class'] ?? '',
      state: seen.state,
      sinceMs,
      error: firstError(status),
      restart: restartOf(status),
      notices: [...new Set(counters.flatMap(({ notices = [] }) => notices))].sort().slice(0, NOTICES_MAX),
      tasks: {
        total: status.tasks.length,
        running: status.tasks.filter((task) => task.state === 'RUNNING').length,
        failed: status.tasks.filter((task) => task.state === 'FAILED').map((task) => task.id),
      },
      workers: [...new Set(workers)].filter((worker) => worker !== ''),
      records: sum(counters, (counter) => counter.records),
      bytes: sum(counters, (counter) => counter.bytes),
      errors: sum(counters, (counter) => counter.errors),
      recordsPerSecond: rate.records,
      bytesPerSecond: rate.bytes,
      lastRecordAtMs: most(counters.map((counter) => counter.lastRecordAtMs)),
      lag: behind.records,
      lagMs: behind.ms,
      topics: this.#monitor.topicsOf(info.name),
    };
  }

  #note(name: string, atMs: number | null): void {
    const found = this.#look(name);
    if (found) {
      this.#changed.add(name);
      this.#noteState(name, rollUp(found.status), atMs);
    } else for (const known of [this.#seen, this.#kept, this.#changed]) known.delete(name);
  }

  #noteState(name: string, state: Pipeline['state'], atMs: number | null): Seen {
    const before = this.#seen.get(name);
    if (before?.state === state) return before;
    const seen = { state, sinceMs: atMs };
    this.#seen.set(name, seen);
    return seen;
  }

  /** Null for a connector that has just gone. */
  #look(name: string): { info: ConnectorInfo; status: ConnectorStatus } | null {
    try {
      return { info: this.#herder.connector(name), status: this.#herder.status(name) };
    } catch (error) {
      if (isMillraceError(error) && error.code === 'NOT_FOUND') return null;
      throw error;
    }
  }
}

function sum(counters: readonly TaskCounters[], of: (counter: TaskCounters) => number): number {
  return counters.reduce((total, counter) => total + of(counter), 0);
}

/** Of those that are known. */
function most(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : Math.max(...known);
}
