import { type Clock, isMillraceError, type Logger } from '@millrace/foundation';
import { WAITING_STAGES } from '../contract/index.ts';
import type { ClusterSurvey, Survey } from '../kafka-ports.ts';
import type { Herder, PipelineMonitor, ProcessUse, TaskCounters } from '../ports.ts';
import { connectorLag } from './connector-lag.ts';
import { EndOffsets } from './end-offsets.ts';
import { GroupPositions } from './group-positions.ts';
import { SeriesStore } from './series-store.ts';
import { StageWindow, taskKeyOf } from './stage-window.ts';

export interface MetricsSamplerOptions {
  readonly herder: Herder;
  readonly monitor: PipelineMonitor & { refresh(): void };
  readonly survey: ClusterSurvey;
  readonly processUse: () => ProcessUse;
  /** Null: the name of this worker in series of workers is its own. */
  readonly worker: string;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Between two looks at the cluster, ms. */
  readonly surveyIntervalMs: number;
}

interface Sums {
  readonly records: number;
  readonly bytes: number;
  readonly errors: number;
}

/** Counters are looked at so often, ms. */
const SAMPLE_MS = 10_000;

/** What a look at the cluster told is of now for so long, ms. */
const FRESH_MS = 3_000;
/** After a look that took long, the next one that is not due waits so many times as long. */
const LOOK_REST = 20;

/** Measures what the history keeps: the tasks of all workers every ten seconds, topics and groups of the cluster every half minute. */
export class MetricsSampler {
  readonly store = new SeriesStore();
  readonly ends = new EndOffsets();
  readonly groups = new GroupPositions(this.ends);
  readonly stages = new StageWindow();
  readonly #options: MetricsSamplerOptions;
  readonly #sums = new Map<string, Sums>();
  readonly #topicEnds = new Map<string, number>();
  #sampledAtMs: number | null = null;
  #surveyedAtMs: number | null = null;
  #cpu: { readonly monoMs: number; readonly seconds: number } | null = null;
  /** On the monotonic clock. */
  #nextLookMs = 0;
  #surveying: Promise<void> | null = null;
  readonly #timers: NodeJS.Timeout[] = [];

  constructor(options: MetricsSamplerOptions) {
    this.#options = options;
  }

