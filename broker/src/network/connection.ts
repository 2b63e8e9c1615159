import type { Socket } from 'node:net';
import type { Logger, Timer } from '@millrace/foundation';
import { type AnyApiHandler, CLOSE_CONNECTION, type RequestContext } from '../apis/api.ts';
import type { Authorizer } from '../runtime/authorizer.ts';
import { ANONYMOUS } from '../runtime/authorizer.ts';
import type { BrokerServices, ListenerKind } from '../runtime/services.ts';
import { FrameAssembler } from './frame-assembler.ts';
import type { FrameMemory } from './frame-memory.ts';
import { carryOut, type Dispatched, dispatch } from './request-dispatch.ts';
import type { WarningLimit } from './warning-limit.ts';

export interface ConnectionOptions {
  readonly listener: string;
  readonly listenerKind: ListenerKind;
  readonly handlers: ReadonlyMap<number, AnyApiHandler>;
  readonly services: BrokerServices;
  readonly authorizer: Authorizer;
  readonly logger: Logger;
  readonly maxRequestBytes: number;
  readonly maxQueuedRequests: number;
  readonly maxQueuedResponseBytes: number;
  /** Of the requests of all connections. */
  readonly memory: FrameMemory;
  /** Likewise. */
  readonly warnings: WarningLimit;
}

const API_KEY_BYTES = 2;
/** Requests that are begun before other connections get their turn of the loop: tiny ones come by the ten thousand. */
const REQUESTS_A_TURN = 32;
/** Likewise: after a request that took so long, the next one waits for its turn. */
const TURN_MAX_MS = 5;
const EMPTY = Buffer.alloc(0);
/** What was handed on is not handed on again. */
const nothing = () => Promise.resolve(null);

type Client = Pick<RequestContext, 'principal' | 'clientHost'>;

type Handled = Extract<Dispatched, { kind: 'handle' }>;

/** A request in its place in the row of answers. */
interface Exchange {
  readonly request: Handled;
  /** Whether its frame is memory that the next request may use. */
  readonly isLent: boolean;
  /** What it takes of the memory for requests. */
  bytes: number;
  /** Parts of its work that have to be begun before a request behind it. */
  holdUps: number;
  /** Undefined until the answer is there. */
  answer: readonly Buffer[] | null | undefined;
  /** For whoever wants to know when the answer has left. */
  sent: ((hasLeft: boolean) => void) | undefined;
}

/**
 * One client's connection. Answers go out in the order of requests. A request begins when all before it are answered, but
 * for those that may be pipelined behind others of that kind. Reading stops while too much waits to be done or to be read
 * by the client, in the middle of what came too, so that a slow reader costs a bounded amount of memory, and a quick sender a
 * bounded time.
 */
export class Connection {
  readonly #socket: Socket;
  readonly #options: ConnectionOptions;
  readonly #logger: Logger;
  readonly #frames: FrameAssembler;
  readonly #abort = new AbortController();
  readonly #host: string;
  #row: Exchange[] = [];
  #rowBytes = 0;
  /** How many of the row have begun: the first ones. */
  #begun = 0;
  /** What came, and was not looked at yet. */
  #unread: Buffer = EMPTY;
  #begunInTurn = 0;
  #isPaused = false;
  #isCorked = false;
  #isClosed = false;
  #mute: Timer | undefined;
  #muteUntilMs = 0;

