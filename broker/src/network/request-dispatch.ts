import { isMillraceError, type Logger } from '@millrace/foundation';
import {
  decodeRequestHeader,
  type ErrorName,
  encodeResponse,
  FRAME_SIZE_BYTES,
  ProtocolError,
  Reader,
  type RequestFrameHeader,
} from '@millrace/protocol';
import { type AnyApiHandler, CLOSE_CONNECTION, type RequestContext } from '../apis/api.ts';
import type { RequestUse } from '../runtime/services.ts';

const API_VERSIONS_KEY = 18;
/**
 * What all arrays of a request may hold together. Nothing that is asked for in earnest comes near it: to move all of a hundred
 * thousand partitions takes four hundred thousand. Some of them take two bytes, and keep the loop busy a hundred times longer.
 */
const REQUEST_ELEMENTS_MAX = 500_000;
/** What passes by itself, by the codes of errors: clients look again. */
const PASSING: ReadonlyMap<string, ErrorName> = new Map([
  // The controller has moved, or nobody is it right now.
  ['NOT_CONTROLLER', 'NOT_CONTROLLER'],
  ['PRODUCER_IDS_NOT_HERE', 'COORDINATOR_LOAD_IN_PROGRESS'],
]);

/** What becomes of one request. */
export type Dispatched =
  | {
      readonly kind: 'handle';
      readonly pipelined: boolean;
      /** Begins the work. Gives the answer's parts, null for none; never rejects. */
      readonly run: (context: RequestContext) => Promise<readonly Buffer[] | null | typeof CLOSE_CONNECTION>;
      readonly header: RequestFrameHeader;
    }
  /** Nothing can be answered: as in Kafka, the connection is closed. */
  | { readonly kind: 'close'; readonly reason: string };

/**
 * Finds the handler of a request. It is decoded when it is its turn: what waits takes as much memory as it has bytes. A version
 * that is not served closes the connection; only ApiVersions answers it, in version 0 (KIP-511).
 */
export function dispatch(
  frame: Buffer,
  handlers: ReadonlyMap<number, AnyApiHandler>,
  logger: Logger,
): Dispatched {
  try {
    const reader = new Reader(frame, 0, frame.length, REQUEST_ELEMENTS_MAX);
    const header = decodeRequestHeader(reader);
    const handler = handlers.get(header.apiKey);
    if (handler === undefined) return { kind: 'close', reason: `API key ${header.apiKey} is not served` };
    const { api } = handler;
    const [min, max] = handler.versions;
    const served = header.version >= Math.max(min, api.minVersion) && header.version <= max;
    if (!served && header.apiKey !== API_VERSIONS_KEY) {
      return { kind: 'close', reason: `version ${header.version} of ${api.name} is not served` };
    }
    if (!served) {
      const run = () =>
        Promise.resolve(refusal(handler, {}, 'UNSUPPORTED_VERSION', { ...header, version: 0 }, logger));
      return { kind: 'handle', pipelined: false, header, run };
    }
    return {
      kind: 'handle',
      pipelined: handler.pipelined === true,
      header,
      run: (context) => {
        const decoded = decode(handler, reader, header.version, logger);
        if (decoded === UNREADABLE) return Promise.resolve(CLOSE_CONNECTION);
        return answer(handler, { request: decoded, bytes: frame.length, frame }, context, logger);
      },
    };
  } catch (error) {
    return { kind: 'close', reason: reasonOf(error, logger) };
  }
}

const UNREADABLE: unique symbol = Symbol('unreadable');

function decode({ api }: AnyApiHandler, reader: Reader, version: number, logger: Logger): unknown {
  try {
    return api.request.decode(reader, version);
  } catch (error) {
    const reason = reasonOf(error, logger);
    logger.warn({ api: api.name, version, reason }, 'a request that cannot be read: closing');
    return UNREADABLE;
  }
}

/** One client's bytes end its own connection, whatever they find. */
function reasonOf(error: unknown, logger: Logger): string {
  if (!(error instanceof ProtocolError)) logger.error({ err: error }, 'a request cannot be read');
  return error instanceof Error ? error.message : String(error);
}

/** Of errors that are the disk's: clients try again, and somebody has to look after it. */
const DISK_CODES: ReadonlySet<string> = new Set(['LOG_STORAGE_FAILED', 'METADATA_LOG_FAILED']);

interface Received {
  readonly request: unknown;
  readonly bytes: number;
  /** Of requests that may be handed on, it is a copy of its own. */
  readonly frame: Buffer;
}

