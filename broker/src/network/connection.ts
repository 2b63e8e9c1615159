import type { Socket } from 'node:net';
import type { Logger, Timer } from '@millrace/foundation';
import { type AnyApiHandler, CLOSE_CONNECTION, type RequestContext } from '../apis/api.ts';
import type { Authorizer } from '../runtime/authorizer.ts';
import { ANONYMOUS } from '../runtime/authorizer.ts';
import type { BrokerServices, ListenerKind } from '../runtime/services.ts';
import { FrameAssembler } from './frame-assembler.ts';
import type { FrameMemory } from './frame-memory.ts';
import { carryOut, type Dispatched, dispatch } from './request-dispatch.ts';

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
}

const API_KEY_BYTES = 2;
const EMPTY = Buffer.alloc(0);
/** What was handed on is not handed on again. */
const nothing = () => Promise.resolve(null);

type Client = Pick<RequestContext, 'principal' | 'clientHost'>;

type Handled = Extract<Dispatched, { kind: 'handle' }>;

/** A request in its place in the row of answers. */
interface Exchange {
  readonly request: Handled;
  /** What it takes of the memory for requests. */
  readonly bytes: number;
  hasBegun: boolean;
  /** Undefined until the answer is there. */
  answer: readonly Buffer[] | null | undefined;
  /** For whoever wants to know when the answer has left. */
  sent: ((hasLeft: boolean) => void) | undefined;
}

/**
 * One client's connection. Answers go out in the order of requests. A request begins when all before it are answered, but
 * for those that may be pipelined behind others of that kind. Reading stops while too much waits to be done or to be read
 * by the client, so that a slow reader costs a bounded amount of memory.
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
  #isPaused = false;
  #isCorked = false;
  #isClosed = false;
  #waitsForRoom = false;
  #mute: Timer | undefined;
  #muteUntilMs = 0;

  constructor(socket: Socket, options: ConnectionOptions) {
    this.#socket = socket;
    this.#options = options;
    this.#host = socket.remoteAddress ?? 'unknown';
    this.#logger = options.logger.child({
      listener: options.listener,
      client: `${this.#host}:${socket.remotePort}`,
    });
    this.#frames = new FrameAssembler(options.maxRequestBytes, options.memory);
    socket.setNoDelay(true);
    socket.on('drain', () => this.#proceed());
    socket.on('error', (error) => this.#logger.debug({ cause: error.message }, 'the connection broke'));
    socket.on('close', () => {
      this.#isClosed = true;
      this.#mute?.cancel();
      this.#frames.close();
      options.memory.release(this.#rowBytes);
      for (const { answer, sent } of this.#row) if (answer !== undefined) sent?.(false);
      this.#row = [];
      this.#rowBytes = 0;
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
    const fault = this.#frames.push(chunk, (frame) => this.#take(frame));
    if (fault !== null) {
      const { maxRequestBytes } = this.#options;
      this.#logger.warn(
        { sizeBytes: fault.sizeBytes, maxRequestBytes },
        'a request of an impossible size: closing',
      );
      this.close('a request of an impossible size');
      return;
    }
    this.#proceed();
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
    this.#row.push({ request: dispatched, bytes, hasBegun: false, answer: undefined, sent: undefined });
    this.#rowBytes += bytes;
    this.#begin();
  }

  /** Whether a request that comes now begins at once. */
  #mayBegin(pipelined: boolean): boolean {
    if (this.#mute !== undefined) return false;
    if (this.#socket.writableLength > this.#options.maxQueuedResponseBytes) return false;
    return this.#row.every(({ hasBegun, request }) => hasBegun && request.pipelined && pipelined);
  }

  /** Begins what may begin: the first in the row, and pipelined ones behind pipelined ones. */
  #begin(): void {
    for (const exchange of this.#row) {
      if (!exchange.hasBegun) {
        if (this.#mute !== undefined) return;
        if (exchange !== this.#row[0] && !exchange.request.pipelined) return;
        if (this.#socket.writableLength > this.#options.maxQueuedResponseBytes) return;
        exchange.hasBegun = true;
        void exchange.request
          .run(this.#contextOf(exchange))
          .then((answer) => this.#answered(exchange, answer));
      }
      if (!exchange.request.pipelined) return;
    }
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
      this.close('an error for which there is no answer');
      return;
    }
    exchange.answer = answer;
    if (exchange === this.#row[0]) this.#proceed();
  }

  #proceed(): void {
    if (this.#isClosed) return;
    this.#send();
    this.#begin();
    const { maxQueuedRequests, maxRequestBytes, maxQueuedResponseBytes } = this.#options;
    const isFull =
      this.#mute !== undefined ||
      this.#row.length > maxQueuedRequests ||
      this.#rowBytes > maxRequestBytes ||
      this.#socket.writableLength > maxQueuedResponseBytes ||
      !this.#hasRoom();
    if (isFull === this.#isPaused) return;
    this.#isPaused = isFull;
    if (isFull) this.#socket.pause();
    else this.#socket.resume();
  }

  /** Whether there is memory for the request that is coming; comes back when there is. */
  #hasRoom(): boolean {
    if (this.#frames.needsRoom) this.#frames.begin();
    if (!this.#frames.needsRoom) return true;
    if (!this.#waitsForRoom) {
      this.#waitsForRoom = true;
      this.#options.memory.whenRoom(() => {
        this.#waitsForRoom = false;
        this.#proceed();
      });
    }
    return false;
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
    if (sent > 0) this.#row.splice(0, sent);
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
      throttle: (delayMs: number) => this.#throttle(delayMs),
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
