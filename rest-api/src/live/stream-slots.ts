import type { ServerResponse } from 'node:http';
import { MillraceError } from '@millrace/foundation';

/** One answer of server-sent events. */
export class EventStream {
  readonly #response: ServerResponse;

  constructor(response: ServerResponse) {
    this.#response = response;
  }

  /** False while the client does not keep up: what is sent then would queue up. */
  get isReady(): boolean {
    return !this.#response.writableNeedDrain && !this.#response.writableEnded;
  }

  send(event: string, data: object): void {
    this.#response.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
  }

  /** Says that the server is still there, to the client and to what stands between. */
  heartbeat(): void {
    if (this.isReady) this.#response.write(': still here\n\n');
  }

  end(): void {
    this.#response.end();
  }

  /** Called once, when the client has gone or the stream has ended. */
  onClose(listener: () => void): void {
    this.#response.once('close', listener);
  }
}

/** The event streams that are open, of all kinds: bounded, kept alive, and ended with the server. */
export class StreamSlots {
  readonly #max: number;
  readonly #heartbeatMs: number;
  readonly #streams = new Set<EventStream>();
  #timer: NodeJS.Timeout | null = null;

  constructor(options: { readonly maxEventStreams: number; readonly heartbeatIntervalMs: number }) {
    this.#max = options.maxEventStreams;
    this.#heartbeatMs = options.heartbeatIntervalMs;
  }

  /** To be asked before work for a stream begins. @throws {MillraceError} TOO_MANY_STREAMS */
  requireRoom(): void {
    if (this.#streams.size < this.#max) return;
    throw new MillraceError(`There are ${this.#streams.size} event streams open already.`, {
      code: 'TOO_MANY_STREAMS',
      class: 'throttled',
      hint: 'Close pages of the UI that nobody looks at.',
    });
  }

  /** Begins the answer. @throws {MillraceError} TOO_MANY_STREAMS */
  open(response: ServerResponse): EventStream {
    this.requireRoom();
    const stream = new EventStream(response);
    this.#streams.add(stream);
    this.#timer ??= setInterval(() => this.#beat(), this.#heartbeatMs).unref();
    stream.onClose(() => this.#streams.delete(stream));
    response.on('error', () => this.#streams.delete(stream));
    response.writeHead(200, {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      connection: 'close',
      'x-accel-buffering': 'no',
    });
    response.flushHeaders();
    return stream;
  }

  /** Ends all streams; clients see a finished answer, not a broken one. */
  close(): void {
    if (this.#timer) clearInterval(this.#timer);
    for (const stream of this.#streams) stream.end();
    this.#streams.clear();
  }

  #beat(): void {
    for (const stream of this.#streams) stream.heartbeat();
  }
}
