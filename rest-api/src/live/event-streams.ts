import type { ServerResponse } from 'node:http';
import type { LiveHealth, Pipeline, PipelinesChange } from '../contract/index.ts';
import type { MetricsSampler } from '../history/metrics-sampler.ts';
import type { ClusterView } from '../kafka-ports.ts';
import type { RestSettings } from '../options.ts';
import type { GroupMonitor } from './group-monitor.ts';
import { KafkaWatch } from './kafka-watch.ts';
import type { PipelineBoard } from './pipeline-board.ts';
import type { EventStream, StreamSlots } from './stream-slots.ts';

export interface EventStreamsOptions {
  readonly board: PipelineBoard;
  readonly slots: StreamSlots;
  readonly settings: RestSettings;
  /** Other workers are asked only while somebody looks, and so are brokers. */
  readonly monitor: Pick<GroupMonitor, 'refresh' | 'silentWorkers'>;
  readonly cluster: Pick<ClusterView, 'brokers'>;
  /** The cluster alone tells how far sinks are behind that stand. */
  readonly sampler: Pick<MetricsSampler, 'lookAnew'>;
}

/**
 * The streams of pipelines. A tick samples the counters and writes one `pipelines` event to all streams when
 * something changed, and one `health` event. A client that does not keep up misses events and gets a fresh snapshot;
 * nothing queues up.
 */
export class EventStreams {
  readonly #options: EventStreamsOptions;
  readonly #watch: KafkaWatch;
  /** Those that are behind get a snapshot once they can. */
  readonly #streams = new Map<EventStream, 'current' | 'behind'>();
  #timer: NodeJS.Timeout | null = null;
  /** Each pipeline as it was last sent. */
  #sent: ReadonlyMap<string, Pipeline> = new Map();

  constructor(options: EventStreamsOptions) {
    this.#options = options;
    const { cluster, settings } = options;
    this.#watch = new KafkaWatch({ cluster, clock: settings.clock, onChange: () => this.#tellHealth() });
  }

  start(): void {
    const { sampleIntervalMs } = this.#options.settings;
    this.#timer = setInterval(() => this.#guarded(() => this.tick()), sampleIntervalMs);
    this.#timer.unref();
  }

  close(): void {
    if (this.#timer) clearInterval(this.#timer);
    this.#streams.clear();
  }

  /** @throws {MillraceError} TOO_MANY_STREAMS */
  open(response: ServerResponse): void {
    const { slots, board } = this.#options;
    slots.requireRoom();
    const snapshot = board.snapshot();
    const stream = slots.open(response);
    if (this.#streams.size === 0) this.#sent = byName(board.list());
    this.#streams.set(stream, 'current');
    stream.onClose(() => this.#streams.delete(stream));
    stream.send('snapshot', snapshot);
    stream.send('health', this.#health());
    this.#watch.look();
  }

  /** Samples, and tells all streams what changed since the tick before. */
  tick(): void {
    const { board, monitor, sampler, settings } = this.#options;
    board.sample();
    if (this.#streams.size === 0) return;
    monitor.refresh();
    this.#watch.look();
    const pipelines = board.list();
    if (pipelines.some(({ type, tasks }) => type === 'sink' && tasks.running === 0)) sampler.lookAnew();
    const now = byName(pipelines);
    const change: PipelinesChange = {
      atMs: settings.clock.now().wallMs,
      changed: pipelines.filter((pipeline) => this.#sent.get(pipeline.name) !== pipeline),
      removed: [...this.#sent.keys()].filter((name) => !now.has(name)),
    };
    this.#sent = now;
    const changed = change.changed.length > 0 || change.removed.length > 0;
    for (const [stream, state] of this.#streams) {
      if (!stream.isReady) this.#streams.set(stream, 'behind');
      else if (state === 'behind') {
        this.#streams.set(stream, 'current');
        stream.send('snapshot', board.snapshot());
      } else if (changed) stream.send('pipelines', change);
    }
    this.#tellHealth();
  }

  #tellHealth(): void {
    const health = this.#health();
    for (const stream of this.#streams.keys()) if (stream.isReady) stream.send('health', health);
  }

  #health(): LiveHealth {
    const { settings, monitor } = this.#options;
    return {
      atMs: settings.clock.now().wallMs,
      kafka: this.#watch.state(),
      silentWorkers: monitor.silentWorkers(),
    };
  }

  /** A tick that fails must not end the process: the next one may do better, and the log says what it was. */
  #guarded(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.#options.settings.logger.error({ err: error }, 'could not read the pipelines');
    }
  }
}

function byName(pipelines: readonly Pipeline[]): ReadonlyMap<string, Pipeline> {
  return new Map(pipelines.map((pipeline) => [pipeline.name, pipeline]));
}
