import { type Clock, isMillraceError } from '@millrace/foundation';
import type { Pipeline, PipelinesSnapshot, PipelineWithHistory } from '../contract/index.ts';
import { lagMsOf } from '../history/task-lag.ts';
import type { ConnectorInfo, ConnectorStatus, Herder, PipelineMonitor, TaskCounters } from '../ports.ts';
import { RateWindow } from './rate-window.ts';
import { firstError, rollUp } from './roll-up.ts';

interface Seen {
  readonly state: Pipeline['state'];
  readonly sinceMs: number | null;
}

/** What the pages show of all connectors: status from the herder, counters and rates from the monitor. */
export class PipelineBoard {
  readonly #herder: Herder;
  readonly #monitor: PipelineMonitor;
  readonly #clock: Clock;
  readonly #rates = new RateWindow();
  readonly #seen = new Map<string, Seen>();
  readonly #stopListening: () => void;

  constructor(herder: Herder, monitor: PipelineMonitor, clock: Clock) {
    this.#herder = herder;
    this.#monitor = monitor;
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

  list(): readonly Pipeline[] {
    const counters = Map.groupBy(this.#monitor.counters(), (counter) => counter.connector);
    return this.#herder.connectors().flatMap((name) => {
      const found = this.#look(name);
      return found ? [this.#pipeline(found.info, found.status, counters.get(name) ?? [])] : [];
    });
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

  #pipeline(info: ConnectorInfo, status: ConnectorStatus, counters: readonly TaskCounters[]): Pipeline {
    const rate = this.#rates.rate(info.name);
    const seen = this.#noteState(info.name, rollUp(status), this.#clock.now().wallMs);
    const workers = [status.connector.worker_id, ...status.tasks.map((task) => task.worker_id)];
    return {
      name: info.name,
      type: info.type,
      class: info.config['connector.class'] ?? '',
      state: seen.state,
      sinceMs: seen.sinceMs,
      error: firstError(status),
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
      lag: most(counters.map((counter) => counter.behind)),
      lagMs: most(counters.map((counter) => lagMsOf(counter, this.#clock.now().wallMs))),
      topics: this.#monitor.topicsOf(info.name),
    };
  }

  #note(name: string, atMs: number | null): void {
    const found = this.#look(name);
    if (found) this.#noteState(name, rollUp(found.status), atMs);
    else this.#seen.delete(name);
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
