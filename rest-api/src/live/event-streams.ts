import type { ServerResponse } from 'node:http';
import { MillraceError } from '@millrace/foundation';
import type { Pipeline, PipelinesChange } from '../contract/index.ts';
import type { RestSettings } from '../options.ts';
import type { PipelineBoard } from './pipeline-board.ts';

interface Stream {
  readonly response: ServerResponse;
  /** Something was not written because the client reads too slowly: it gets a snapshot once it can. */
  behind: boolean;
}

/**
 * The server-sent event streams. A tick samples the counters and writes one `pipelines` event to all streams when
 * something changed. A client that does not keep up misses events and gets a fresh snapshot; nothing queues up.
 */
export class EventStreams {
  readonly #board: PipelineBoard;
  readonly #settings: RestSettings;
  readonly #streams = new Set<Stream>();
  readonly #timers: NodeJS.Timeout[] = [];
  /** Each pipeline as it was last sent. */
  #sent = new Map<string, string>();

  constructor(board: PipelineBoard, settings: RestSettings) {
    this.#board = board;
    this.#settings = settings;
  }

  start(): void {
    this.#timers.push(
      setInterval(() => this.#guarded(() => this.tick()), this.#settings.sampleIntervalMs).unref(),
      setInterval(() => this.#heartbeat(), this.#settings.heartbeatIntervalMs).unref(),
    );
  }

  /** Ends all streams; clients see a finished answer, not a broken one. */
  close(): void {
    for (const timer of this.#timers) clearInterval(timer);
    for (const { response } of this.#streams) response.end();
    this.#streams.clear();
  }

  /** @throws {MillraceError} TOO_MANY_STREAMS */
  open(response: ServerResponse): void {
    if (this.#streams.size >= this.#settings.maxEventStreams) {
      throw new MillraceError(`There are ${this.#streams.size} event streams open already.`, {
        code: 'TOO_MANY_STREAMS',
        class: 'throttled',
        hint: 'Close pages of the UI that nobody looks at.',
      });
    }
    const stream: Stream = { response, behind: false };
    const snapshot = this.#board.snapshot();
    response.writeHead(200, {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      connection: 'close',
      'x-accel-buffering': 'no',
    });
    if (this.#streams.size === 0) this.#sent = serialized(this.#board.list());
    this.#streams.add(stream);
    response.once('close', () => this.#streams.delete(stream));
    response.on('error', () => this.#streams.delete(stream));
    write(stream, 'snapshot', snapshot);
  }

  get size(): number {
    return this.#streams.size;
  }

  /** Samples, and tells all streams what changed since the tick before. */
  tick(): void {
    this.#board.sample();
    if (this.#streams.size === 0) return;
    const pipelines = this.#board.list();
    const now = serialized(pipelines);
    const change: PipelinesChange = {
      atMs: this.#settings.clock.now().wallMs,
      changed: pipelines.filter(({ name }) => now.get(name) !== this.#sent.get(name)),
      removed: [...this.#sent.keys()].filter((name) => !now.has(name)),
    };
    this.#sent = now;
    const changed = change.changed.length > 0 || change.removed.length > 0;
    for (const stream of this.#streams) {
      if (stream.response.writableNeedDrain) stream.behind = true;
      else if (stream.behind) {
        stream.behind = false;
        write(stream, 'snapshot', this.#board.snapshot());
      } else if (changed) write(stream, 'pipelines', change);
    }
  }

  #heartbeat(): void {
    for (const { response } of this.#streams)
      if (!response.writableNeedDrain) response.write(': still here\n\n');
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

function write(stream: Stream, event: 'snapshot' | 'pipelines', data: object): void {
  stream.response.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
}

function serialized(pipelines: readonly Pipeline[]): Map<string, string> {
  return new Map(pipelines.map((pipeline) => [pipeline.name, JSON.stringify(pipeline)]));
}
