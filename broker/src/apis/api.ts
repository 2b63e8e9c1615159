import type { Api, ErrorName } from '@millrace/protocol';
import type { Operation, Principal, Resource, ResourceType } from '../runtime/authorizer.ts';
import type { BrokerServices, ListenerKind } from '../runtime/services.ts';

export {
  CLUSTER,
  type Operation,
  type Principal,
  type Resource,
  type ResourceType,
} from '../runtime/authorizer.ts';

export interface RequestContext {
  readonly version: number;
  readonly correlationId: number;
  readonly clientId: string | null;
  readonly principal: Principal;
  readonly clientHost: string;
  /** The listener that the request came in by; answers name addresses of the same one. */
  readonly listener: string;
  readonly listenerKind: ListenerKind;
  /** Aborted when the connection closes: parked answers are dropped. */
  readonly signal: AbortSignal;
  /** Calls back when the answer has left (true), or will not or not wholly (false). For one callback a request. */
  readonly afterSent: (callback: (hasLeft: boolean) => void) => void;
  /**
   * The bytes, of this request, as they can be looked at until it is answered, where `keepsNoBytes` says that they are not kept else: a
   * copy, which counts as memory of the request.
   */
  readonly keep: (bytes: Buffer) => Buffer;
  /** Nothing behind a pipelined request begins before the promise is settled. */
  readonly holdUp: (work: Promise<unknown>) => void;
  /** The client's next requests wait for so long, ms, once this one is answered. */
  readonly throttle: (delayMs: number) => void;
  /**
   * Asks whether the client may be given so many bytes of records now. Gives 0, and they count, or for how long it has to wait,
   * ms: then it gets none of them, and its next requests wait (KIP-219).
   */
  readonly offerRecords: (bytes: number) => number;
  /** Asks the authorizer. A handler asks for each resource before it touches it. */
  readonly authorize: (operation: Operation, resource: Resource) => boolean;
  readonly services: BrokerServices;
  /**
   * Carries out a request that a broker has handed on for its client, as that client.
   * @param frame header and body, without the size
   * @returns the answer's parts, without the size; null where it is no request for the controller
   */
  readonly carryOut: (
    frame: Buffer,
    client: { readonly principal: Principal; readonly clientHost: string },
  ) => Promise<readonly Buffer[] | null>;
}

/** In place of an answer: closes the connection. How a producer with acks=0 learns of an error, as in Kafka. */
export const CLOSE_CONNECTION: unique symbol = Symbol('close the connection');

/** Null: no answer is sent (Produce with acks=0). */
export type Answer<ResInit> = ResInit | null | typeof CLOSE_CONNECTION;

/**
 * One API of the protocol. `access` says what it asks the authorizer for, `'open'` where anyone may; a test fails for a
 * handler that states nothing.
 */
export interface ApiHandler<Req, ReqInit, Res, ResInit> {
  readonly api: Api<Req, ReqInit, Res, ResInit>;
  /** Versions that are advertised; within the schema's unless Kafka itself advertises more. */
  readonly versions: readonly [min: number, max: number];
  readonly access: 'open' | readonly (readonly [Operation, ResourceType])[];
  /**
   * Whether the connection's next request may begin before this one is answered, where it says so too. Answers keep their
   * order all the same. What must happen in the order of requests has to happen before the first `await` then, or be given to `holdUp`.
   */
  readonly pipelined?: boolean;
  /**
   * Nothing of the request's bytes (fields of type bytes and records; strings are copies) is looked at after the first
   * `await`, or kept, but by `keep`: its memory may be that of the next request then.
   */
  readonly keepsNoBytes?: boolean;
  /** The controller decides it: a broker that is not the active one hands it on (KIP-590). */
  readonly forwards?: true;
  /**
   * Which of its client's byte rates a request uses up: by its own bytes, or by those of its answer. A handler that can keep its
   * records back asks `offerRecords` instead.
   */
  readonly quota?: 'produced' | 'fetched';
  readonly handle: (context: RequestContext, request: Req) => Promise<Answer<ResInit>> | Answer<ResInit>;
  /** The answer to a request that threw: every API can say an error in its own shape. */
  readonly refuse: (request: Req, error: ErrorName, version: number) => ResInit;
}

// biome-ignore lint/suspicious/noExplicitAny: the table of handlers holds every pair of messages; each handler's own types are checked where it is defined
export type AnyApiHandler = ApiHandler<any, any, any, any>;

/** Declares a handler with the types of its messages. */
export function defineApi<Req, ReqInit, Res, ResInit>(
  handler: ApiHandler<Req, ReqInit, Res, ResInit>,
): ApiHandler<Req, ReqInit, Res, ResInit> {
  return handler;
}
