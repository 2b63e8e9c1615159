import type { ServerResponse } from 'node:http';
import type { Pipeline, PipelinesChange } from '../contract/index.ts';
import type { RestSettings } from '../options.ts';
import type { PipelineBoard } from './pipeline-board.ts';
import type { EventStream, StreamSlots } from './stream-slots.ts';

/**
 * The streams of pipelines. A tick samples the counters and writes one `pipelines` event to all streams when
 * something changed. A client that does not keep up misses events and gets a fresh snapshot; nothing queues up.
 */
export class EventStreams {
  readonly #board: PipelineBoard;
  readonly #refresh: () => void;
  readonly #settings: RestSettings;
  readonly #slots: StreamSlots;
  /** Those that are behind get a snapshot once they can. */
  readonly #streams = new Map<EventStream, 'current' | 'behind'>();
  #timer: NodeJS.Timeout | null = null;
  /** Each pipeline as it was last sent. */
  #sent = new Map<string, string>();

  /** `refresh` has other workers asked; only while somebody looks. */
  constructor(board: PipelineBoard, slots: StreamSlots, settings: RestSettings, refresh: () => void) {
    this.#board = board;
    this.#refresh = refresh;
    this.#slots = slots;
    this.#settings = settings;
  }

  start(): void {
    this.#timer = setInterval(() => this.#guarded(() => this.tick()), this.#settings.sampleIntervalMs);
    this.#timer.unref();
  }

  close(): void {
    if (this.#timer) clearInterval(this.#timer);
    this.#streams.clear();
  }

  /** @throws {MillraceError} TOO_MANY_STREAMS */
  open(response: ServerResponse): void {
    this.#slots.requireRoom();
    const snapshot = this.#board.snapshot();
    const stream = this.#slots.open(response);
    if (this.#streams.size === 0) this.#sent = serialized(this.#board.list());
    this.#streams.set(stream, 'current');
    stream.onClose(() => this.#streams.delete(stream));
    stream.send('snapshot', snapshot);
  }

  /** Samples, and tells all streams what changed since the tick before. */
  tick(): void {
    this.#board.sample();
    if (this.#streams.size === 0) return;
    this.#refresh();
    const pipelines = this.#board.list();
    const now = serialized(pipelines);
    const change: PipelinesChange = {
      atMs: this.#settings.clock.now().wallMs,
      changed: pipelines.filter(({ name }) => now.get(name) !== this.#sent.get(name)),
      removed: [...this.#sent.keys()].filter((name) => !now.has(name)),
    };
    this.#sent = now;
    const changed = change.changed.length > 0 || change.removed.length > 0;
    for (const [stream, state] of this.#streams) {
      if (!stream.isReady) this.#streams.set(stream, 'behind');
      else if (state === 'behind') {
        this.#streams.set(stream, 'current');
        stream.send('snapshot', this.#board.snapshot());
      } else if (changed) stream.send('pipelines', change);
    }
  }

  /** A tick that fails must not end the process: the next one may do better, and the log says what it was. */
  #guarded(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.#settings.logger.error({ err: error }, 'could not read the pipelines');
    }
  }
}

function serialized(pipelines: readonly Pipeline[]): Map<string, string> {
  return new Map(pipelines.map((pipeline) => [pipeline.name, JSON.stringify(pipeline)]));
}
