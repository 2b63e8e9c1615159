import { connect as connectSocket, type Socket } from 'node:net';
import { type MillraceError, toMillraceError } from '@millrace/foundation';
import { type Api, decodeResponse, encodeRequest, peekCorrelationId, Reader } from '@millrace/protocol';
import { negotiateVersions } from './api-versions.ts';
import { FrameSplitter } from './frame-splitter.ts';
import { type InFlightRequest, InFlightRequests } from './in-flight.ts';
import { networkError } from './network-error.ts';
import type { VersionTable } from './version-table.ts';

export interface ConnectionOptions {
  readonly host: string;
  readonly port: number;
  readonly clientId: string;
  /** For TCP and the version exchange together, ms. Default 10000. */
  readonly connectionTimeoutMs?: number;
  /** For one request where it names none, ms. Default 30000. */
  readonly requestTimeoutMs?: number;
  /** A larger response closes the connection. Default 256 MiB. */
  readonly maxResponseBytes?: number;
  /** Default 512. */
  readonly maxInFlightRequests?: number;
}

export interface RequestOptions {
  /** This version exactly. Left out: the highest that both sides know. */
  readonly version?: number;
  /** The highest to use where `version` is left out. */
  readonly maxVersion?: number;
  readonly timeoutMs?: number;
  /** Ends the wait, not the request: the peer may carry it out all the same. */
  readonly signal?: AbortSignal;
}

/** Called once with the answer, or with why there is none. */
export type ResponseCallback<Res> = (
  error: MillraceError | null,
  response: Res | null,
  version: number,
) => void;

const CONNECTION_TIMEOUT_MS = 10_000;
const REQUEST_TIMEOUT_MS = 30_000;
const MAX_RESPONSE_BYTES = 256 * 1024 * 1024;
const MAX_IN_FLIGHT_REQUESTS = 512;
const MAX_CORRELATION_ID = 0x7fffffff;
/** What one read of the socket may bring: the memory for it is used again for each. */
const READ_MAX_BYTES = 128 * 1024;

/**
 * One socket to one broker. Requests are pipelined: they go out in the order of the calls, and the peer answers in that
 * order. A request that gets no answer in time ends the whole connection, since everything behind it waits too.
 * It does not reconnect.
 */
export class Connection {
  readonly address: string;
  readonly #socket: Socket;
  readonly #clientId: string;
  readonly #requestTimeoutMs: number;
  readonly #maxInFlight: number;
  readonly #inFlight: InFlightRequests;
  readonly #splitter: FrameSplitter;
  readonly #onClose: (() => void)[] = [];
  #versions: VersionTable | null = null;
  #correlationId = 0;
  #closeReason: MillraceError | null = null;
  #wasSilent = false;
  #corked = false;