  start(): void {
    const { surveyIntervalMs } = this.#options;
    const survey = () => void this.lookAtCluster();
    survey();
    this.sample();
    this.#timers.push(
      setInterval(() => this.sample(), SAMPLE_MS).unref(),
      setInterval(survey, surveyIntervalMs).unref(),
    );
  }

  async close(): Promise<void> {
    for (const timer of this.#timers) clearInterval(timer);
    await this.#surveying;
  }

  /** Looks at the tasks and the process. */
  sample(): void {
    const { monitor, clock, processUse, worker } = this.#options;
    const { wallMs, monoMs } = clock.now();
    monitor.refresh();
    const counters = monitor.counters();
    this.stages.sample(counters, monoMs);
    const seconds = this.#sampledAtMs === null ? null : (monoMs - this.#sampledAtMs) / 1_000;
    this.#sampledAtMs = monoMs;
    for (const [connector, rows] of Map.groupBy(counters, (row) => row.connector))
      this.#sampleConnector(connector, rows, seconds, wallMs);
    const present = new Set(counters.map(taskKeyOf));
    for (const key of this.#sums.keys()) if (!present.has(key)) this.#sums.delete(key);
    const use = processUse();
    this.store.add('worker.memory', worker, wallMs, use.residentBytes);
    if (this.#cpu && monoMs > this.#cpu.monoMs) {
      const busy = ((use.cpuSeconds - this.#cpu.seconds) * 1_000) / (monoMs - this.#cpu.monoMs);
      this.store.add('worker.cpu', worker, wallMs, Math.max(0, busy));
    }
    this.#cpu = { monoMs, seconds: use.cpuSeconds };
  }

  #sampleConnector(
    connector: string,
    rows: readonly TaskCounters[],
    seconds: number | null,
    atMs: number,
  ): void {
    const rise = { records: 0, bytes: 0, errors: 0 };
    let known = false;
    for (const row of rows) {
      const before = this.#sums.get(taskKeyOf(row));
      this.#sums.set(taskKeyOf(row), { records: row.records, bytes: row.bytes, errors: row.errors });
      if (before === undefined) continue;
      known = true;
      // A counter that fell is that of a task that started anew: all of it is new.
      for (const key of ['records', 'bytes', 'errors'] as const)
        rise[key] += row[key] < before[key] ? row[key] : row[key] - before[key];
    }
    if (known && seconds !== null && seconds > 0)
      for (const key of ['records', 'bytes', 'errors'] as const)
        this.store.add(`connector.${key}`, connector, atMs, rise[key] / seconds);
    const shares = rows.flatMap((row) =>
      Object.keys(row.stages)
        .filter((stage) => !WAITING_STAGES.has(stage))
        .flatMap((stage) => this.stages.saturation(taskKeyOf(row), stage) ?? []),
    );
    if (shares.length > 0) this.store.add('connector.saturation', connector, atMs, Math.max(...shares));
    this.#sampleStatus(connector, rows, atMs);
  }

  /** Nothing of one that is no more. */
  #sampleStatus(connector: string, counters: readonly TaskCounters[], atMs: number): void {
    const { herder } = this.#options;
    try {
      const [info, status] = [herder.connector(connector), herder.status(connector)];
      const told = { info, status, counters, groups: this.groups, sinceMs: null, nowMs: atMs };
      const { records, ms } = connectorLag(told);
      if (records !== null) this.store.add('connector.lag', connector, atMs, records);
      if (ms !== null) this.store.add('connector.lag.ms', connector, atMs, ms);
      const failed = status.tasks.filter(({ state }) => state === 'FAILED').length;
      this.store.add('connector.tasks.failed', connector, atMs, failed);
    } catch (error) {
      if (!isMillraceError(error) || error.code !== 'NOT_FOUND') throw error;
    }
  }

  /** Looks at topics and groups; one look at a time. A look that fails leaves a gap. */
  async lookAtCluster(): Promise<void> {
    if (this.#surveying) return this.#surveying;
    const startedMs = this.#options.clock.now().monoMs;
    this.#surveying = this.#options.survey
      .take()
      .then((survey) => this.#noteSurvey(survey))
      .catch((error: unknown) =>
        this.#options.logger.debug({ err: error }, 'the cluster could not be looked at'),
      )
      .finally(() => {
        this.#surveying = null;
        const { monoMs } = this.#options.clock.now();
        this.#nextLookMs = monoMs + Math.max(FRESH_MS, (monoMs - startedMs) * LOOK_REST);
      });
    return this.#surveying;
  }

  /** Looks at the cluster before it is due, where the last look is not of now: somebody watches what nothing else tells. */
  lookAnew(): void {
    if (this.#options.clock.now().monoMs >= this.#nextLookMs) void this.lookAtCluster();
  }

  #noteSurvey(survey: Survey): void {
    const { ends, groups } = survey;
    const { wallMs, monoMs } = this.#options.clock.now();
    const seconds = this.#surveyedAtMs === null ? null : (monoMs - this.#surveyedAtMs) / 1_000;
    this.#surveyedAtMs = monoMs;
    const byTopic = new Map<string, number>();
    const keys = new Set<string>();
    for (const { topic, partition, endOffset } of ends) {
      const key = `${topic}-${partition}`;
      keys.add(key);
      this.ends.note(key, wallMs, endOffset);
      byTopic.set(topic, (byTopic.get(topic) ?? 0) + endOffset);
    }
    this.ends.keepOnly(keys);
    this.groups.note(survey, wallMs);
    this.#noteTopics(byTopic, seconds, wallMs);
    for (const { groupId, kind, lag, positions } of groups) {
      if (lag === null) continue;
      if (kind === 'share') {
        this.store.add('share-group.lag', groupId, wallMs, lag);
        continue;
      }
      this.store.add('group.lag', groupId, wallMs, lag);
      const ages = positions.flatMap(
        ({ topic, partition, offset }) => this.ends.ageOf(`${topic}-${partition}`, offset, wallMs) ?? [],
      );
      if (ages.length > 0) this.store.add('group.lag.ms', groupId, wallMs, Math.max(...ages));
    }
  }

  /** Topics that nobody writes to have no series until somebody does. */
  #noteTopics(ends: ReadonlyMap<string, number>, seconds: number | null, atMs: number): void {
    for (const [topic, end] of ends) {
      const before = this.#topicEnds.get(topic);
      this.#topicEnds.set(topic, end);
      if (before === undefined || seconds === null || seconds <= 0) continue;
      const rate = Math.max(0, end - before) / seconds;
      if (rate > 0 || this.store.has('topic.records', topic))
        this.store.add('topic.records', topic, atMs, rate);
    }
    for (const topic of this.#topicEnds.keys()) if (!ends.has(topic)) this.#topicEnds.delete(topic);
  }
}