  constructor(socket: Socket, options: ConnectionOptions) {
    this.#socket = socket;
    this.#options = options;
    this.#host = socket.remoteAddress ?? 'unknown';
    const client = `${this.#host}:${socket.remotePort}`;
    this.#logger = options.warnings.on(options.logger.child({ listener: options.listener, client }));
    const connection = this;
    this.#frames = new FrameAssembler({
      maxBytes: options.maxRequestBytes,
      memory: options.memory,
      reader: {
        get isRead() {
          return !connection.#isPaused;
        },
        readingChanged: () => this.#steer(),
        giveUp: (reason) => this.#giveUp(reason),
      },
    });
    socket.setNoDelay(true);
    socket.on('drain', () => this.#proceed());
    socket.on('error', (error) => this.#logger.debug({ cause: error.message }, 'the connection broke'));
    socket.on('close', () => {
      this.#isClosed = true;
      this.#mute?.cancel();
      this.#frames.close();
      options.memory.release(this.#rowBytes + this.#unread.length);
      for (const { answer, sent } of this.#row) if (answer !== undefined) sent?.(false);
      this.#row = [];
      this.#rowBytes = 0;
      this.#begun = 0;
      this.#unread = EMPTY;
      this.#abort.abort();
    });
  }

  close(reason: string): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#logger.debug({ reason }, 'closing a connection');
    this.#socket.destroy();
  }

  /** Takes what came; its memory is used again after that. */
  read(chunk: Buffer): void {
    if (this.#isClosed) return;
    this.#begunInTurn = 0;
    const taken = this.#feed(chunk);
    if (this.#isClosed) return;
    if (taken < chunk.length) {
      this.#unread = Buffer.from(chunk.subarray(taken));
      this.#options.memory.count(this.#unread.length);
    }
    this.#proceed();
  }

  /** Gives how much was taken: what is left waits until there is less in the row. */
  #feed(bytes: Buffer): number {
    const taken = this.#frames.push(bytes, (frame) => {
      this.#take(frame);
      return !this.#isClosed && !this.#isFull;
    });
    const { fault } = this.#frames;
    if (fault !== null && !this.#isClosed) {
      const { maxRequestBytes } = this.#options;
      this.#logger.warn(
        { sizeBytes: fault.sizeBytes, maxRequestBytes },
        'a request of an impossible size: closing',
      );
      this.close('a request of an impossible size');
    }
    return taken;
  }

  #feedUnread(): void {
    while (this.#unread.length > 0 && !this.#isClosed && !this.#isFull) {
      const unread = this.#unread;
      const taken = this.#feed(unread);
      if (this.#isClosed) return;
      this.#unread = taken === unread.length ? EMPTY : unread.subarray(taken);
      this.#options.memory.release(taken);
    }
  }

  #giveUp(reason: string): void {
    if (this.#isClosed) return;
    const { wantedBytes, hasBytes } = this.#frames;
    this.#logger.warn({ wantedBytes, hasBytes, reason }, 'closing a connection whose request does not come');
    this.close(reason);
  }

  #take(frame: Buffer): void {
    if (this.#isClosed) return;
    const { handlers, memory } = this.#options;
    const handler = frame.length < API_KEY_BYTES ? undefined : handlers.get(frame.readInt16BE(0));
    const isLent = handler?.keepsNoBytes === true && this.#mayBegin(handler.pipelined === true);
    const dispatched = dispatch(isLent ? frame : Buffer.from(frame), handlers, this.#logger);
    if (dispatched.kind === 'close') {
      this.#logger.warn({ reason: dispatched.reason }, 'a request that cannot be answered: closing');
      this.close(dispatched.reason);
      return;
    }
    const bytes = isLent ? 0 : frame.length;
    memory.count(bytes);
    this.#row.push({ request: dispatched, isLent, bytes, holdUps: 0, answer: undefined, sent: undefined });
    this.#rowBytes += bytes;
    this.#begin();
  }

  /** Whether a request that comes now begins at once. */
  #mayBegin(pipelined: boolean): boolean {
    if (this.#begun < this.#row.length) return false;
    return this.#mayBeginBehind(this.#row.at(-1), pipelined);
  }

  /** What has begun is one request, or all of it is pipelined. */
  #mayBeginBehind(before: Exchange | undefined, pipelined: boolean): boolean {
    if (this.#mute !== undefined || this.#begunInTurn >= REQUESTS_A_TURN) return false;
    if (this.#socket.writableLength > this.#options.maxQueuedResponseBytes) return false;
    return before === undefined || (before.holdUps === 0 && before.request.pipelined && pipelined);
  }

  /** Begins what may begin: the first in the row, and pipelined ones behind pipelined ones. */
  #begin(): void {
    for (;;) {
      const exchange = this.#row[this.#begun];
      if (exchange === undefined) return;
      if (!this.#mayBeginBehind(this.#row[this.#begun - 1], exchange.request.pipelined)) return;
      this.#begun += 1;
      const { clock } = this.#options.services;
      const begunMs = clock.now().monoMs;
      void exchange.request.run(this.#contextOf(exchange)).then((answer) => this.#answered(exchange, answer));
      const isLong = clock.now().monoMs - begunMs > TURN_MAX_MS;
      this.#begunInTurn = isLong ? REQUESTS_A_TURN : this.#begunInTurn + 1;
      if (this.#begunInTurn === REQUESTS_A_TURN) setImmediate(() => this.#nextTurn());
    }
  }

  #nextTurn(): void {
    this.#begunInTurn = 0;
    this.#proceed();
  }

  #keep(exchange: Exchange, bytes: Buffer): Buffer {
    if (!exchange.isLent) return bytes;
    if (!this.#isClosed) {
      exchange.bytes += bytes.length;
      this.#rowBytes += bytes.length;
      this.#options.memory.count(bytes.length);
    }
    return Buffer.from(bytes);
  }

  #holdUp(exchange: Exchange, work: Promise<unknown>): void {
    exchange.holdUps += 1;
    const begun = (): void => {
      exchange.holdUps -= 1;
      if (exchange.holdUps === 0) this.#proceed();
    };
    work.then(begun, begun);
  }

  /** What has begun goes on; nothing new begins, and nothing is read, until the time is over. */
  #throttle(delayMs: number): void {
    const { clock, timers } = this.#options.services;
    const untilMs = clock.now().monoMs + delayMs;
    if (this.#isClosed || untilMs <= this.#muteUntilMs) return;
    this.#mute?.cancel();
    this.#muteUntilMs = untilMs;
    this.#mute = timers.after(delayMs, () => {
      this.#mute = undefined;
      this.#proceed();
    });
  }

  #answered(exchange: Exchange, answer: readonly Buffer[] | null | typeof CLOSE_CONNECTION): void {
    if (this.#isClosed || answer === CLOSE_CONNECTION) exchange.sent?.(false);
    if (this.#isClosed) return;
    if (answer === CLOSE_CONNECTION) {
      this.#closeBehindAnswers();
      return;
    }
    exchange.answer = answer;
    if (exchange === this.#row[0]) this.#proceed();
  }

  /** What was answered before still goes out; a client that does not read it is idle. */
  #closeBehindAnswers(): void {
    this.#logger.debug('closing a connection for an error without an answer');
    this.#isClosed = true;
    this.#socket.pause();
    this.#socket.destroySoon();
  }

  #proceed(): void {
    if (this.#isClosed) return;
    this.#send();
    this.#begin();
    this.#feedUnread();
    this.#steer();
  }

  /** Reads on, or stops reading. */
  #steer(): void {
    if (this.#isClosed) return;
    const stops = this.#isFull || this.#unread.length > 0 || !this.#frames.mayRead;
    if (stops === this.#isPaused) return;
    this.#isPaused = stops;
    if (stops) this.#socket.pause();
    else this.#socket.resume();
  }

  /** Whether no more requests should be taken now; something comes back to {@link #proceed} when that has changed. */
  get #isFull(): boolean {
    const { maxQueuedRequests, maxRequestBytes, maxQueuedResponseBytes } = this.#options;
    return (
      this.#mute !== undefined ||
      this.#begunInTurn >= REQUESTS_A_TURN ||
      this.#row.length >= maxQueuedRequests ||
      this.#rowBytes > maxRequestBytes ||
      this.#socket.writableLength > maxQueuedResponseBytes
    );
  }

  #send(): void {
    let sent = 0;
    for (const { answer, bytes, sent: hasSent } of this.#row) {
      if (answer === undefined) break;
      sent += 1;
      this.#rowBytes -= bytes;
      this.#options.memory.release(bytes);
      if (answer === null) hasSent?.(true);
      else this.#write(answer, hasSent);
    }
    if (sent === 0) return;
    this.#row.splice(0, sent);
    this.#begun -= sent;
  }

  /** What is sent in one turn of the loop goes out in one write. */
  #write(parts: readonly Buffer[], sent: Exchange['sent']): void {
    if (!this.#isCorked) {
      this.#isCorked = true;
      this.#socket.cork();
      process.nextTick(() => {
        this.#isCorked = false;
        this.#socket.uncork();
      });
    }
    for (const part of parts.slice(0, -1)) this.#socket.write(part);
    const last = parts.at(-1) ?? EMPTY;
    if (sent === undefined) this.#socket.write(last);
    else this.#socket.write(last, (error) => sent(!error));
  }

  #contextOf(exchange: Exchange): RequestContext {
    const { header } = exchange.request;
    const { listener, listenerKind, services, handlers } = this.#options;
    const rest = {
      listener,
      listenerKind,
      signal: this.#abort.signal,
      afterSent: (callback: (hasLeft: boolean) => void) => {
        exchange.sent = callback;
      },
      keep: (bytes: Buffer) => this.#keep(exchange, bytes),
      holdUp: (work: Promise<unknown>) => this.#holdUp(exchange, work),
      throttle: (delayMs: number) => this.#throttle(delayMs),
      // Where somebody has a quota, `dispatch` has another answer.
      offerRecords: () => 0,
      services,
    };
    const carriedOut = (frame: Buffer, client: Client) =>
      carryOut(frame, { ...rest, ...this.#as(client), carryOut: nothing }, handlers, this.#logger);
    const { version, correlationId, clientId } = header;
    const own = this.#as({ principal: ANONYMOUS, clientHost: this.#host });
    return { ...rest, ...own, version, correlationId, clientId, carryOut: carriedOut };
  }

  /** Whose request it is, and what they may do. */
  #as(client: Client): Client & Pick<RequestContext, 'authorize'> {
    const { authorizer } = this.#options;
    const { principal, clientHost } = client;
    return {
      ...client,
      authorize: (operation, resource) => authorizer.authorize(principal, clientHost, operation, resource),
    };
  }
}