  private constructor(socket: Socket, options: ConnectionOptions) {
    this.#socket = socket;
    this.address = `${options.host}:${options.port}`;
    this.#clientId = options.clientId;
    this.#requestTimeoutMs = options.requestTimeoutMs ?? REQUEST_TIMEOUT_MS;
    this.#maxInFlight = options.maxInFlightRequests ?? MAX_IN_FLIGHT_REQUESTS;
    this.#inFlight = new InFlightRequests((request) => this.#timedOut(request));
    this.#splitter = new FrameSplitter(options.maxResponseBytes ?? MAX_RESPONSE_BYTES, (frame) =>
      this.#receive(frame),
    );
    socket.on('error', (error) => {
      this.#fail(
        networkError('CONNECTION_LOST', `the connection to ${this.address} broke: ${error.message}`, error),
      );
    });
    socket.on('close', () => {
      this.#fail(networkError('CONNECTION_LOST', `${this.address} closed the connection`));
    });
  }

  /**
   * Connects and learns which versions the peer serves (ApiVersions, falling back to version 0).
   * @throws {MillraceError} CONNECTION_REFUSED, CONNECTION_LOST, UNSUPPORTED_API, INVALID_RESPONSE
   */
  static async connect(options: ConnectionOptions): Promise<Connection> {
    const timeoutMs = options.connectionTimeoutMs ?? CONNECTION_TIMEOUT_MS;
    const startedMs = performance.now();
    let opened: Connection | null = null;
    const socket = await openSocket(options, timeoutMs, (chunk) => {
      if (opened !== null) opened.#take(chunk);
    });
    const connection = new Connection(socket, options);
    opened = connection;
    try {
      const leftMs = Math.max(1, timeoutMs - (performance.now() - startedMs));
      connection.#versions = await negotiateVersions(connection, leftMs);
      return connection;
    } catch (error) {
      connection.close();
      throw error;
    }
  }

  get isOpen(): boolean {
    return this.#closeReason === null;
  }

  /** Whether it has ended because an answer did not come in time: the peer may be frozen. */
  get wasSilent(): boolean {
    return this.#wasSilent;
  }

  /** Requests that wait for an answer. */
  get inFlightRequests(): number {
    return this.#inFlight.size;
  }

  /** Bytes taken that the system has not taken over yet. */
  get unsentBytes(): number {
    return this.#socket.writableLength;
  }

  /** What the peer serves. */
  get versions(): VersionTable {
    if (this.#versions === null)
      throw networkError('CONNECTION_LOST', `${this.address} has not told its versions`);
    return this.#versions;
  }

  /** Runs `callback` when the connection has ended, for whatever reason; at once where it has already. */
  onClose(callback: () => void): void {
    if (this.isOpen) this.#onClose.push(callback);
    else queueMicrotask(callback);
  }

  /**
   * Sends a request and waits for its answer. Error codes inside the answer are the caller's to read.
   * @throws {MillraceError} CONNECTION_LOST, CONNECTION_CLOSED, REQUEST_TIMED_OUT_LOCALLY, UNSUPPORTED_API,
   *   TOO_MANY_IN_FLIGHT_REQUESTS, INVALID_RESPONSE; ProtocolError where the body does not fit the version
   */
  request<Req, ReqInit, Res, ResInit>(
    api: Api<Req, ReqInit, Res, ResInit>,
    body: ReqInit,
    options: RequestOptions = {},
  ): Promise<Res> {
    const { signal } = options;
    return new Promise((resolve, reject) => {
      if (signal?.aborted) {
        reject(signal.reason);
        return;
      }
      const abort = () => reject(signal?.reason);
      signal?.addEventListener('abort', abort, { once: true });
      this.send(api, body, options, (error, response) => {
        signal?.removeEventListener('abort', abort);
        if (response === null) reject(error);
        else resolve(response);
      });
    });
  }

  /**
   * As {@link request}, by callback and without a promise: what a producer or a follower does thousands of times a
   * second. Never throws; `callback` may run before it returns where the request cannot be sent.
   */
  send<Req, ReqInit, Res, ResInit>(
    api: Api<Req, ReqInit, Res, ResInit>,
    body: ReqInit,
    options: Omit<RequestOptions, 'signal'>,
    callback: ResponseCallback<Res>,
  ): void {
    let version = -1;
    try {
      version = this.#sendable(api, options);
      const correlationId = this.#nextCorrelationId();
      this.#write(encodeRequest({ api, version, correlationId, clientId: this.#clientId, body }));
      this.#inFlight.add({
        correlationId,
        apiName: api.name,
        deadlineMs: performance.now() + (options.timeoutMs ?? this.#requestTimeoutMs),
        fail: (error) => callback(error, null, version),
        answer: (frame) => {
          let response: Res;
          try {
            response = decodeResponse(api, version, new Reader(frame)).body;
          } catch (cause) {
            const message = `${this.address} sent a ${api.name} response that cannot be read`;
            const error = networkError('INVALID_RESPONSE', message, cause);
            callback(error, null, version);
            this.#fail(error);
            return;
          }
          callback(null, response, version);
        },
      });
    } catch (error) {
      callback(toMillraceError(error, { code: 'REQUEST_FAILED', class: 'bug' }), null, version);
    }
  }

  /**
   * Sends a request that the peer does not answer (Produce with acks=0).
   * @throws {MillraceError} as {@link request}
   */
  sendWithoutAnswer<Req, ReqInit, Res, ResInit>(
    api: Api<Req, ReqInit, Res, ResInit>,
    body: ReqInit,
    options: Pick<RequestOptions, 'version' | 'maxVersion'> = {},
  ): void {
    const version = this.#sendable(api, options);
    this.#write(
      encodeRequest({
        api,
        version,
        correlationId: this.#nextCorrelationId(),
        clientId: this.#clientId,
        body,
      }),
    );
  }

  /** A request with its raw answer, header included, for the version exchange: that is where versions are not yet agreed. */
  requestRaw<Req, ReqInit, Res, ResInit>(
    api: Api<Req, ReqInit, Res, ResInit>,
    version: number,
    body: ReqInit,
    timeoutMs: number,
  ): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      if (this.#closeReason !== null) {
        reject(this.#closeReason);
        return;
      }
      const correlationId = this.#nextCorrelationId();
      this.#write(encodeRequest({ api, version, correlationId, clientId: this.#clientId, body }));
      const deadlineMs = performance.now() + timeoutMs;
      this.#inFlight.add({ correlationId, apiName: api.name, deadlineMs, fail: reject, answer: resolve });
    });
  }

  /** Ends the connection; what is in flight fails with CONNECTION_CLOSED. */
  close(): void {
    this.#fail(networkError('CONNECTION_CLOSED', `the connection to ${this.address} was closed here`));
  }

  #sendable<Req, ReqInit, Res, ResInit>(
    api: Api<Req, ReqInit, Res, ResInit>,
    options: Pick<RequestOptions, 'version' | 'maxVersion'>,
  ): number {
    if (this.#closeReason !== null) throw this.#closeReason;
    if (this.#inFlight.size >= this.#maxInFlight) {
      const message = `${this.#inFlight.size} requests to ${this.address} wait for an answer already`;
      throw networkError('TOO_MANY_IN_FLIGHT_REQUESTS', message);
    }
    return options.version ?? this.versions.negotiate(api, options.maxVersion);
  }

  #nextCorrelationId(): number {
    this.#correlationId = this.#correlationId === MAX_CORRELATION_ID ? 1 : this.#correlationId + 1;
    return this.#correlationId;
  }

  /** All requests of one turn leave in one write. */
  #write(parts: readonly Buffer[]): void {
    if (!this.#corked) {
      this.#corked = true;
      this.#socket.cork();
      process.nextTick(() => {
        this.#corked = false;
        this.#socket.uncork();
      });
    }
    for (const part of parts) this.#socket.write(part);
  }

  /** Bytes came; they are overwritten after this. */
  #take(chunk: Buffer): void {
    if (this.#closeReason !== null) return;
    try {
      this.#splitter.push(chunk);
    } catch (error) {
      this.#fail(toMillraceError(error, { code: 'INVALID_RESPONSE', class: 'transient' }));
    }
  }

  #receive(frame: Buffer): void {
    const request = this.#inFlight.take(peekCorrelationId(frame));
    if (request === undefined) {
      throw networkError('INVALID_RESPONSE', `${this.address} answered what was not asked`);
    }
    request.answer(frame);
  }

  #timedOut(request: InFlightRequest): void {
    this.#inFlight.take(request.correlationId);
    this.#wasSilent = true;
    const message = `${this.address} did not answer ${request.apiName} in time`;
    const error = networkError('REQUEST_TIMED_OUT_LOCALLY', message);
    request.fail(error);
    this.#fail(networkError('CONNECTION_LOST', `the connection to ${this.address} was given up`, error));
  }

  #fail(reason: MillraceError): void {
    if (this.#closeReason !== null) return;
    this.#closeReason = reason;
    this.#socket.destroy();
    this.#inFlight.failAll(reason);
    for (const callback of this.#onClose.splice(0)) callback();
  }
}