async function answer(handler: AnyApiHandler, received: Received, context: RequestContext, logger: Logger) {
  const { api } = handler;
  const { version, correlationId } = context;
  const { request } = received;
  const { clock, meter } = context.services;
  const begunMs = clock.now().monoMs;
  meter.begun(api.name, received.bytes);
  try {
    const isElsewhere =
      handler.forwards === true &&
      context.listenerKind === 'broker' &&
      !context.services.forwarding.isActiveHere;
    if (isElsewhere) return await forwarded(received.frame, context);
    if (context.services.quotas.areSet) return await measuredAnswer(handler, received, context);
    const body: unknown = await handler.handle(context, request);
    if (body === null || body === CLOSE_CONNECTION) return body;
    return encodeResponse({ api, version, correlationId, body });
  } catch (error) {
    const report = isMillraceError(error) ? error.report() : undefined;
    const passing = PASSING.get(report?.code ?? '');
    if (passing !== undefined) return refusal(handler, request, passing, context, logger);
    const facts = { api: api.name, version, clientId: context.clientId, report };
    if (report !== undefined && DISK_CODES.has(report.code)) {
      logger.warn(facts, 'the disk refused what a request needs');
      return refusal(handler, request, 'KAFKA_STORAGE_ERROR', context, logger);
    }
    logger.error({ ...facts, err: error }, 'a request failed');
    return refusal(handler, request, 'UNKNOWN_SERVER_ERROR', context, logger);
  } finally {
    meter.ended(api.name, clock.now().monoMs - begunMs);
  }
}

/** The active controller's answer to the client, with the size before it. */
async function forwarded(frame: Buffer, context: RequestContext): Promise<readonly Buffer[]> {
  const { principal, clientHost, services } = context;
  const answer = await services.forwarding.forward({ frame, principal, clientHost });
  const size = Buffer.alloc(FRAME_SIZE_BYTES);
  size.writeInt32BE(answer.length);
  return [size, answer];
}

/**
 * Counts what the request used of its client's quotas. Who has used more is told how long to wait (KIP-219): the answer goes
 * out at once, and the connection is not read for that time.
 */
async function measuredAnswer(handler: AnyApiHandler, { request, bytes }: Received, context: RequestContext) {
  const { api, quota } = handler;
  const { version, correlationId, services } = context;
  const { clock } = services;
  const caller = { user: context.principal.name, clientId: context.clientId ?? '' };
  let delayMs = 0;
  let busyMs = 0;
  let busySinceMs: number | null = clock.now().monoMs;
  const rest = (): void => {
    if (busySinceMs !== null) busyMs += clock.now().monoMs - busySinceMs;
    busySinceMs = null;
  };
  const charge = (use: Omit<RequestUse, 'busyMs'>): number => {
    const charged = services.quotas.charge(caller, { ...use, busyMs });
    busyMs = 0;
    delayMs = Math.max(delayMs, charged);
    return charged;
  };
  const answering = handler.handle({ ...context, offerRecords: (offered) => charge({ offered }) }, request);
  // What a request waits for, it does not keep the loop busy with.
  rest();
  const body: unknown = await answering;
  if (body === CLOSE_CONNECTION) return body;
  busySinceMs = clock.now().monoMs;
  const encode = (answered: unknown) => encodeResponse({ api, version, correlationId, body: answered });
  const parts = body === null ? null : encode(body);
  const fetched = parts?.reduce((sum, part) => sum + part.length, 0) ?? 0;
  rest();
  charge({ ...(quota === 'produced' && { produced: bytes }), ...(quota === 'fetched' && { fetched }) });
  if (delayMs === 0) return parts;
  context.throttle(delayMs);
  if (body === null) return null;
  const answered: { throttleTimeMs?: number } = body ?? {};
  return encode({ ...answered, throttleTimeMs: Math.max(delayMs, answered.throttleTimeMs ?? 0) });
}

function refusal(
  handler: AnyApiHandler,
  request: unknown,
  error: ErrorName,
  to: { readonly version: number; readonly correlationId: number },
  logger: Logger,
): readonly Buffer[] | typeof CLOSE_CONNECTION {
  try {
    const body: unknown = handler.refuse(request, error, to.version);
    return encodeResponse({ api: handler.api, version: to.version, correlationId: to.correlationId, body });
  } catch (cause) {
    logger.error(
      { api: handler.api.name, version: to.version, err: cause },
      'an error cannot be answered: closing',
    );
    return CLOSE_CONNECTION;
  }
}

/**
 * Carries out a request that a broker has handed on for its client.
 * @returns the answer's parts, without the size; null where it is no request for the controller
 */
export async function carryOut(
  frame: Buffer,
  context: Omit<RequestContext, 'version' | 'correlationId' | 'clientId'>,
  handlers: ReadonlyMap<number, AnyApiHandler>,
  logger: Logger,
): Promise<readonly Buffer[] | null> {
  const dispatched = dispatch(frame, handlers, logger);
  if (dispatched.kind === 'close' || handlers.get(dispatched.header.apiKey)?.forwards !== true) return null;
  const { version, correlationId, clientId } = dispatched.header;
  const parts = await dispatched.run({ ...context, version, correlationId, clientId });
  if (parts === null || parts === CLOSE_CONNECTION) return null;
  const [first, ...rest] = parts;
  return first === undefined ? null : [first.subarray(FRAME_SIZE_BYTES), ...rest];
}
