import { type Clock, type Logger, silentLogger, systemClock } from '@millrace/foundation';
import { type Actor, type Authorizer, allowAll, anonymous, type Caller } from './access.ts';

/** What the server may be told; what is not given has the default that stands in `DEFAULTS`. */
export interface RestOptions {
  readonly logger?: Logger;
  /** Largest request body in bytes; a larger one gets 413. */
  readonly bodyLimitBytes?: number;
  /** Largest request head in bytes; a larger one gets 431. */
  readonly headerLimitBytes?: number;
  /** How long a client may take to send a request; then 408. */
  readonly requestTimeoutMs?: number;
  /** How long an operation may take to answer; then 500, as Kafka Connect does. */
  readonly operationTimeoutMs?: number;
  /** How long requests that run may go on while the server closes; then their connections are cut. */
  readonly closeGraceMs?: number;
  /** Open connections beyond which new ones are dropped. */
  readonly maxConnections?: number;
  /** Open event streams beyond which new ones get 503. */
  readonly maxEventStreams?: number;
  /** Time between two samples of the counters, and so between two events. */
  readonly sampleIntervalMs?: number;
  /** Time between two looks at topics and groups, for the history. */
  readonly surveyIntervalMs?: number;
  /** Time between two heartbeat comments on an event stream. */
  readonly heartbeatIntervalMs?: number;
  /**
   * Host names that requests may carry besides `localhost` and IP addresses. While the server listens on loopback
   * others are refused, so that a web page cannot reach it through a name that it points here (DNS rebinding).
   * `['*']` accepts all. Elsewhere names are checked only where some are given.
   */
  readonly allowedHosts?: readonly string[];
  readonly clock?: Clock;
  readonly actorOf?: (caller: Caller) => Actor | Promise<Actor>;
  readonly authorizer?: Authorizer;
}

export type RestSettings = Required<RestOptions>;

const DEFAULTS: RestSettings = {
  logger: silentLogger,
  bodyLimitBytes: 1_048_576,
  headerLimitBytes: 16_384,
  requestTimeoutMs: 30_000,
  operationTimeoutMs: 90_000,
  closeGraceMs: 5_000,
  maxConnections: 1_000,
  maxEventStreams: 100,
  sampleIntervalMs: 1_000,
  surveyIntervalMs: 30_000,
  heartbeatIntervalMs: 15_000,
  allowedHosts: [],
  clock: systemClock,
  actorOf: anonymous,
  authorizer: allowAll,
};

export function withDefaults(options: RestOptions): RestSettings {
  return { ...DEFAULTS, ...options };
}