function openSocket(
  options: ConnectionOptions,
  timeoutMs: number,
  onBytes: (chunk: Buffer) => void,
): Promise<Socket> {
  const { host, port } = options;
  const buffer = Buffer.allocUnsafeSlow(READ_MAX_BYTES);
  const onread = {
    buffer,
    callback: (bytes: number) => {
      onBytes(buffer.subarray(0, bytes));
      return true;
    },
  };
  return new Promise((resolve, reject) => {
    const socket = connectSocket({ host, port, noDelay: true, keepAlive: true, onread });
    const timer = setTimeout(() => socket.destroy(new Error(`no answer within ${timeoutMs} ms`)), timeoutMs);
    const failed = (cause: Error) => {
      clearTimeout(timer);
      reject(
        networkError('CONNECTION_REFUSED', `cannot connect to ${host}:${port}: ${reasonOf(cause)}`, cause),
      );
    };
    socket.once('error', failed);
    socket.once('connect', () => {
      clearTimeout(timer);
      socket.off('error', failed);
      resolve(socket);
    });
  });
}

/** A host of several addresses gives an AggregateError with no message of its own. */
function reasonOf(error: Error): string {
  if (error instanceof AggregateError && error.errors[0] instanceof Error) return error.errors[0].message;
  return error.message || error.name;
}
